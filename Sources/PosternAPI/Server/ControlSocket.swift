// Where the compiler has seen `struct stat` first, once NIO is in the module.
internal import CDispatch
internal import CLinux
internal import Glibc

/// The listening socket, which only its owner can reach.
struct ControlSocket {
    /// `sun_path` holds 107 bytes, and the socket is made under a name four bytes longer.
    static let maxPathBytes = 103
    private static let backlog: Int32 = 64

    let path: String
    let descriptor: Int32
    private let file: postern_file

    init(path: String) throws(ControlServerError) {
        guard path.utf8.count <= ControlSocket.maxPathBytes else {
            throw .pathTooLong(path: path, limit: ControlSocket.maxPathBytes)
        }
        try ControlSocket.prepareDirectory(of: path)
        var file = postern_file()
        let descriptor = postern_listen_unix(path, 0o600, ControlSocket.backlog, &file)
        guard descriptor >= 0 else {
            throw errno == EADDRINUSE
                ? .inUse(path: path) : .cannotListen(path: path, reason: String(cString: strerror(errno)))
        }
        self.path = path
        self.descriptor = descriptor
        self.file = file
    }

    /// Takes the name away, unless it has become another's.
    func remove() {
        var file = file
        postern_remove_file(path, &file)
    }

    /// Closes the socket, if nobody has taken it over to serve it.
    func close() { Glibc.close(descriptor) }

    /// Makes the directory if it is not there, and refuses one in which others may write.
    private static func prepareDirectory(of path: String) throws(ControlServerError) {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        if mkdir(directory, 0o700) != 0, errno != EEXIST {
            throw .unsafeDirectory(path: directory, reason: "cannot be made: \(String(cString: strerror(errno)))")
        }
        var status = stat()
        guard stat(directory, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw .unsafeDirectory(path: directory, reason: "is no directory")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw .unsafeDirectory(path: directory, reason: "belongs to another user")
        }
        guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw .unsafeDirectory(path: directory, reason: "can be written by other users")
        }
    }
}
