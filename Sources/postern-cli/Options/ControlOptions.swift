import ArgumentParser
import PosternCLI

/// How a command reaches the daemon, and for whom it prints.
struct ControlOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The daemon's control socket.",
            discussion: "By default POSTERN_CONTROL_SOCKET, or control.sock in the state directory.",
            valueName: "path"
        ),
        completion: .file()
    )
    var socket: String?

    @Option(
        help: ArgumentHelp(
            "The daemon's state directory.",
            discussion: "By default $XDG_STATE_HOME/postern or /var/lib/postern, whichever holds a control socket.",
            valueName: "dir"
        ),
        completion: .directory
    )
    var stateDir: String?

    @Flag(help: "Print the answer as JSON.")
    var json = false

    var session: ControlSession { ControlSession(socketPath: path, printsJSON: json) }

    /// Whether a socket was named or is there.
    var mayBeRunning: Bool { socket != nil || ControlSocket.exists(path) }

    private var path: String { ControlSocket.path(socket: socket, stateDirectory: stateDir) }
}
