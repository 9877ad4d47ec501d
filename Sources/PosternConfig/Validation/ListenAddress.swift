internal import PosternCore

/// Reads the addresses that listeners are given.
enum ListenAddress {
    /// The longest path of a unix socket: `sun_path` less its NUL.
    ///
    /// unix(7).
    private static let maxSocketPathBytes = 103

    /// Reads `127.0.0.1:3128`, `localhost:3128`, `unix:/path` or `systemd:NAME`.
    static func any(_ text: String, socketMode: UInt32, allowsRemote: Bool) throws(Refusal) -> ListenerSettings.Address
    {
        if text.hasPrefix("unix:") { return .unix(path: try socketPath(String(text.dropFirst(5))), mode: socketMode) }
        if text.hasPrefix("systemd:") { return .inherited(name: try inheritedName(String(text.dropFirst(8)))) }
        return .tcp(try tcp(text, allowsRemote: allowsRemote))
    }

    /// Reads an address and port, where port 0 is any free one.
    static func tcp(_ text: String, allowsRemote: Bool) throws(Refusal) -> IPEndpoint {
        guard let endpoint = endpoint(text) else {
            throw Refusal(
                "\(Excerpt.of(text)) is not an address to listen on",
                hint: "write `127.0.0.1:3128`, `[::1]:3128`, `unix:/path` or `systemd:NAME`"
            )
        }
        guard allowsRemote || endpoint.address.isLoopback else {
            throw Refusal(
                "\(endpoint) is not a loopback address: keys would cross the network in clear",
                hint: "listen on 127.0.0.1, or set `allow_remote_clients = true` in [proxy] if the network is trusted"
            )
        }
        return endpoint
    }

    /// Refuses a path that cannot be a socket's.
    static func socketPath(_ path: String) throws(Refusal) -> String {
        guard path.hasPrefix("/"), !path.hasSuffix("/") else { throw Refusal("a socket needs an absolute path") }
        guard path.utf8.count <= maxSocketPathBytes else {
            throw Refusal("a socket's path has at most \(maxSocketPathBytes) bytes")
        }
        return path
    }

    /// Refuses a name that cannot stand in `LISTEN_FDNAMES`.
    ///
    /// sd_listen_fds_with_names(3).
    static func inheritedName(_ name: String) throws(Refusal) -> String {
        guard (1...255).contains(name.utf8.count),
            name.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: ":") })
        else {
            throw Refusal("not the name of a systemd socket", hint: "it is FileDescriptorName= of the .socket unit")
        }
        return name
    }

    private static func endpoint(_ text: String) -> IPEndpoint? {
        guard let colon = text.lastIndex(of: ":"), let port = port(text[text.index(after: colon)...]) else {
            return nil
        }
        let host = text[..<colon] == "localhost" ? "127.0.0.1" : String(text[..<colon])
        return HostName(host)?.address.map { IPEndpoint(address: $0, port: port) }
    }

    /// Digits only: `UInt16("+80")` would be a number.
    private static func port(_ text: Substring) -> UInt16? {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? UInt16(text) : nil
    }
}
