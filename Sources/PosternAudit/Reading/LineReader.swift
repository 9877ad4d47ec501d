internal import Glibc

/// Reads a segment line by line in memory that is bounded by the longest line.
struct LineReader {
    /// No record comes near it; a longer line means that the file is not a segment.
    private static let maxLineBytes = 64 << 20

    private let path: String
    private let file: FileDescriptor
    private let limit: Int
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)
    private var start = 0
    private var end = 0
    private var bufferOffset: Int

    /// Opens a segment, to be read from one offset up to another.
    init(path: String, from offset: Int = 0, upTo limit: Int = .max) throws(AuditLogError) {
        self.path = path
        self.limit = limit
        file = try FileDescriptor(opening: path, flags: O_RDONLY)
        bufferOffset = offset
    }

    /// Where the next line starts in the file.
    var offset: Int { bufferOffset + start }
    /// How many bytes without a newline have been read behind the last whole line.
    var remainder: Int { end - start }

    /// Calls `body` with the next line without its newline, or returns `nil` where there is no whole line (yet).
    mutating func next<Result>(_ body: (UnsafeRawBufferPointer) -> Result) throws(AuditLogError) -> Result? {
        var searched = start
        while true {
            if let newline = newline(from: searched) {
                defer { start = newline + 1 }
                return buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[start..<newline])) }
            }
            let length = end - start
            if try !fill() { return nil }
            searched = start + length
        }
    }

    private func newline(from index: Int) -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard index < end, let base = bytes.baseAddress,
                let found = memchr(base + index, Int32(UInt8(ascii: "\n")), end - index)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    /// Reads more of the file behind what is in the buffer; false at the end.
    private mutating func fill() throws(AuditLogError) -> Bool {
        if start > 0 {
            buffer.replaceSubrange(0..<(end - start), with: Array(buffer[start..<end]))
            bufferOffset += start
            end -= start
            start = 0
        }
        if end == buffer.count {
            guard buffer.count < LineReader.maxLineBytes else {
                throw .damaged(path: path, reason: "has a line longer than any record")
            }
            buffer.append(contentsOf: repeatElement(0, count: buffer.count))
        }
        let room = min(buffer.count - end, limit - bufferOffset - end)
        guard room > 0 else { return false }
        let (from, offset, file, path) = (end, bufferOffset + end, file, path)
        let count = try buffer.withUnsafeMutableBytes { buffer in
            Swift.Result { () throws(AuditLogError) in
                try file.read(
                    into: UnsafeMutableRawBufferPointer(rebasing: buffer[from..<(from + room)]),
                    at: offset,
                    path: path
                )
            }
        }.get()
        end += count
        return count > 0
    }
}
