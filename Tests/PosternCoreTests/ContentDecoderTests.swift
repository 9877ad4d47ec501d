import PosternCore
import PosternTestSupport
import Testing

/// What came out of a body, and how it ended.
private struct Outcome: Equatable {
    var bytes: [UInt8] = []
    var end = "ended"
}

/// Decodes in pieces into rooms of the sizes given, as a slow client has it.
private func decode(_ body: [UInt8], _ codings: String, pieces: Int = 65_536, rooms: Int = 65_536) -> Outcome? {
    guard let decoder = ContentDecoder(codings: latin1(codings)) else { return nil }
    var outcome = Outcome()
    var room = [UInt8](repeating: 0, count: rooms)
    var start = 0
    while start < body.count {
        let end = min(body.count, start + pieces)
        body[start..<end].withUnsafeBytes { decoder.feed($0) }
        start = end
        drain: while true {
            switch room.withUnsafeMutableBytes({ decoder.next(into: $0) }) {
            case .output(let count): outcome.bytes += room[..<count]
            case .needsInput: break drain
            case .malformed: return Outcome(bytes: outcome.bytes, end: "malformed")
            case .excessive: return Outcome(bytes: outcome.bytes, end: "excessive")
            }
        }
        #expect(!decoder.hasPending)
    }
    if !decoder.finish() { outcome.end = "cut off" }
    return outcome
}

private func text(_ count: Int) -> [UInt8] {
    var random = SplitMix64(seed: 11)
    var result: [UInt8] = []
    while result.count < count {
        result += latin1("{\"id\":\(random.below(1000)),\"text\":\"some words, \(random.below(9)) of them\"},\n")
    }
    return Array(result.prefix(count))
}

private let short = latin1("data: hello\n\n")

@Suite("ContentDecoder")
struct ContentDecoderTests {
    @Test("every coding gives back what was coded, in pieces and rooms of any size", arguments: Compression.allCases)
    func roundTrips(format: Compression) {
        for body in [short, [], text(1), text(70_000), [UInt8](repeating: 0, count: 300_000)] {
            let coded = format.compress(body)
            for (pieces, rooms) in [(65_536, 65_536), (1, 64), (7, 1), (1000, 100), (65_536, 17)] {
                #expect(decode(coded, format.rawValue, pieces: pieces, rooms: rooms) == Outcome(bytes: body))
            }
        }
    }

