package import ArgumentParser
internal import PosternCommand
internal import PosternSandbox
package import Synchronization

/// `postern run`.
package struct Run: ParsableCommand {
    /// What it is called on the command line.
    package static let name = "run"

    package static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Start a program as an agent, where nothing but Postern can be reached.",
        discussion: """
            The program gets a network of its own, in which there is only Postern's proxy, at http://127.0.0.1:3128, and \
            which is the agent's: there is no key to steal. It finds the proxy, the certificates to trust and the \
            agent's placeholders in its environment. Sockets of other programs, /tmp, and places where credentials lie \
            about are hidden; variables that look like secrets are not passed on. Files of yours stay yours: the program \
            runs as you.

            Exit status: the program's own; 128 + n if signal n ended it; 127 if there is no such program, 126 if it cannot \
            be executed, 125 if it was not started for another reason.
            """
    )

    /// The names of agents, for a shell that completes words; given by a program that can ask for them.
    package static let agentNames = Mutex<@Sendable () -> [String]> { [] }

    @Option(
        help: ArgumentHelp("The agent that the program is.", valueName: "name"),
        completion: .custom { _, _, _ in Run.agentNames.withLock { $0 }() }
    )
    var agent: String

    @Flag(
        help: ArgumentHelp(
            "Catch programs that go by no proxy.",
            discussion: "Every name and address leads to Postern, on ports 80 and 443."
        )
    )
    var transparent = false

    @Option(
        help: ArgumentHelp("Show this, though it would be hidden; may be repeated.", valueName: "path"),
        completion: .file()
    )
    var bind: [String] = []

    @Option(
        help: ArgumentHelp("Show this, and protect it from being written; may be repeated.", valueName: "path"),
        completion: .file()
    )
    var ro: [String] = []

    @Option(
        name: .customLong("env"),
        help: ArgumentHelp("Set a variable, or pass it on; may be repeated.", valueName: "name[=value]")
    )
    var variables: [String] = []

    @Flag(name: .customLong("base-urls"), help: "Set variables for base URLs too, such as OPENAI_BASE_URL.")
    var baseURLs = false

    @Flag(
        help: ArgumentHelp(
            "Set variables, and shut nothing out.",
            discussion:
                "The program can go around the proxy, and can read what you can. For systems without namespaces, and programs that you trust."
        )
    )
    var noIsolate = false

    @Option(help: ArgumentHelp("Where the proxy is inside.", valueName: "port"))
    var port: UInt16 = 3128

    @Flag(help: "Print what would be set and left out of the environment, and start nothing.")
    var printEnv = false

    @Option(
        help: ArgumentHelp(
            "The daemon's socket for this.",
            discussion: "By default POSTERN_RUN_SOCKET, or run.sock in the user's state directory or in /run/postern.",
            valueName: "path"
        ),
        completion: .file()
    )
    var socket: String?

    @Argument(
        parsing: .captureForPassthrough,
        help: ArgumentHelp("The program and its arguments.", valueName: "command"),
        completion: .file()
    )
    var command: [String] = []

    package init() {}

    package func validate() throws {
        if port == 0 { throw ValidationError("--port must be between 1 and 65535") }
        if transparent, [80, 443].contains(port) {
            throw ValidationError("--transparent needs port \(port) for itself: choose another --port")
        }
        if let variable = variables.first(where: { $0.isEmpty || $0.hasPrefix("=") }) {
            throw ValidationError("--env takes NAME or NAME=VALUE, and `\(variable)` has no name")
        }
        // What follows the options is the program's own, so one that does not exist would be taken for the program.
        if let first = command.first, first != "--", first.hasPrefix("-") {
            throw ValidationError("unknown option '\(first)'; a program of that name goes behind --")
        }
        if !printEnv, words.isEmpty { throw ValidationError("there is no program to start") }
    }

    package func run() throws { throw ExitCode(status()) }

    /// Does what is asked, and returns the status to end with; failures are on standard error by then.
    package func status() -> Int32 {
        do {
            let run = try AgentRun(options)
            if printEnv {
                Output.write(try run.environmentText())
                return 0
            }
            if noIsolate {
                Output.writeError(
                    "postern: warning: --no-isolate is advice to the program: it can go around the proxy, and nothing is hidden from it\n"
                )
            }
            return try run.run()
        } catch {
            let failure = RunFailure(error)
            Output.writeError(failure.failure.text)
            return failure.status
        }
    }

    /// The command, if it is this one and can be read; whatever is wrong with it, the parser of all commands says.
    package static func atOnce(_ arguments: [String]) -> Run? {
        guard arguments.dropFirst().first == name else { return nil }
        return try? parse(Array(arguments.dropFirst(2)))
    }

    private var options: AgentRun.Options {
        var options = AgentRun.Options()
        options.agent = agent
        options.socket = socket
        options.port = port
        options.isTransparent = transparent
        options.isIsolated = !noIsolate
        options.binds = bind
        options.readOnly = ro
        options.command = words
        options.environment.setsBaseURLs = baseURLs
        for variable in variables {
            let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if parts.count == 2 {
                options.environment.set.append((parts[0], parts[1]))
            } else {
                options.environment.kept.insert(variable)
            }
        }
        return options
    }

    /// The command without the `--` before it.
    private var words: [String] { command.first == "--" ? Array(command.dropFirst()) : command }
}
