internal import Glibc

/// What is at a path.
enum FileLook {
    case absent
    /// This user may not look.
    case forbidden
    case failed(String)
    case found(stat)

    /// Looks at what has the name, be it a link.
    init(_ path: String) {
        var status = stat()
        self.init(lstat(path, &status), status)
    }

    /// Looks at what a name leads to.
    init(following path: String) {
        var status = stat()
        self.init(stat(path, &status), status)
    }

    private init(_ result: Int32, _ status: stat) {
        switch result == 0 ? 0 : errno {
        case 0: self = .found(status)
        case ENOENT, ENOTDIR: self = .absent
        case EACCES, EPERM: self = .forbidden
        default: self = .failed(String(cString: strerror(errno)).lowercased())
        }
    }

    /// The names in a directory; `nil` if it cannot be read, as `errno` says.
    static func names(in path: String) -> [String]? {
        guard let directory = opendir(path) else { return nil }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Whether an `errno` value says that this user may not look.
    static func isForbidden(_ code: Int32) -> Bool { code == EACCES || code == EPERM }

    /// What is in a small file of the kernel's; nothing if it cannot be read.
    static func text(of path: String) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = read(file, &bytes, bytes.count)
        return String(decoding: bytes[..<max(count, 0)], as: UTF8.self)
    }
}
