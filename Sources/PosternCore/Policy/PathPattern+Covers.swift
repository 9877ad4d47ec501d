extension PathPattern {
    /// Whether every path that `other` matches is matched by this pattern too.
    ///
    /// The patterns are compared segment by segment, so a few true coverings are not seen; none is claimed falsely.
    package func covers(_ other: PathPattern) -> Bool {
        let wanted = other.segments
        // Row by row: whether the segments from here on cover those of `other` from each place on.
        var row = Array(repeating: false, count: wanted.count + 1)
        row[wanted.count] = true
        for segment in segments.reversed() {
            var above = Array(repeating: false, count: wanted.count + 1)
            for place in stride(from: wanted.count, through: 0, by: -1) {
                let isLast = place == wanted.count
                above[place] =
                    switch segment {
                    case .any: row[place] || !isLast && above[place + 1]
                    case .one: !isLast && wanted[place].isOneSegment && row[place + 1]
                    case .literal: !isLast && wanted[place] == segment && row[place + 1]
                    }
            }
            row = above
        }
        return row[0]
    }
}

extension PathPattern.Segment {
    /// Whether it stands for exactly one segment that is not empty.
    fileprivate var isOneSegment: Bool {
        switch self {
        case .one: true
        case .literal(let bytes): !bytes.isEmpty
        case .any: false
        }
    }
}
