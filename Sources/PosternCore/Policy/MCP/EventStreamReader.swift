/// One event of a stream as it came, and the text of its data.
struct StreamedEvent {
    /// Every line of it with the empty one that ends it.
    private(set) var bytes: [UInt8] = []
    /// The data lines, joined by line feeds.
    private(set) var data: [UInt8] = []
    /// Where the pieces of `data` are in `bytes`.
    private var pieces: [(data: Int, bytes: Int, count: Int)] = []

    var isEmpty: Bool { bytes.isEmpty }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    /// Takes a line that stands in `bytes` already, without its end.
    mutating func note(line: Range<Int>) {
        guard let value = StreamedEvent.dataValue(bytes[line]) else { return }
        if !pieces.isEmpty { data.append(0x0a) }
        pieces.append((data.count, value.lowerBound, value.count))
        data += bytes[value]
    }

    /// The places of `data` as places of `bytes`; one that spans lines becomes one for each.
    func places(of ranges: [Range<Int>]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var piece = 0
        for range in ranges {
            while piece < pieces.count, pieces[piece].data + pieces[piece].count <= range.lowerBound { piece += 1 }
            var next = piece
            while next < pieces.count, pieces[next].data < range.upperBound {
                let start = max(range.lowerBound, pieces[next].data)
                let end = min(range.upperBound, pieces[next].data + pieces[next].count)
                let shift = pieces[next].bytes - pieces[next].data
                if start < end { result.append(start + shift..<end + shift) }
                next += 1
            }
        }
        return result
    }

    /// Where the value of a `data` line is; `nil` for any other line.
    ///
    /// WHATWG HTML section 9.2.6: one space behind the colon is not part of the value.
    private static func dataValue(_ line: ArraySlice<UInt8>) -> Range<Int>? {
        guard line.starts(with: "data".utf8) else { return nil }
        let rest = line.dropFirst(4)
        if rest.isEmpty { return line.endIndex..<line.endIndex }
        guard rest.first == UInt8(ascii: ":") else { return nil }
        let value = rest.dropFirst()
        return (value.first == 0x20 ? value.dropFirst() : value).indices
    }
}

/// Divides a stream of server-sent events.
///
/// WHATWG HTML section 9.2.5: lines end with CR LF, LF or CR, an empty line ends an event, and a byte order mark may come
/// first.
struct EventStreamReader: Sendable {
    private let maxBytes: Int
    private var event = StreamedEvent()
    private var lineStart = 0
    private var isStart = true
    /// Whether the last byte was a CR, with which a LF is one line end.
    private var followsReturn = false

    init(maxBytes: Int) { self.maxBytes = maxBytes }

    /// Takes a piece of the stream; returns what `pass` makes of the events that end in it.
    mutating func feed(
        _ bytes: ArraySlice<UInt8>,
        _ pass: (StreamedEvent) throws(ToolListFault) -> [UInt8]
    ) throws(ToolListFault) -> [UInt8] {
        var output: [UInt8] = []
        for byte in bytes {
            let endsReturn = followsReturn && byte == 0x0a
            followsReturn = byte == 0x0d
            event.append(byte)
            if endsReturn {
                lineStart = event.bytes.count
                continue
            }
            guard byte == 0x0a || byte == 0x0d else {
                if event.bytes.count > maxBytes { throw .tooLong(maxBytes) }
                continue
            }
            let line = lineStart..<event.bytes.count - 1
            lineStart = event.bytes.count
            if line.isEmpty {
                output += try pass(event)
                event = StreamedEvent()
                lineStart = 0
            } else {
                note(line)
            }
        }
        return output
    }

    /// Ends the stream; an event that has no end is passed all the same, for readers that take it.
    mutating func finish(_ pass: (StreamedEvent) throws(ToolListFault) -> [UInt8]) throws(ToolListFault) -> [UInt8] {
        if lineStart < event.bytes.count { note(lineStart..<event.bytes.count) }
        defer { event = StreamedEvent() }
        return event.isEmpty ? [] : try pass(event)
    }

    private mutating func note(_ line: Range<Int>) {
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        let hasMark = isStart && event.bytes[line].starts(with: mark)
        isStart = false
        event.note(line: hasMark ? line.lowerBound + 3..<line.upperBound : line)
    }
}
