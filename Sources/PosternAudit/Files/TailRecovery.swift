internal import Crypto
internal import Glibc

/// Where a log that was left, in order or by a crash, is to be continued.
///
/// Nothing that is on the disk is changed. A crash can leave a line without its end behind the last whole line, or a
/// segment in which there is no whole line yet. Such a *tail* stays where it is, byte for byte; the log goes on in a
/// segment behind it, and the first records there say of each tail where it begins and what its hash is.
struct TailRecovery {
    /// The place of the last whole line.
    private(set) var chain = ChainPosition.origin
    /// The tails that must be accounted for before anything else is written.
    private(set) var gaps: [Gap] = []
    /// The segment to append to, which may not exist yet.
    private(set) var segment = 1

    /// Looks at the segments from the last one back to one with a whole line.
    ///
    /// - Throws: ``AuditLogError/damaged(path:reason:)`` if that line has no sequence number.
    init(directory: AuditDirectory) throws(AuditLogError) {
        let segments = try directory.segments()
        guard let last = segments.last, let first = segments.first else { return }
        var lastIsEmpty = false
        for number in segments.reversed() {
            let path = directory.segmentPath(number)
            let end = try SegmentEnd(path: path)
            if number == last { lastIsEmpty = end.size == 0 }
            if end.size > end.wholeLines {
                let (bytes, digest) = try SegmentEnd.tail(path: path, from: end.wholeLines)
                let cause = Gap.Cause.tail(segment: number, offset: end.wholeLines, bytes: bytes, digest: digest)
                gaps.insert(Gap(cause: cause), at: 0)
            }
            if let line = end.lastLine {
                chain = try TailRecovery.position(of: line, path: path)
                break
            }
        }
        if chain == .origin, first != 1 {
            throw .damaged(path: directory.segmentPath(first), reason: "holds no whole record")
        }
        segment = gaps.isEmpty || lastIsEmpty ? last : last + 1
    }

    private static func position(of line: [UInt8], path: String) throws(AuditLogError) -> ChainPosition {
        let sequence = line.withUnsafeBytes { ChainedLine($0)?.sequence }
        guard let sequence else { throw .damaged(path: path, reason: "ends in a line that is not a record") }
        return ChainPosition(sequence: sequence, digest: SHA256.hash(data: line))
    }
}

/// The last whole line of a segment, found from the end of the file.
private struct SegmentEnd {
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

    /// The length and hash of what stands behind the whole lines.
    static func tail(path: String, from offset: Int) throws(AuditLogError) -> (Int, String) {
        let file = try FileDescriptor(opening: path, flags: O_RDONLY)
        let size = Int(try file.status(path: path).st_size)
        let bytes = try read(file, from: offset, count: size - offset, path: path)
        return (bytes.count, Hexadecimal.text(SHA256.hash(data: bytes)))
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
