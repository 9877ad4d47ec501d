internal import PosternCore

/// Records of what has happened that could not be written yet, oldest first, and the number of those lost.
struct Backlog {
    private var records = PendingRecords()
    private var next = 0
    private let limit: Int
    /// Records for which there was no room since the last gap record.
    var dropped = 0

    init(limit: Int) { self.limit = limit }

    var isEmpty: Bool { next == records.entries.count && dropped == 0 }
    /// How many records wait.
    var count: Int { records.entries.count - next }

    /// Keeps a record, or counts it as lost.
    mutating func append(_ record: UnsafeRawBufferPointer) {
        // Once one record is lost, so are all until the gap is written: the order of what is kept stays true.
        if dropped == 0, records.bytes.count + record.count <= limit {
            records.append(record)
        } else {
            dropped += 1
        }
    }

    /// Adds waiting records to a group until it is `byteCount` long, and returns how many.
    func fill(_ group: inout LineGroup, upTo byteCount: Int) -> Int {
        var index = next
        while index < records.entries.count, group.byteCount < byteCount {
            records.withRecord(index) { group.append($0) }
            index += 1
        }
        return index - next
    }

    /// Forgets the oldest records, which are written now.
    mutating func removeFirst(_ count: Int) {
        next += count
        if next == records.entries.count {
            records.removeAll()
            next = 0
        }
    }
}
