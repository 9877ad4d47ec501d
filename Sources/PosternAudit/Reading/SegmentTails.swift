/// Where segments end before their files do.
///
/// Of what a crash or a failed write left at the end of a segment, the first records of the next segment say where it
/// begins. They have to be known before the segment is read. That they are genuine is proven later, when the chain
/// reaches them.
struct SegmentTails {
    /// What a gap record says of the end of a segment.
    struct Tail {
        /// How many bytes of the file belong to the log.
        let offset: Int
        /// How many follow, and their SHA-256; unknown where the daemon could not read them back.
        let bytes: Int?
        let hash: String?
    }

    private var tails: [Int: Tail] = [:]

    subscript(segment: Int) -> Tail? { tails[segment] }

    /// Reads the gap records at the start of each of the segments.
    mutating func read(_ directory: AuditDirectory, segments: some Sequence<Int>) throws(AuditLogError) {
        for segment in segments {
            var reader = try LineReader(path: directory.segmentPath(segment))
            while let gap = try reader.next({ SegmentTails.tail($0) }), let (of, tail) = gap { tails[of] = tail }
        }
    }

    private static func tail(_ bytes: UnsafeRawBufferPointer) -> (Int, Tail)? {
        guard let line = ChainedLine(bytes), line.kind == .gap, let segment = line.gap.segment,
            let offset = line.gap.offset
        else { return nil }
        let hash = line.gap.hash.map { String(decoding: $0, as: UTF8.self) }
        return (segment, Tail(offset: offset, bytes: line.gap.bytes, hash: hash))
    }
}
