internal import ArgumentParser
internal import PosternCore
internal import PosternDaemon

/// `posternd`: the daemon.
@main
struct Posternd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "posternd",
        abstract: "A local forward proxy that writes credentials into the requests of agents that hold none.",
        discussion: "SIGHUP reloads the configuration. SIGTERM lets requests under way end; a second one does not.",
        version: Version.current
    )

    @Option(help: "The configuration file. Default: /etc/postern/proxy.conf, with --user ~/.config/postern/proxy.conf.")
    var config: String?

    @Flag(help: "Read and validate the configuration, say what is wrong with it, and exit.")
    var check = false

    @Flag(help: "Run as a user's own service, in the XDG directories.")
    var user = false

    @Flag(
        help:
            "Make the state directory, the store, the local authority and a first agent, print them as JSON, and exit."
    )
    var `init` = false

    @Option(help: "The name of the first agent that --init makes.")
    var agent = "agent"

    @Flag(help: "Take a store that is older than one which was seen before, such as a backup that was restored.")
    var acceptRestoredStore = false

    @Option(help: "How much to log: trace, debug, info, notice, warning, error or critical.")
    var logLevel = "info"

    @Flag(help: .private)
    var clientOrigin = false

    mutating func validate() throws {
        let levels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
        guard levels.contains(logLevel) else {
            throw ValidationError("--log-level takes one of \(levels.joined(separator: ", "))")
        }
    }

    func run() throws {
        // For `postern doctor --run`.
        if clientOrigin { return try ClientOrigin.serve() }
        let daemon = Daemon(
            Daemon.Options(
                configuration: config,
                isUserMode: user,
                logLevel: logLevel,
                acceptsRestoredStore: acceptRestoredStore
            )
        )
        let exit = `init` ? daemon.initialise(agent: agent) : check ? daemon.check() : daemon.run()
        throw ExitCode(exit.rawValue)
    }
}