    @Test("what was flushed comes out before more goes in", arguments: Compression.allCases)
    func flushes(format: Compression) throws {
        let events = (0..<50).map { latin1("data: {\"event\": \($0)}\n\n") }
        let coded = format.compress(events.reduce([], +), flushingEvery: events[0].count)
        let decoder = try #require(ContentDecoder(codings: latin1(format.rawValue)))
        var room = [UInt8](repeating: 0, count: 4096)
        var isSeen = false
        for (index, byte) in coded.enumerated() {
            withUnsafeBytes(of: byte) { decoder.feed($0) }
            while case .output(let count) = room.withUnsafeMutableBytes({ decoder.next(into: $0) }) {
                if room[..<count].contains(0x0a) { isSeen = true }
            }
            // The first event is out long before the stream ends.
            if index == coded.count / 4 { #expect(isSeen) }
        }
        #expect(decoder.finish())
    }

    @Test("lists are undone from the end") func lists() {
        let body = text(50_000)
        let two = Compression.brotli.compress(Compression.gzip.compress(body))
        #expect(decode(two, "gzip, br") == Outcome(bytes: body))
        #expect(decode(two, " X-GZIP ,,\tidentity, BR,", pieces: 1, rooms: 3000) == Outcome(bytes: body))
        let three = Compression.zstd.compress(Compression.deflate.compress(Compression.gzip.compress(body)))
        #expect(decode(three, "gzip,deflate,zstd", pieces: 100) == Outcome(bytes: body))
        #expect(decode(two, "br, gzip")?.end == "malformed")
    }

    @Test(
        "other lists are not read",
        arguments: [
            "", "identity", "compress", "gzip, x", "gzipp", "gzip;q=1", "gzip gzip", "gzip,gzip,gzip,gzip", "*",
        ]
    )
    func refuses(codings: String) { #expect(ContentDecoder(codings: latin1(codings)) == nil) }

    @Test("a body cut off anywhere has not ended", arguments: Compression.allCases)
    func cutOff(format: Compression) {
        let coded = format.compress(text(300))
        for count in 1..<coded.count {
            #expect(decode(Array(coded[..<count]), format.rawValue)?.end == "cut off", "\(count) of \(coded.count)")
        }
        #expect(decode([], format.rawValue) == Outcome())
    }

    @Test("bytes behind the end are refused", arguments: Compression.allCases)
    func trailing(format: Compression) {
        for garbage in [[0], latin1("x"), latin1("Content-Length: 0"), Compression.bareDeflate.compress(short)] {
            let end = decode(format.compress(short) + garbage, format.rawValue)?.end
            #expect(end == "malformed" || (garbage.count == 1 && end == "cut off"), "\(garbage)")
        }
    }

    @Test("gzip has members and zstd has frames, the others end once") func members() {
        for (format, end) in [
            (Compression.gzip, "ended"), (.zstd, "ended"), (.brotli, "malformed"), (.deflate, "malformed"),
            (.bareDeflate, "malformed"),
        ] {
            let outcome = decode(format.compress(short) + format.compress(short), format.rawValue, pieces: 5)
            #expect(outcome?.end == end, "\(format)")
            if end == "ended" { #expect(outcome?.bytes == short + short) }
        }
        let skipped = latin1("\u{57}\u{2a}\u{4d}\u{18}\u{3}\u{0}\u{0}\u{0}abc")
        #expect(decode(skipped + Compression.zstd.compress(short), "zstd", pieces: 1) == Outcome(bytes: short))
    }

    @Test("a wrong label is malformed, and deflate is either of its forms") func mislabelled() {
        for format in Compression.allCases {
            for label in ["gzip", "deflate", "br", "zstd"] where label != format.rawValue.lowercased() {
                let outcome = decode(format.compress(text(400)), label)
                #expect(outcome?.end != "ended", "\(format) as \(label)")
            }
        }
        for label in ["gzip", "deflate", "br", "zstd"] { #expect(decode(text(400), label)?.end == "malformed") }
    }

    @Test("windows that a small proxy has no room for are refused") func windows() {
        let body = text(1000)
        #expect(decode(Compression.zstd.compress(body, windowLog: 23), "zstd") == Outcome(bytes: body))
        #expect(decode(Compression.zstd.compress(body, windowLog: 24), "zstd")?.end == "malformed")
        #expect(decode(Compression.brotli.compress(body, windowLog: 24), "br") == Outcome(bytes: body))
        #expect(decode(Compression.brotli.compress(body, windowLog: 26), "br")?.end == "malformed")
    }

    @Test("formats of zstd older than the standard are refused", arguments: [0x25, 0x26, 0x27, 0x1e] as [UInt8])
    func oldZstd(first: UInt8) {
        #expect(decode([first, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0, 0], "zstd")?.end == "malformed")
    }

    @Test("bombs end early", arguments: [Compression.gzip, .deflate, .brotli, .zstd])
    func bombs(format: Compression) throws {
        let zeros = [UInt8](repeating: 0, count: 64 << 20)
        let once = format.compress(zeros, level: 9)
        let outcome = try #require(decode(once, format.rawValue))
        #expect(outcome.end == "excessive" && outcome.bytes.count < 20 << 20)
        // Hidden in a layer: what comes out of the last is short.
        let frames = latin1("\u{50}\u{2a}\u{4d}\u{18}\u{0}\u{0}\u{0}\u{0}")
        let skips = [[UInt8]](repeating: frames, count: 8 << 20).flatMap { $0 }
        #expect(decode(format.compress(skips, level: 9), "zstd, " + format.rawValue) == Outcome(end: "excessive"))
    }

    @Test("any bytes are decoded or refused, and never more than fits is written") func anyBytes() throws {
        var random = SplitMix64(seed: 12)
        for round in 0..<20_000 {
            let format = random.pick(Compression.allCases)
            var body = format.compress(random.bytes(random.below(200), from: latin1("abcde\"{}:,")))
            if round % 20 > 0 {
                body = random.mutate(body, times: 1 + random.below(4), splicing: [body, [0x1f, 0x8b]])
            }
            let outcome = decode(body, format.rawValue, pieces: 1 + random.below(99), rooms: 1 + random.below(300))
            #expect((outcome?.bytes.count ?? 0) <= 16 << 20)
        }
    }
}
