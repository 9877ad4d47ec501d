internal import Glibc

/// Where the daemon takes the listeners of sandboxes.
package enum RunSocket {
    private static let name = "run.sock"
    private static let system = "/run/postern"

    /// The socket that was named, or the first that is there: in the user's state directory, below /run, or in the
    /// system's state directory.
    ///
    /// Where there is none, it is where it would be. In this order: `--socket`, `POSTERN_RUN_SOCKET`, those.
    package static func path(named socket: String?, environment: [String: String] = Environment.all) -> String {
        if let socket { return socket }
        if let named = environment["POSTERN_RUN_SOCKET"], !named.isEmpty { return named }
        let places = [StateDirectory.user(environment), system, StateDirectory.system].compactMap { $0 }
        let exists = { (path: String) in access(path, F_OK) == 0 }
        let place = places.first { exists("\($0)/\(name)") } ?? places.first(where: exists)
        return "\(place ?? (getuid() == 0 ? system : places[0]))/\(name)"
    }
}
