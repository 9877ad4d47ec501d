internal import Glibc
internal import PosternCommand
internal import PosternConfig
internal import PosternControl
internal import PosternCore

/// What `postern doctor` looks at: a configuration, a state directory and, if it runs, a daemon.
package struct Installation {
    /// What the command line says.
    package struct Options {
        package var configuration: String?
        package var isUserMode = false
        package var controlSocket: String?
        package var stateDirectory: String?
        /// An agent that is to be started.
        package var agent: String?

        package init() {}
    }

    let configuration: ConfigurationReport
    let configurationPath: String
    let stateDirectory: String
    let client: ControlClient
    let socketPath: String
    let status: Result<StatusAnswer, ControlError>
    let runSocket: String?
    let environment: [String: String]
    let agent: String?

    /// Finds what there is to look at, and asks the daemon.
    package init(_ options: Options, environment: [String: String] = Environment.all) {
        self.environment = environment
        agent = options.agent
        let expected = Installation.configurationPath(options, environment)
        let first = ConfigurationReport(path: expected.path, userMode: expected.isUserMode, environment: environment)
        socketPath = Installation.controlSocket(options, first.configuration?.settings, environment)
        client = ControlClient(socketPath: socketPath, timeoutSeconds: 20)
        do throws(ControlError) { status = .success(try client.call(.get, "/v1/status")) } catch {
            status = .failure(error)
        }
        let answer = try? status.get()
        // A daemon that runs knows better which file it was given.
        if options.configuration == nil, let named = answer?.configuration, named != expected.path {
            configurationPath = named
            configuration = ConfigurationReport(path: named, userMode: false, environment: environment)
        } else {
            configurationPath = expected.path
            configuration = first
        }
        let settings = configuration.configuration?.settings
        stateDirectory =
            answer?.stateDirectory ?? options.stateDirectory ?? settings?.stateDirectory
            ?? StateDirectory.choose(holding: "store.db", environment: environment)
        runSocket = Installation.runSocket(settings?.run.socket ?? .usual, stateDirectory, environment)
    }

    private static func configurationPath(
        _ options: Options,
        _ environment: [String: String]
    ) -> (path: String, isUserMode: Bool) {
        func path(_ isUserMode: Bool) -> String {
            ConfigurationLoader.resolvePath(
                explicit: options.configuration,
                userMode: isUserMode,
                environment: environment
            )
        }
        if options.isUserMode || options.configuration != nil { return (path(options.isUserMode), options.isUserMode) }
        let modes = getuid() == 0 ? [false, true] : [true, false]
        let found = modes.first { access(path($0), F_OK) == 0 } ?? (getuid() != 0)
        return (path(found), found)
    }

    private static func controlSocket(
        _ options: Options,
        _ settings: ProxySettings?,
        _ environment: [String: String]
    ) -> String {
        let isNamed =
            options.controlSocket != nil || options.stateDirectory != nil
            || environment["POSTERN_CONTROL_SOCKET"].map { !$0.isEmpty } ?? false
        if !isNamed, let settings { return settings.controlSocket ?? "\(settings.stateDirectory)/control.sock" }
        return ControlSocket.path(
            socket: options.controlSocket,
            stateDirectory: options.stateDirectory,
            environment: environment
        )
    }

    /// Where `postern run` asks; `nil` if it is switched off.
    private static func runSocket(
        _ setting: RunSettings.Socket,
        _ stateDirectory: String,
        _ environment: [String: String]
    ) -> String? {
        switch setting {
        case .off: return nil
        case .path(let path): return path
        case .usual:
            let beside = "\(stateDirectory)/run.sock"
            return access(beside, F_OK) == 0 ? beside : RunSocket.path(named: nil, environment: environment)
        }
    }

    /// Everything that is looked at, in the order in which one thing needs the other.
    package func findings() -> [Finding] {
        let files = FileChecks(installation: self)
        let daemon = DaemonChecks(installation: self)
        let authority = AuthorityChecks(stateDirectory: stateDirectory)
        let machine = MachineChecks(installation: self)
        return [files.configuration(), files.state(), files.keys()] + daemon.findings()
            + [authority.certificate(), authority.systemTrust()] + machine.findings()
            + (agent.map { [AgentCheck(installation: self, agent: $0).finding()] } ?? [])
    }
}
