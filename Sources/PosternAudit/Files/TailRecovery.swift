internal import Crypto

/// Where a log that was left, in order or by a crash, is to be continued.
///
/// A crash can leave a line without its end behind the last whole line, or a segment in which there is no whole line
/// yet. Such a *tail* is not touched at first: the log goes on in a segment behind it, and the first records there say
/// of each tail where it begins, what it is and what its hash is. Only when they are written is the tail cut off, so
/// that the files can be read one behind the other. A crash at any point of this leaves a log that verifies.
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
                let tail = try SegmentEnd.tail(path: path, from: end.wholeLines)
                gaps.insert(Gap(cause: .tail(segment: number, offset: end.wholeLines, tail)), at: 0)
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
