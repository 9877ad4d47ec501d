import ArgumentParser
import PosternCLI
import PosternCommand

struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look whether this installation works, and which clients do.",
        discussion: """
            Looks at the configuration, at who may touch keys and store, at the daemon and its sockets, at the local authority, and \
            at what the kernel allows; says what is wrong and what to do. What you may not look at is skipped and said.

            With --run, each client that this machine has is started by `postern run`, under a posternd and against an \
            origin of the run's own; a daemon that runs is not touched. A client is proven if the origin saw the \
            credential and the client printed the origin's answer.

            Exit status: 0 if nothing fails, 1 otherwise.
            """
    )

    @Flag(name: .customLong("run"), help: "Try the clients on this machine.")
    var triesClients = false

    @Option(help: ArgumentHelp("With --run, try this client alone; may be repeated.", valueName: "name"))
    var client: [String] = []

    @Option(
        help: ArgumentHelp("Start a program as this agent of the running daemon, too.", valueName: "name"),
        completion: .agents
    )
    var agent: String?

    @Option(
        help: ArgumentHelp(
            "The configuration file.",
            discussion: "By default that of the running daemon, or where posternd looks for it.",
            valueName: "file"
        ),
        completion: .file()
    )
    var config: String?

    @Flag(help: "Postern runs as a service of this user.")
    var user = false

    @OptionGroup var control: ControlOptions

    func validate() throws {
        if !triesClients, !client.isEmpty { throw ValidationError("--client goes with --run") }
        if triesClients, agent != nil || config != nil {
            throw ValidationError("--run uses a daemon and a configuration of its own")
        }
    }

    func run() throws {
        if triesClients { try tryClients() } else { try examine() }
    }

    private func examine() throws {
        var options = Installation.Options()
        options.configuration = config
        options.isUserMode = user
        options.controlSocket = control.socket
        options.stateDirectory = control.stateDir
        options.agent = agent
        let findings = Installation(options).findings()
        let palette = Palette()
        Output.write(control.json ? try JSONText.of(findings) : findings.map { $0.text(palette) }.joined())
        if findings.contains(where: { $0.status == .fail }) { throw ExitCode.failure }
    }

    private func tryClients() throws {
        let examination = try ClientExamination(only: client)
        let palette = Palette()
        let report = try examination.run { if !control.json { Output.write($0.text(palette)) } }
        if control.json {
            Output.write(try JSONText.of(report))
        } else if !report.absent.isEmpty {
            Output.write("not on this machine: \(report.absent.joined(separator: "; "))\n")
        }
        if !report.isSound { throw ExitCode.failure }
    }
}
