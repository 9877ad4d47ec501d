internal import PosternCore

/// A place where the chain is continued although something is not in it.
struct Gap {
    enum Cause {
        /// Records were lost because nothing could be written for too long.
        case dropped(records: Int)
        /// A segment ends in bytes that are not part of the log: a line torn by a crash or, where they are not given,
        /// what a failed write left and could not be cut off.
        case tail(segment: Int, offset: Int, SegmentEnd.Tail?)
    }

    let cause: Cause

    func encode(into encoder: inout JSONObjectEncoder) {
        encoder.member("@timestamp", timestamp: SystemClock.realtime())
        encoder.member("event.action", constant: "gap")
        switch cause {
        case .dropped(let records):
            encoder.member("event.reason", constant: "records_dropped")
            encoder.member("postern.gap.records", records)
        case .tail(let segment, let offset, let tail):
            encoder.member("event.reason", constant: tail == nil ? "failed_write" : "torn_line")
            encoder.member("postern.gap.segment", segment)
            encoder.member("postern.gap.offset", offset)
            encoder.member("postern.gap.bytes", tail?.bytes)
            encoder.member("postern.gap.hash", tail?.hash)
            encoder.member("postern.gap.text", bytes: tail?.start)
        }
    }
}

/// A signed record: everything up to here was written by the holder of the key.
struct Checkpoint {
    let keyID: String

    func encode(into encoder: inout JSONObjectEncoder) {
        encoder.member("@timestamp", timestamp: SystemClock.realtime())
        encoder.member("event.action", constant: "checkpoint")
        encoder.member("postern.key", keyID)
    }
}
