internal import Glibc
internal import PosternCommand

/// Where the daemon takes the listeners of sandboxes.
enum RunSocket {
    private static let name = "run.sock"
    private static let system = "/run/postern"

    /// The socket that was named, or the first that is there: in the user's state directory, below /run, or in the
    /// system's state directory.
    ///
    /// In this order: `--socket`, `POSTERN_RUN_SOCKET`.
    static func path(named socket: String?, environment: [String: String] = Environment.all) -> String {
        if let socket { return socket }
        if let named = environment["POSTERN_RUN_SOCKET"], !named.isEmpty { return named }
        let places = [StateDirectory.user(environment), system, StateDirectory.system].compactMap { $0 }
        return places.map { "\($0)/\(name)" }.first { access($0, F_OK) == 0 } ?? "\(system)/\(name)"
    }
}
