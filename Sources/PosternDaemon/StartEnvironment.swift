internal import CLinux
internal import Foundation

/// The environment the process was started with, taken out of the process.
///
/// libcurl and OpenSSL go by variables (`http_proxy`, `SSLKEYLOGFILE`, `OPENSSL_CONF`, …) that must not decide where a
/// credential goes, and a helper program must not inherit a secret.
struct StartEnvironment {
    let variables: [String: String]
    /// Sockets handed over by the service manager, by name; see sd_listen_fds(3).
    let inheritedSockets: [String: CInt]
    /// Names that several of them have, of which the first alone is served.
    let repeatedNames: Set<String>
    let serviceManager: ServiceManager

    /// Reads the environment and empties it.
    ///
    /// To be called once, before any thread is started.
    static func take() -> StartEnvironment {
        let variables = ProcessInfo.processInfo.environment
        let (sockets, repeated) = inheritedSockets(variables)
        let environment = StartEnvironment(
            variables: variables,
            inheritedSockets: sockets,
            repeatedNames: repeated,
            serviceManager: ServiceManager(variables)
        )
        clearenv()
        return environment
    }

    /// As many as there may be of sandboxes, each with its wrapper's connection and four listeners, and the rest besides.
    private static let maxInherited: CInt = 32_768

    private static func inheritedSockets(
        _ variables: [String: String]
    ) -> (sockets: [String: CInt], repeated: Set<String>) {
        guard variables["LISTEN_PID"] == "\(getpid())", let count = variables["LISTEN_FDS"].flatMap({ CInt($0) }),
            (1...maxInherited).contains(count)
        else { return ([:], []) }
        let names = variables["LISTEN_FDNAMES"]?.split(separator: ":", omittingEmptySubsequences: false) ?? []
        var sockets: [String: CInt] = [:]
        var repeated: Set<String> = []
        for index in 0..<count {
            let descriptor = 3 + index
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            let name = Int(index) < names.count ? String(names[Int(index)]) : "unknown"
            if sockets[name] == nil { sockets[name] = descriptor } else { repeated.insert(name) }
        }
        return (sockets, repeated)
    }
}
