internal import CLinux
internal import Glibc

/// Tries to connect.
enum Reach {
    private static let patienceMilliseconds: CInt = 3000

    /// 0 if something listens at `ADDRESS:PORT` or at a path, else the `errno` value.
    static func error(_ address: String) -> Int32 {
        let path = address.hasPrefix("unix:") ? String(address.dropFirst(5)) : address
        return path.hasPrefix("/") ? unix(path) : tcp(address)
    }

    private static func unix(_ path: String) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return ENAMETOOLONG }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect($0, socklen_t(MemoryLayout<sockaddr_un>.size), AF_UNIX)
            }
        }
    }

    private static func tcp(_ address: String) -> Int32 {
        guard let colon = address.lastIndex(of: ":") else { return EINVAL }
        let host = address[..<colon].filter { $0 != "[" && $0 != "]" }
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(address[address.index(after: colon)...]), &hints, &found) == 0, let found else {
            return EINVAL
        }
        defer { freeaddrinfo(found) }
        return connect(found.pointee.ai_addr, found.pointee.ai_addrlen, found.pointee.ai_family)
    }

    private static func connect(_ address: UnsafePointer<sockaddr>, _ length: socklen_t, _ family: Int32) -> Int32 {
        let type = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let descriptor = socket(family, Int32(type), 0)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        if Glibc.connect(descriptor, address, length) == 0 { return 0 }
        guard errno == EINPROGRESS else { return errno }
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard poll(&wanted, 1, patienceMilliseconds) > 0 else { return ETIMEDOUT }
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
        return error
    }
}
