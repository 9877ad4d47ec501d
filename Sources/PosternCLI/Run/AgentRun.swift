internal import Glibc
internal import PosternConfig
package import PosternSandbox

/// `postern run`: starts a program as an agent.
package struct AgentRun {
    /// What the command line says.
    package struct Options {
        package var agent = ""
        package var socket: String?
        package var port: UInt16 = 3128
        package var isTransparent = false
        package var binds: [String] = []
        package var readOnly: [String] = []
        package var environment = SandboxEnvironment.Options()
        package var command: [String] = []

        package init() {}
    }

    private let options: Options
    private let parent: [String: String]
    private let directory: String

    package init(_ options: Options, environment: [String: String] = Environment.all) throws {
        self.options = options
        parent = environment
        guard let path = getcwd(nil, 0) else { throw CommandFailure.system("the current directory is gone") }
        defer { free(path) }
        directory = String(cString: path)
    }

    /// Starts the program in namespaces of its own and waits for it; returns the status to end with.
    package func isolated() throws -> Int32 {
        let channel = try open()
        let description = try describe(channel)
        let bundle = try description.authority.map { try CertificateBundle.make(authority: $0, environment: parent) }
        let caller = SandboxFiles.Caller(
            userID: getuid(),
            home: home,
            directory: directory,
            variables: parent,
            terminal: terminal
        )
        let files = SandboxFiles(
            for: caller,
            hidden: description.hidden + [configuration].compactMap { $0 },
            sockets: UnixListeners.paths(),
            bundle: bundle.map { (merged: $0, authority: Array(description.authority?.utf8 ?? "".utf8)) },
            standIns: CertificateBundle.known(home: home, environment: parent),
            kept: try options.binds.map { (try place($0), false) } + options.readOnly.map { (try place($0), true) }
        )
        let environment = SandboxEnvironment(
            from: parent,
            for: description,
            proxy: "http://127.0.0.1:\(options.port)",
            bundle: bundle == nil ? nil : (merged: SandboxFiles.bundlePath, authority: SandboxFiles.authorityPath),
            runtimeDirectory: caller.runtimeDirectory,
            options: options.environment
        )
        let plan = SandboxStart.Plan(
            agent: description.agent,
            port: options.port,
            isTransparent: options.isTransparent,
            files: files,
            environment: environment.variables,
            directory: directory,
            command: options.command
        )
        do throws(SandboxFailure) {
            let planted = PlantedFiles(at: files.obeyed)
            let process = try SandboxStart.start(plan, over: channel)
            // Its end would be the sandbox's.
            let status = withExtendedLifetime(channel) { SandboxStart.wait(for: process) }
            planted.moveAside()
            return status
        } catch {
            throw RunFailure(CommandFailure(error.message, hint: error.hint), status: error.status)
        }
    }

    /// What the program's environment would be, as lines of text.
    package func environmentText() throws -> String {
        let description = try describe(try open())
        let isTrusted = description.authority != nil
        let environment = SandboxEnvironment(
            from: parent,
            for: description,
            proxy: "http://127.0.0.1:\(options.port)",
            bundle: isTrusted ? (merged: SandboxFiles.bundlePath, authority: SandboxFiles.authorityPath) : nil,
            runtimeDirectory: "/run/user/\(getuid())",
            options: options.environment
        )
        let set = environment.changed.map { "\($0)=\(environment.variables[$0] ?? "")\n" }
        let removed = environment.removed.map { "# not passed on: \($0)\n" }
        return (set + removed).map(Printable.text).joined()
    }

    private func open() throws -> RunChannel {
        let path = RunSocket.path(named: options.socket, environment: parent)
        do throws(RunAnswer.Refusal) { return try RunChannel(path: path) } catch {
            throw CommandFailure(error.message, hint: error.hint)
        }
    }

    private func describe(_ channel: RunChannel) throws -> RunDescription {
        do throws(RunAnswer.Refusal) { return try channel.describe(options.agent) } catch {
            throw CommandFailure(error.message, hint: error.hint)
        }
    }

    /// The terminal of the standard streams, if one of them is one.
    private var terminal: String? {
        var name = [CChar](repeating: 0, count: 256)
        guard let stream = [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO].first(where: { isatty($0) == 1 }),
            ttyname_r(stream, &name, name.count) == 0
        else { return nil }
        return String(cString: name)
    }

    /// The home directory: what lies in it is hidden even if no variable says where it is.
    private var home: String? {
        guard var path = parent["HOME"], path.hasPrefix("/"), path != "/" else { return UserDatabase.homeDirectory() }
        while path.hasSuffix("/") { path.removeLast() }
        return path
    }

    /// Where this user's own configuration of Postern is.
    private var configuration: String? {
        if let directory = parent["XDG_CONFIG_HOME"], directory.hasPrefix("/") { return directory + "/postern" }
        return home.map { $0 + "/.config/postern" }
    }

    /// A path that the caller names, from the root on.
    private func place(_ path: String) throws -> String {
        guard let resolved = realpath(path, nil) else { throw CommandFailure.system("cannot find \(path)") }
        defer { free(resolved) }
        let text = String(cString: resolved)
        guard text != "/" else {
            throw CommandFailure(usage: "--bind and --ro take a part of the file system, not all of it")
        }
        return text
    }
}

/// A failure with the status that the wrapper ends with.
package struct RunFailure: Error {
    package let failure: CommandFailure
    package let status: Int32

    package init(_ failure: CommandFailure, status: Int32) {
        self.failure = failure
        self.status = status
    }

    /// Words for anything that went wrong before the program was started.
    package init(_ error: any Error) {
        if let failure = error as? RunFailure { self = failure } else { self.init(CommandFailure(error), status: 125) }
    }
}
