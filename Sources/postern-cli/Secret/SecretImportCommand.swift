import ArgumentParser
import PosternCLI
import PosternCommand
import PosternControl

struct SecretImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Store the keys of a .env file.",
        discussion: """
            Variables are recognised by their names and by the shape of their values; others are listed and left. Standard \
            output has lines for a shell: `unset` for whoever had the values and, with --agent, an `export` of each \
            placeholder. The file stays as it is.
            """
    )

    @Argument(help: "Lines such as KEY=VALUE; - is standard input.", completion: .file())
    var file: String

    @Option(help: "Let this agent use them, and give it placeholders.", completion: .agents)
    var agent: String?

    @Flag(help: "Say what would be stored, and store nothing.")
    var dryRun = false

    @OptionGroup var control: ControlOptions

    func run() throws {
        let session = control.session
        let secrets = try SecretImport(path: file, session: session)
        let report = dryRun ? secrets.preview() : try secrets.run(agent: agent)
        Output.write(session.printsJSON ? try JSONText.of(report) : report.text(agent: agent))
        if dryRun {
            session.say("nothing was stored")
        } else if report.hasFailures {
            throw CommandFailure(
                "not everything could be done",
                hint: "`postern secret rotate` gives a secret that is there already another value"
            )
        } else if file != "-" {
            session.hint("\(file) still holds the values: take them out")
        }
    }
}
