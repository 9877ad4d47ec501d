internal import Glibc
internal import PosternCommand
internal import PosternSandbox

/// `postern run`: starts a program as an agent.
struct AgentRun {
    /// What the command line says.
    struct Options {
        var agent = ""
        var socket: String?
        var port: UInt16 = 3128
        var isTransparent = false
        var isIsolated = true
        var binds: [String] = []
        var readOnly: [String] = []
        var environment = SandboxEnvironment.Options()
        var command: [String] = []

        init() {}
    }

    private let options: Options
    private let parent: [String: String]
    private let directory: String
    /// The home directories: what lies in the user's own is hidden even if a variable says that it is elsewhere.
    private let homes: [String]

    init(_ options: Options, environment: [String: String] = Environment.all) throws {
        self.options = options
        parent = environment
        if !options.isIsolated, let option = options.isolating {
            throw CommandFailure(usage: "\(option) has no use with --no-isolate, which shuts nothing out")
        }
        guard let path = getcwd(nil, 0) else { throw CommandFailure.system("the current directory is gone") }
        defer { free(path) }
        directory = String(cString: path)
        let own = getpwuid(getuid())?.pointee.pw_dir.map { String(cString: $0) }
        let named = [parent["HOME"], own].compactMap { $0 }.filter { $0.hasPrefix("/") }.compactMap(RealPath.of)
        homes = named.enumerated().filter { $0.element != "/" && !named[..<$0.offset].contains($0.element) }.map(
            \.element
        )
    }

    /// Starts the program and waits for it; returns the status to end with.
    func run() throws -> Int32 { try options.isIsolated ? isolated() : openly() }

    /// What the program's environment would be, as lines of text.
    func environmentText() throws -> String {
        let channel = try open()
        let description = try describe(channel)
        let isTrusted = description.authority != nil
        let places = (merged: SandboxFiles.bundlePath, authority: SandboxFiles.authorityPath)
        let environment =
            options.isIsolated
            ? variables(description, at: inside, isTrusted ? places : nil, runtime: "/run/user/\(getuid())")
            : variables(
                description,
                at: AgentRun.proxy(try loan(channel), token: "TOKEN"),
                isTrusted ? (merged: "/proc/PID/fd/N", authority: "/proc/PID/fd/N") : nil,
                runtime: nil
            )
        let set = environment.changed.map { "\($0)=\(environment.variables[$0] ?? "")" }
        let removed = environment.removed.map { "# not passed on: \($0)" }
        return (set + removed).map { Printable.text($0) + "\n" }.joined()
    }

    /// Starts the program in namespaces of its own.
    private func isolated() throws -> Int32 {
        let channel = try open()
        let description = try describe(channel)
        let bundle = try description.authority.map { try CertificateBundle.make(authority: $0, environment: parent) }
        let caller = SandboxFiles.Caller(
            userID: getuid(),
            homes: homes,
            directory: directory,
            variables: parent,
            terminal: terminal
        )
        let own = OwnPlaces(in: homes, environment: parent)
        own.make()
        let files = SandboxFiles(
            for: caller,
            hidden: description.hidden + own.paths,
            sockets: UnixListeners.paths(),
            bundle: bundle.map { (merged: $0, authority: Array(description.authority?.utf8 ?? "".utf8)) },
            standIns: CertificateBundle.known(homes: homes, environment: parent),
            kept: try options.binds.map { (try place($0), false) } + options.readOnly.map { (try place($0), true) }
        )
        let places = (merged: SandboxFiles.bundlePath, authority: SandboxFiles.authorityPath)
        let environment = variables(
            description,
            at: inside,
            bundle == nil ? nil : places,
            runtime: caller.runtimeDirectory
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
        } catch { throw RunFailure(error) }
    }

    /// Starts the program where it is, with variables and nothing more.
    private func openly() throws -> Int32 {
        let channel = try open()
        let description = try describe(channel)
        let loan = try loan(channel)
        let bundle = try description.authority.map { authority in
            (merged: try CertificateBundle.make(authority: authority, environment: parent), own: Array(authority.utf8))
        }
        do throws(SandboxFailure) {
            var files: (merged: SealedFile, authority: SealedFile)?
            if let bundle { files = (try SealedFile(bundle.merged), try SealedFile(bundle.own)) }
            let environment = variables(
                description,
                at: AgentRun.proxy(loan, token: loan.token),
                files.map { (merged: $0.merged.path, authority: $0.authority.path) },
                runtime: nil
            )
            let process = try SandboxStart.startOpenly(options.command, environment: environment.variables)
            // Its end would be the token's, and the files'.
            return withExtendedLifetime((channel, files)) { SandboxStart.wait(for: process) }
        } catch { throw RunFailure(error) }
    }

    /// Where the proxy is in a network of its own.
    private var inside: String { "http://127.0.0.1:\(options.port)" }

    /// Where it is for whoever shows a token.
    private static func proxy(_ loan: RunLoan, token: String) -> String {
        "http://\(loan.agent):\(token)@\(LocalAddress.reaching(loan.address))"
    }

    private func variables(
        _ description: RunDescription,
        at proxy: String,
        _ bundle: (merged: String, authority: String)?,
        runtime directory: String?
    ) -> SandboxEnvironment {
        SandboxEnvironment(
            from: parent,
            for: description,
            proxy: proxy,
            bundle: bundle,
            runtimeDirectory: directory,
            options: options.environment
        )
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

    private func loan(_ channel: RunChannel) throws -> RunLoan {
        do throws(RunAnswer.Refusal) { return try channel.token(options.agent) } catch {
            throw CommandFailure(error.message, hint: error.hint)
        }
    }

    /// A path that the caller names, from the root on.
    private func place(_ path: String) throws -> String {
        guard let text = RealPath.of(path) else { throw CommandFailure.system("cannot find \(path)") }
        guard text != "/" else {
            throw CommandFailure(usage: "--bind and --ro take a part of the file system, not all of it")
        }
        return text
    }
}

extension AgentRun.Options {
    /// The first option that was given and only makes sense in a sandbox.
    fileprivate var isolating: String? {
        let given = [
            ("--transparent", isTransparent), ("--bind", !binds.isEmpty), ("--ro", !readOnly.isEmpty),
            ("--base-urls", environment.setsBaseURLs), ("--port", port != AgentRun.Options().port),
        ]
        return given.first { $0.1 }?.0
    }
}
