package import PosternAudit

/// The newest records of a log, and those that are still to come.
package struct AuditTail {
    private let directory: AuditDirectory
    private let filter: AuditFilter
    private var reader: SegmentReader?

    package init(_ directory: AuditDirectory, _ filter: AuditFilter) {
        self.directory = directory
        self.filter = filter
    }

    /// The last `count` records that match, oldest first; `nil` is all of them.
    ///
    /// Segments are read from the newest to the oldest until there are enough, or one starts before the time that the
    /// filter asks for.
    package mutating func last(_ count: Int?) throws(AuditLogError) -> [AuditEntry] {
        let segments = try directory.segments()
        guard !segments.isEmpty else { throw .absent(path: directory.path) }
        var found: [AuditEntry] = []
        for segment in segments.reversed() {
            let missing = count.map { $0 - found.count }
            if let missing, missing <= 0, reader != nil { break }
            let (entries, startsBefore) = try read(segment, last: missing)
            found = entries + found
            if startsBefore { break }
        }
        return found
    }

    /// The matching records that were written since the last call.
    package mutating func next() throws(AuditLogError) -> [AuditEntry] {
        var found: [AuditEntry] = []
        while var current = reader {
            let newer = try directory.segments().first { $0 > current.segment }
            while let entry = try current.next({ AuditEntry($0) }) {
                if filter.matches(entry) { found.append(entry) }
            }
            // The newer segment was there before the older one was read to its end, so nothing of it is missed.
            guard let newer else {
                reader = current
                break
            }
            reader = try SegmentReader(directory, segment: newer)
        }
        return found
    }

    /// The last matching records of one segment, and whether it reaches back further than the filter.
    private mutating func read(_ segment: Int, last count: Int?) throws(AuditLogError) -> ([AuditEntry], Bool) {
        var reader = try SegmentReader(directory, segment: segment)
        var entries: [AuditEntry] = []
        var startsBefore = false
        while let entry = try reader.next({ AuditEntry($0) }) {
            if reader.line == 1, filter.since != nil { startsBefore = !filter.reaches(entry) }
            if filter.matches(entry) { entries.append(entry) }
            // Twice the number, then half of them at once: cheap, and bounded.
            if let count, entries.count > 2 * count + 64 { entries.removeFirst(entries.count - count) }
        }
        if self.reader == nil { self.reader = reader }
        return (count.map { Array(entries.suffix($0)) } ?? entries, startsBefore)
    }
}

extension AuditFilter {
    /// Whether a record is not older than the filter asks for.
    func reaches(_ entry: AuditEntry) -> Bool {
        var times = AuditFilter()
        times.since = since
        times.showsAll = true
        return times.matches(entry)
    }
}
