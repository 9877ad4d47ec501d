internal import Crypto
internal import Glibc

/// The last whole line of a segment, found from the end of the file.
struct SegmentEnd {
    /// Bytes behind the last whole line.
    struct Tail {
        let bytes: Int
        let hash: String
        /// The first of them, for the record.
        let start: ArraySlice<UInt8>
    }

    /// The length of the file.
    let size: Int
    /// How much of it is whole lines.
    var wholeLines = 0
    /// The last whole line without its newline.
    var lastLine: [UInt8]?

    init(path: String) throws(AuditLogError) {
        let file = try FileDescriptor(opening: path, flags: O_RDONLY)
        size = Int(try file.status(path: path).st_size)
        // Read ever larger ends of the file until one holds two newlines, or it is the whole file.
        var length = min(size, 65_536)
        while true {
            let bytes = try SegmentEnd.read(file, from: size - length, count: length, path: path)
            if let newline = bytes.lastIndex(of: UInt8(ascii: "\n")) {
                let before = bytes[..<newline].lastIndex(of: UInt8(ascii: "\n"))
                if before != nil || length == size {
                    wholeLines = size - length + newline + 1
                    lastLine = Array(bytes[(before.map { $0 + 1 } ?? 0)..<newline])
                    return
                }
            } else if length == size {
                return
            }
            length = min(size, 4 * length)
        }
    }

    /// What stands behind the whole lines.
    static func tail(path: String, from offset: Int) throws(AuditLogError) -> Tail {
        let file = try FileDescriptor(opening: path, flags: O_RDONLY)
        let size = Int(try file.status(path: path).st_size)
        let bytes = try read(file, from: offset, count: max(0, size - offset), path: path)
        return Tail(bytes: bytes.count, hash: Hexadecimal.text(SHA256.hash(data: bytes)), start: bytes.prefix(4096))
    }

    private static func read(
        _ file: FileDescriptor,
        from offset: Int,
        count: Int,
        path: String
    ) throws(AuditLogError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let read = bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(AuditLogError) in try file.read(into: buffer, at: offset, path: path) }
        }
        return Array(bytes.prefix(try read.get()))
    }
}
