import ArgumentParser
import PosternCLI
import PosternCommand
import PosternControl

struct MCPImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Store the keys of MCP servers, and have Postern run them.",
        discussion: """
            Shows what it would do, asks, stores everything, and only then replaces a file, whole or not at all. What the \
            file held is kept in the user's state directory, for `postern mcp restore`; that holds the keys, until \
            `postern mcp restore --forget`. Run again, it changes nothing.
            """
    )

    @Option(help: ArgumentHelp("This file, and no other; may be repeated.", valueName: "path"), completion: .file())
    var file: [String] = []

    @Option(help: ArgumentHelp("This server, and no other; may be repeated.", valueName: "name"))
    var server: [String] = []

    @Option(
        help: ArgumentHelp(
            "Whose a secret is; may be repeated.",
            discussion:
                "The plan shows the names: --provider acme.ACME_TOKEN=acme. `postern provider define` makes one.",
            valueName: "server.name=provider"
        )
    )
    var provider: [NamedValue] = []

    @Flag(help: "Say what would be done, and do nothing.")
    var dryRun = false

    @Flag(help: "Also containers, event-stream servers and read-only files.")
    var force = false

    @OptionGroup var confirmation: ConfirmationOptions

    @OptionGroup var control: ControlOptions

    func run() throws {
        let session = control.session
        let selection = MCPSelection(files: file, servers: server, providers: try NamedValue.dictionary(provider))
        var work = try MCPImport(selection, forced: force)
        if work.report.isEmpty {
            if session.printsJSON { Output.write(try JSONText.of(work.report)) }
            return session.say("no file with MCP servers was found; --file names one")
        }
        guard work.isNeeded, !dryRun else {
            try show(work, session)
            if dryRun {
                session.say("nothing was changed")
            } else if !work.report.hasFailures {
                session.say("there is nothing to do")
            }
            return try finish(work.report, session)
        }
        if !session.printsJSON { Output.write(work.text(session.palette)) }
        try confirmation.confirm("Store these keys and change these files?")
        // A daemon that does not run is to be found before anything is done.
        let _: StatusAnswer = try session.call(.get, "/v1/status")
        work.run(session)
        if session.printsJSON {
            Output.write(try JSONText.of(work.report))
        } else {
            Output.write("\n" + work.outcome(session.palette))
        }
        if work.report.hasChanges {
            session.hint("what the files held, keys included, is kept in \(work.backups): `postern mcp restore`")
            if let rule = try work.missingRule(session) {
                session.hint("packages cannot be fetched yet: add this to proxy.conf, then `postern config reload`")
                Output.writeError(rule)
            }
            if work.isUnderGit { session.hint("a file is in a git repository: keys in its history have to be rotated") }
        }
        try finish(work.report, session)
    }

    private func show(_ work: MCPImport, _ session: ControlSession) throws {
        Output.write(session.printsJSON ? try JSONText.of(work.report) : work.text(session.palette))
    }

    private func finish(_ report: MCPReport, _ session: ControlSession) throws {
        if report.isAsking { session.hint("of some keys the provider is not known: --provider SERVER.NAME=PROVIDER") }
        if report.hasFailures {
            throw CommandFailure("not everything could be done", hint: "a file that could not be changed is as it was")
        }
    }
}
