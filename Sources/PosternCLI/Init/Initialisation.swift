internal import FoundationEssentials
internal import PosternCertificates
internal import PosternCommand
internal import PosternConfig
internal import PosternCore

/// Makes all that a first start needs: configuration, state, authority, and an agent with a key.
package struct Initialisation: Encodable {
    /// What `posternd --init` prints.
    private struct Made: Decodable {
        let agent: String
        let key: String
        let state: String
        let ca: String
    }

    /// The variables by which most programs find the certificates they trust.
    private static let bundleVariables = [
        "SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS",
    ]

    private let agent: String
    private let key: String
    private let state: String
    private let ca: String
    private let config: String
    private let bundle: String
    private let environment: [String: String]
    private let start: String

    /// Makes what is not there; posternd refuses where there is an agent of this name already.
    package init(agent: String, userMode: Bool, environment variables: [String: String] = Environment.all) throws {
        let daemon = try DaemonProgram(environment: variables)
        config = ConfigurationLoader.resolvePath(explicit: nil, userMode: userMode, environment: variables)
        try NewConfiguration.write(to: config, userMode: userMode)
        // All that can fail comes before the key, which cannot be shown again.
        let address = try Initialisation.address(config, userMode: userMode, variables)
        let roots = try RootCertificates.system()
        let output = try daemon.output(
            (userMode ? ["--user"] : []) + ["--init", "--agent", agent, "--log-level", "warning"]
        )
        guard let made = try? JSONDecoder().decode(Made.self, from: output) else {
            throw CommandFailure("what posternd printed cannot be read", hint: "are both of the same version?")
        }
        self.agent = made.agent
        key = made.key
        state = made.state
        ca = made.ca
        bundle = String(config[..<(config.lastIndex(of: "/") ?? config.startIndex)]) + "/ca-bundle.pem"
        try Initialisation.writeBundle(to: bundle, stateDirectory: made.state, roots: roots)
        let proxy = "http://\(made.agent):\(made.key)@\(address)"
        environment = Dictionary(
            uniqueKeysWithValues: [("https_proxy", proxy), ("http_proxy", proxy), ("no_proxy", "127.0.0.1,localhost")]
                + Initialisation.bundleVariables.map { [bundle] name in (name, bundle) }
        )
        start = userMode ? "posternd --user" : "systemctl enable --now posternd"
    }

    /// The three lines to paste: one for the daemon, two for the agent.
    package var text: String {
        let names = ["https_proxy", "http_proxy", "no_proxy"]
        return "\(start)\n\(line(names))\n\(line(Initialisation.bundleVariables))\n"
    }

    /// What was made and where, for people.
    package var words: [String] {
        [
            "state is in \(state): keep a copy of it, and one of its master.key elsewhere",
            "configuration is \(config)",
            "agent \(agent) is created; its key is shown this once, in the second line",
        ]
    }

    private func line(_ names: [String]) -> String {
        "export " + names.map { "\($0)=\(Initialisation.quoted(environment[$0] ?? ""))" }.joined(separator: " ")
    }

    /// Text that a shell takes as it is.
    private static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || "0123456789-_./:@,%+=".utf8.contains(byte)
        }
        return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }

    private static func writeBundle(to path: String, stateDirectory: String, roots: [[UInt8]]) throws {
        let authority = try AuthorityCertificate(reading: AuthorityDirectory(stateDirectory: stateDirectory))
        let bundle = TrustBundle(roots: roots, authority: authority.der)
        let bytes = try bundle.bytes(.pem, password: TrustBundle.defaultPassword, now: Output.now())
        try OutputFile.write(bytes, to: path, isText: true)
    }

    /// The first port where keys tell agents apart.
    private static func address(_ path: String, userMode: Bool, _ variables: [String: String]) throws -> String {
        let loader = ConfigurationLoader(path: path, userMode: userMode, environment: variables)
        let listeners = try loader.loadWithoutSecrets().settings.listeners
        for listener in listeners where listener.agent == nil {
            if case .tcp(let endpoint) = listener.address { return endpoint.description }
        }
        return "127.0.0.1:3128"
    }
}
