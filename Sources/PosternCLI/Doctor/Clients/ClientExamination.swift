internal import Glibc
internal import PosternCommand
internal import PosternControl
internal import PosternSandbox

/// `postern doctor --run`: has each client on this machine ask a built-in origin, through `postern run` and a `posternd` of its
/// own.
package final class ClientExamination {
    /// How long a client may take each time, in seconds.
    private static let patienceSeconds = 20

    private let environment: [String: String]
    private let scratch: ScratchDirectory
    private let interruption = Interruption()
    private let origin: OriginProcess
    private let daemon: ScratchDaemon
    private let programs: [ClientProgram]
    /// The program that starts others as agents.
    private let postern: String

    /// Starts the origin and the daemon; `names` are the clients to try, all if there are none.
    package init(only names: [String] = [], environment: [String: String] = Environment.all) throws {
        self.environment = environment
        if let obstacle = SandboxStart.probe() { throw CommandFailure(obstacle.message, hint: obstacle.hint) }
        scratch = try ScratchDirectory()
        let all = ClientProgram.all(trustStore: "\(scratch.work)/truststore.jks")
        if let unknown = names.first(where: { name in !all.contains { $0.name == name } }) {
            throw CommandFailure(
                usage: "there is no client `\(unknown)`",
                hint: "it is one of: \(all.map(\.name).joined(separator: "; "))"
            )
        }
        programs = names.isEmpty ? all : all.filter { names.contains($0.name) }
        postern = try ProgramFile.find("postern", environment: environment)
        let posternd = try DaemonProgram(environment: environment).path
        let log = try ClientExamination.file("\(scratch.path)/log")
        defer { close(log) }
        origin = try OriginProcess(daemon: posternd, in: scratch, errors: log)
        daemon = try ScratchDaemon(
            daemon: posternd,
            for: origin.address,
            in: scratch,
            errors: log,
            interruption: interruption
        )
    }

    deinit {
        // Before their directory is taken away.
        daemon.end()
        origin.end()
    }

    /// Tries each client that is there, and tells `tell` at once.
    package func run(_ tell: (ClientVerdict) -> Void) throws -> ClientReport {
        var verdicts: [ClientVerdict] = []
        var absent: [String] = []
        for client in programs {
            guard try isThere(client) else {
                absent.append(client.name)
                continue
            }
            let verdict = try examine(client)
            tell(verdict)
            verdicts.append(verdict)
        }
        return ClientReport(clients: verdicts, absent: absent)
    }

    /// As it is first, then caught, then with what is known to help.
    private func examine(_ client: ClientProgram) throws -> ClientVerdict {
        if let file = client.file { try scratch.write(file.contents.utf8, to: "work/\(file.name)") }
        guard case .failed(let reason) = try start(client, transparently: false) else { return .proven(client.name) }
        guard case .failed(let caught) = try start(client, transparently: true) else {
            return .needs(client.name, "--transparent", since: reason, fix: "postern run --transparent")
        }
        guard let remedy = client.remedy else { return .cannot(client.name, since: caught) }
        switch try start(client, transparently: remedy.isTransparent, variables: remedy.variables) {
        case .proven: return .needs(client.name, remedy.needs, since: caught, fix: remedy.fix)
        case .failed(let last): return .cannot(client.name, since: last)
        }
    }

    private func start(
        _ client: ClientProgram,
        transparently isTransparent: Bool,
        variables: [String: String] = [:]
    ) throws -> TrialResult {
        _ = origin.requests()
        let trial = ScratchDaemon.random()
        let words = [postern] + daemon.words(transparently: isTransparent, client.words)
        let ending = try run(words, variables: given(trial).merging(variables) { $1 })
        return TrialJudgement(credential: daemon.credential, patience: ClientExamination.patienceSeconds).result(
            ending,
            output: scratch.text(of: "output"),
            errors: scratch.text(of: "errors"),
            requests: origin.requests().filter { $0.trial == trial }
        )
    }

    private func isThere(_ client: ClientProgram) throws -> Bool {
        guard path(of: client.program) != nil else { return false }
        guard let presence = client.presence, let program = path(of: presence[0]) else { return true }
        return try run([program] + presence.dropFirst(), variables: [:]) == .exited(0)
    }

    private func run(_ words: [String], variables: [String: String]) throws -> ChildProgram.Ending {
        let output = try ClientExamination.file("\(scratch.path)/output")
        defer { close(output) }
        let errors = try ClientExamination.file("\(scratch.path)/errors")
        defer { close(errors) }
        let program = try ChildProgram(
            words,
            environment: environment.merging(variables) { $1 },
            directory: scratch.work,
            output: output,
            error: errors
        )
        return try program.wait(seconds: ClientExamination.patienceSeconds, unless: interruption)
    }

    /// What every client is told, and what keeps it from leaving anything behind.
    private func given(_ trial: String) -> [String: String] {
        let address = "https://\(Origin.host)"
        let caches = [
            "XDG_CACHE_HOME", "npm_config_cache", "CARGO_HOME", "GOPATH", "DENO_DIR", "GH_CONFIG_DIR",
            "BUN_INSTALL_CACHE_DIR",
        ]
        return [
            "DOCTOR_ORIGIN": address, "DOCTOR_TRIAL": trial, "DOCTOR_URL": "\(address)/v1/\(trial)",
            "GIT_TERMINAL_PROMPT": "0", "PYTHONDONTWRITEBYTECODE": "1", "GOFLAGS": "-modcacherw",
            "GOPROXY": "\(address)/v1/\(trial)", "GONOSUMDB": "*", "GH_HOST": Origin.host, "GH_PROMPT_DISABLED": "1",
        ].merging(caches.map { ($0, "\(scratch.work)/.cache") }) { $1 }
    }

    private func path(of program: String) -> String? {
        let path = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        return path.split(separator: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }

    private static func file(_ path: String) throws(CommandFailure) -> CInt {
        // Appended to, since a program may open what it writes to a second time.
        let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .system("cannot write \(path)") }
        return descriptor
    }
}
