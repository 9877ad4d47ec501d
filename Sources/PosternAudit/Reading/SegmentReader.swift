/// Reads the records of one segment, for people.
///
/// It checks nothing: that is what ``AuditVerifier`` is for.
package struct SegmentReader {
    private var lines: LineReader
    package let segment: Int
    /// The line that was read last, counted from 1.
    package private(set) var line = 0

    /// Opens a segment, to be read as far as it belongs to the log.
    package init(_ directory: AuditDirectory, segment: Int) throws(AuditLogError) {
        self.segment = segment
        var tails = SegmentTails()
        let next = try directory.segments().first { $0 > segment }
        if let next { try tails.read(directory, segments: [next]) }
        lines = try LineReader(path: directory.segmentPath(segment), upTo: tails[segment]?.offset ?? .max)
    }

    /// Calls `body` with the next line without its newline, or returns `nil` where there is no whole line (yet).
    package mutating func next<Result>(_ body: (UnsafeRawBufferPointer) -> Result) throws(AuditLogError) -> Result? {
        let result = try lines.next(body)
        if result != nil { line += 1 }
        return result
    }
}
