internal import Glibc

/// Whole files, as bytes.
enum FileBytes {
    /// Everything a descriptor has left.
    static func read(_ file: Int32, named path: String, atMost most: Int) throws(FileFault) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: most + 1)
        var length = 0
        while length < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(file, $0.baseAddress?.advanced(by: length), $0.count - length)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system("cannot read \(path)") }
            if count == 0 { break }
            length += count
        }
        guard length <= most else { throw FileFault("\(path) is larger than \(most >> 20) MiB") }
        return Array(bytes[..<length])
    }

    /// Writes all of them to a descriptor, and to the disk.
    static func write(_ bytes: [UInt8], to file: Int32, named path: String) throws(FileFault) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system("cannot write \(path)") }
            rest = rest.dropFirst(count)
        }
        guard fsync(file) == 0 else { throw .system("cannot write \(path)") }
    }

    /// Makes what happened to the names in a directory durable.
    static func sync(directory: String) throws(FileFault) {
        let file = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw .system("cannot open \(directory)") }
        defer { close(file) }
        guard fsync(file) == 0 else { throw .system("cannot write \(directory)") }
    }

    /// The directory that a path is in.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "/" }
        return String(path[..<slash])
    }
}
