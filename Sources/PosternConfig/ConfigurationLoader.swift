package import PosternCore

/// Reads the configuration file and everything it refers to.
///
///     file, checked -> TOML tree with lines -> sections, each validated -> Configuration
///
/// The configuration is whole or not there: any problem refuses it, and all problems are reported together.
package struct ConfigurationLoader: Sendable {
    private static let maxBytes = 4 * 1024 * 1024

    private let path: String
    private let userMode: Bool
    private let environment: [String: String]

    /// Takes the path of the file, whether Postern runs as a user's own service, and the process environment.
    package init(path: String, userMode: Bool, environment: [String: String]) {
        self.path = path
        self.userMode = userMode
        self.environment = environment
    }

    /// Loads and validates everything, secrets included.
    ///
    /// It reads files and runs `exec:` helpers, so it may block for seconds: not for an event loop.
    ///
    /// - Throws: ``ConfigError`` with every problem found.
    package func load() throws(ConfigError) -> Configuration { try configuration(from: readFile()) }

    /// Loads and validates everything but secrets, in whose places other texts stand.
    package func loadWithoutSecrets() throws(ConfigError) -> Configuration {
        try configuration(from: readFile(), fetchesSecrets: false)
    }

    private func readFile() throws(ConfigError) -> [UInt8] {
        do {
            try FileOwner.checkParent(of: path)
            return try CheckedFile(path: path, forbiddenMode: 0o022, maxBytes: ConfigurationLoader.maxBytes).read()
        } catch {
            throw ConfigError(file: path, reason: error.reason, hint: error.hint)
        }
    }

    /// Validates a configuration's text as if it had been read from the file.
    package func configuration(
        from text: [UInt8],
        fetchesSecrets: Bool = true
    ) throws(ConfigError) -> Configuration {
        let problems = ProblemList(file: path)
        let document: ConfigTable
        do {
            document = try TOMLDocument.parse(text)
        } catch {
            throw ConfigError(file: path, line: error.line, reason: "not TOML: \(error.reason)", hint: error.hint)
        }
        let root = RootReader(document, problems: problems)
        let directories = Directories(userMode: userMode, environment: environment)
        let configuration = ConfigurationBuilder(
            root: root,
            problems: problems,
            directories: directories,
            secrets: SecretReader(environment: environment, isBlind: !fetchesSecrets)
        ).build()
        if let error = problems.error { throw error }
        return configuration
    }

    /// The path of the file to read: the one that was named, or the usual one.
    ///
    /// - Parameters:
    ///   - explicit: the path given on the command line.
    ///   - userMode: whether Postern runs as a user's own service.
    ///   - environment: the process environment.
    /// - Returns: `explicit`, else `$XDG_CONFIG_HOME/postern/proxy.conf` (or the same below `~/.config`) in user mode,
    ///   else `/etc/postern/proxy.conf`.
    package static func resolvePath(explicit: String?, userMode: Bool, environment: [String: String]) -> String {
        explicit ?? Directories(userMode: userMode, environment: environment).configurationFile
    }
}
