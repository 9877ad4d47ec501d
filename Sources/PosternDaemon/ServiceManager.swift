internal import CLinux
internal import Glibc

/// The service manager that started us, if one did; sd_notify(3) without its library.
struct ServiceManager: Sendable {
    private let socket: String?
    /// How often to say that all is well: half of what the manager asks for, or a wait of no meaning.
    let watchdogInterval: Duration

    init(_ variables: [String: String]) {
        socket = variables["NOTIFY_SOCKET"]
        let isForUs = variables["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        let microseconds = variables["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdogInterval = isForUs && microseconds > 0 ? .microseconds(microseconds / 2) : .seconds(60)
    }

    /// Sends the manager a message; failing to is no reason not to serve.
    func notify(_ message: String) {
        guard let socket else { return }
        postern_notify(socket, message)
    }

    /// Has it keep a socket over a restart; it comes back by its name.
    ///
    /// sd_notify(3), FDSTORE.
    func store(_ descriptor: CInt, as name: String) {
        guard let socket else { return }
        postern_notify_passing(socket, "FDSTORE=1\nFDNAME=\(name)", [descriptor], 1)
    }

    /// Has it let go of a socket.
    func forget(_ name: String) { notify("FDSTOREREMOVE=1\nFDNAME=\(name)") }
}
