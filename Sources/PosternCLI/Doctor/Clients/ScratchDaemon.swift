internal import PosternAudit
internal import PosternCertificates
internal import PosternCommand
internal import PosternControl
internal import PosternSandbox

/// A `posternd` of this run alone, with one agent that has one credential for the origin.
///
/// It is the real program with a configuration and a state of its own; one that runs already is not touched.
final class ScratchDaemon {
    private static let patienceSeconds = 30
    private static let agent = "doctor"

    /// The value of the field that it injects.
    let credential: String
    /// Where `postern run` finds it.
    let socket: String
    private let program: ChildProgram

    init(
        daemon: String,
        for origin: Origin.Address,
        in scratch: ScratchDirectory,
        errors: CInt,
        interruption: Interruption
    ) throws(CommandFailure) {
        let secret = ScratchDaemon.random()
        credential = "Bearer \(secret)"
        socket = "\(scratch.path)/run.sock"
        try scratch.write(secret.utf8, to: "secret")
        try scratch.write(origin.authority.utf8, to: "origin.pem")
        try scratch.write(ScratchDaemon.configuration(scratch.path, port: origin.port).utf8, to: "proxy.conf")
        program = try ChildProgram(
            [daemon, "--config", "\(scratch.path)/proxy.conf", "--log-level", "warning"],
            environment: ["PATH": "/usr/bin:/bin", "HOME": scratch.path],
            directory: scratch.path,
            output: errors,
            error: errors
        )
        var rounds = ScratchDaemon.patienceSeconds * 50
        while (try? RunChannel(path: socket)) == nil {
            rounds -= 1
            guard rounds > 0, program.isRunning else {
                let log = scratch.text(of: "log").split(separator: "\n")
                let said = (log.first { $0.contains("error") } ?? log.last).map { ": \($0)" } ?? ""
                throw CommandFailure("posternd does not start in \(scratch.path)\(said)")
            }
            try interruption.pause(milliseconds: 20)
        }
        let bundle = try ScratchDaemon.trustStore(scratch.path)
        try scratch.write(bundle, to: "work/truststore.jks")
    }

    func end() { program.end() }

    /// The start of a program as the agent.
    func words(transparently isTransparent: Bool, _ words: [String]) -> [String] {
        ["run", "--socket", socket, "--agent", ScratchDaemon.agent]
            + (isTransparent ? ["--transparent"] : []) + ["--"] + words
    }

    /// A credential, or an answer, that nobody guesses.
    static func random() -> String { Hexadecimal.text((0..<16).map { _ in UInt8.random(in: .min ... .max) }) }

    private static func trustStore(_ directory: String) throws(CommandFailure) -> [UInt8] {
        do {
            let authority = try AuthorityCertificate(
                reading: AuthorityDirectory(stateDirectory: directory + "/state")
            )
            let bundle = TrustBundle(roots: [], authority: authority.der)
            return try bundle.bytes(.jks, password: TrustBundle.defaultPassword, now: Output.now())
        } catch { throw CommandFailure(error) }
    }

    /// A provider of the catalogue, so that the agent's placeholder is where its clients look for it.
    private static func configuration(_ directory: String, port: UInt16) -> String {
        """
        [proxy]
        listen = ["unix:\(directory)/proxy.sock"]
        state_dir = "\(directory)/state"

        [run]
        socket = "\(directory)/run.sock"

        [[provider]]
        name = "openai"
        hosts = ["\(Origin.host)"]
        connect_to = "127.0.0.1:\(port)"
        ca_file = "\(directory)/origin.pem"

        [[secret]]
        name = "doctor"
        provider = "openai"
        value = "file:\(directory)/secret"

        [[agent]]
        name = "\(agent)"

        [[grant]]
        agent = "\(agent)"
        secret = "doctor"
        placeholder = true

        """
    }
}
