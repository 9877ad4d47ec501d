internal import Glibc
internal import PosternCommand

/// Where the daemon's control socket is.
package enum ControlSocket {
    /// The socket that was named, or the one in the state directory.
    ///
    /// In this order: `--socket`, `--state-dir`, `POSTERN_CONTROL_SOCKET`, and the state directory of the user or of the
    /// system, whichever holds one.
    package static func path(
        socket: String?,
        stateDirectory: String?,
        environment: [String: String] = Environment.all
    ) -> String {
        if let socket { return socket }
        if let stateDirectory { return "\(stateDirectory)/\(name)" }
        if let named = environment["POSTERN_CONTROL_SOCKET"], !named.isEmpty { return named }
        return "\(StateDirectory.choose(holding: name, environment: environment))/\(name)"
    }

    /// Whether there is something at a path.
    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    private static let name = "control.sock"
}
