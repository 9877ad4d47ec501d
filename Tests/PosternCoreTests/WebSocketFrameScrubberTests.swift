import PosternCore
import PosternTestSupport
import Testing

/// Patterns that are looked for as they are.
private let secrets = ["abcdefgh", "abcdxyzwv", "fghijklmnop"].map(latin1)
private let patterns = ScrubPatterns(secrets: [], also: secrets)
private let mask = "********"

/// A frame of a server's: the first byte, the shortest length, the payload.
private func frame(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
    let count = payload.count
    func bytes(_ count: Int, of number: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    let length =
        count < 126 ? [UInt8(count)] : count < 65_536 ? [126] + bytes(2, of: count) : [127] + bytes(8, of: count)
    return [first] + length + payload
}

private func frame(_ first: UInt8, _ text: String) -> [UInt8] { frame(first, latin1(text)) }

private func scrub(_ pieces: [[UInt8]]) throws -> (bytes: [UInt8], masked: Int) {
    var scrubber = WebSocketFrameScrubber(patterns)
    var output: [UInt8] = []
    for piece in pieces { try piece.withUnsafeBytes { piece in try scrubber.scrub(piece, into: &output) } }
    return (output, scrubber.maskedCount)
}

/// Masks every occurrence of every pattern, without any cleverness.
private func maskSlowly(_ text: [UInt8]) -> [UInt8] {
    var result = text
    for secret in secrets where secret.count <= text.count {
        for start in 0...(text.count - secret.count) where text[start...].starts(with: secret) {
            for index in start..<start + secret.count { result[index] = UInt8(ascii: "*") }
        }
    }
    return result
}

/// What arrives, a piece a read, and what goes on.
private let table: [(String, [[UInt8]], [[UInt8]])] = [
    ("a text", [frame(0x81, "hello")], [frame(0x81, "hello")]),
    ("an empty one", [frame(0x81, "")], [frame(0x81, "")]),
    ("binary", [frame(0x82, "\0\u{ff}")], [frame(0x82, "\0\u{ff}")]),
    ("126 bytes", [frame(0x81, [UInt8](repeating: 32, count: 126))], [frame(0x81, [UInt8](repeating: 32, count: 126))]),
    (
        "64 KB", [frame(0x82, [UInt8](repeating: 32, count: 65_536))],
        [frame(0x82, [UInt8](repeating: 32, count: 65_536))]
    ),
    (
        "several at once", [frame(0x81, "a") + frame(0x82, "b") + frame(0x89, "c")],
        [frame(0x81, "a"), frame(0x82, "b"), frame(0x89, "c")]
    ),
    ("a secret", [frame(0x81, "xabcdefghy")], [frame(0x81, "x\(mask)y")]),
    ("a secret in binary", [frame(0x82, "abcdefgh\0")], [frame(0x82, "\(mask)\0")]),
    (
        "a message that ends like one begins", [frame(0x81, "abcd") + frame(0x81, "efgh")],
        [frame(0x81, "abcd"), frame(0x81, "efgh")]
    ),
    (
        "fragments, a read each", [frame(0x01, "one"), frame(0x00, "two"), frame(0x80, "end")],
        [frame(0x01, "one"), frame(0x00, "two"), frame(0x80, "end")]
    ),
    (
        "fragments in one read", [frame(0x01, "one") + frame(0x00, "two") + frame(0x80, "end")],
        [frame(0x81, "onetwoend")]
    ),
    ("an empty last fragment", [frame(0x02, "one"), frame(0x80, "")], [frame(0x02, "one"), frame(0x80, "")]),
    ("only empty fragments", [frame(0x01, ""), frame(0x00, ""), frame(0x80, "")], [frame(0x81, "")]),
    (
        "a secret in two fragments", [frame(0x01, "..abcd"), frame(0x80, "efgh!")],
        [frame(0x01, ".."), frame(0x80, "\(mask)!")]
    ),
    (
        "a secret in many",
        [frame(0x01, "abc"), frame(0x00, "d"), frame(0x00, ""), frame(0x00, "efg"), frame(0x80, "h")],
        [frame(0x81, mask)]
    ),
    ("the beginning of one", [frame(0x01, "..abcd"), frame(0x80, "")], [frame(0x01, ".."), frame(0x80, "abcd")]),
    (
        "a frame in two reads", [Array(frame(0x81, "hello").prefix(4)), latin1("llo")],
        [frame(0x01, "he"), frame(0x80, "llo")]
    ),
    (
        "a secret in two reads", [Array(frame(0x81, "..abcdefgh").prefix(8)), latin1("efgh")],
        [frame(0x01, ".."), frame(0x80, mask)]
    ),
    ("a header in two reads", [[0x81], [0x02, 0x61, 0x62]], [frame(0x81, "ab")]),
    (
        "a ping between fragments", [frame(0x01, "abcd") + frame(0x89, "p"), frame(0x80, "efgh")],
        [frame(0x89, "p"), frame(0x81, mask)]
    ),
    ("a ping in two reads", [[0x89, 0x02, 0x61], [0x62]], [frame(0x89, "ab")]),
    ("an empty pong", [frame(0x8a, "")], [frame(0x8a, "")]),
    ("a ping with a secret", [frame(0x89, "abcdefgh")], [frame(0x89, mask)]),
    ("close", [frame(0x88, "")], [frame(0x88, "")]),
    ("close with a code", [frame(0x88, "\u{3}\u{e8}")], [frame(0x88, "\u{3}\u{e8}")]),
    ("close with a reason", [frame(0x88, "\u{f}\u{a0}abcdefgh bye")], [frame(0x88, "\u{f}\u{a0}\(mask) bye")]),
    (
        "close in the middle of a message", [frame(0x01, "..abcd") + frame(0x88, "\u{3}\u{e8}")],
        [frame(0x88, "\u{3}\u{e8}")]
    ),
    ("what follows close", [frame(0x88, "") + frame(0x81, "more"), frame(0x83, "x")], [frame(0x88, "")]),
]

private let broken: [(String, [UInt8])] = [
    ("RSV1", frame(0xc1, "a")), ("RSV2", frame(0xa1, "a")), ("RSV3", [0x91]), ("an unknown opcode", [0x83]),
    ("an unknown control opcode", [0x8b]), ("opcode 15", [0x8f]), ("a mask", [0x81, 0x85, 1, 2, 3, 4]),
    ("a continuation of nothing", frame(0x80, "a")), ("an empty one", frame(0x00, "")),
    ("a message in a message", frame(0x01, "a") + frame(0x81, "b")),
    ("a continuation behind the end", frame(0x01, "a") + frame(0x80, "b") + frame(0x80, "c")),
    ("a fragment of a ping", frame(0x09, "a")), ("a fragment of a close", frame(0x08, "")),
    ("a long ping", [0x89, 126, 0, 126]), ("125 bytes in two", [0x81, 126, 0, 125]),
    ("65535 bytes in eight", [0x81, 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff]),
    ("2^63 bytes", [0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]), ("half a close code", frame(0x88, "\u{3}")),
    ("close code 999", frame(0x88, "\u{3}\u{e7}")), ("close code 1004", frame(0x88, "\u{3}\u{ec}")),
    ("close code 1005", frame(0x88, "\u{3}\u{ed}")), ("close code 1006", frame(0x88, "\u{3}\u{ee}")),
    ("close code 1015", frame(0x88, "\u{3}\u{f7}")), ("close code 5000", frame(0x88, "\u{13}\u{88}")),
    ("a close code out of a secret", frame(0x88, "abcdefgh")),
]

/// Messages in random fragments with control frames between them.
private func randomFrames(_ random: inout SplitMix64) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<1 + random.below(6) {
        var payload = random.bytes(random.below(40), from: latin1("abcdefghijklxyz"))
        for _ in 0..<random.below(3) {
            payload.insert(contentsOf: random.pick(secrets), at: random.below(payload.count + 1))
        }
        if random.below(8) == 0 { payload += random.bytes(200, from: latin1("abcdefghij.")) }
        let opcode = UInt8(1 + random.below(2))
        var start = 0
        var isFirst = true
        while true {
            if random.below(5) == 0 {
                bytes += frame(UInt8(0x89 + random.below(2)), random.below(3) == 0 ? "(abcdefgh)" : "")
            }
            let end = min(payload.count, start + random.below(30))
            let isLast = end == payload.count && random.below(3) > 0
            bytes += frame((isFirst ? opcode : 0) | (isLast ? 0x80 : 0), Array(payload[start..<end]))
            (start, isFirst) = (end, false)
            if isLast { break }
        }
    }
    if random.below(4) == 0 { bytes += frame(0x88, "\u{3}\u{e8}abcdefgh") }
    return bytes
}

@Suite("WebSocketFrameScrubber")
struct WebSocketFrameScrubberTests {
    @Test("what arrives, and what goes on", arguments: table.indices) func frames(index: Int) throws {
        let (what, pieces, expected) = table[index]
        #expect(try scrub(pieces).bytes == Array(expected.joined()), "\(what)")
    }

    @Test("each frame goes on in the read that ended it") func reads() throws {
        var scrubber = WebSocketFrameScrubber(patterns)
        for (piece, expected) in [
            (frame(0x01, "a message"), frame(0x01, "a message")), (frame(0x00, "..abc"), frame(0x00, "..")),
            (frame(0x89, ""), frame(0x89, "")), (frame(0x00, "d"), []), (frame(0x00, "e."), frame(0x00, "abcde.")),
            ([0x80, 4, 0x61], []), ([0x2e], frame(0x00, "a.")), ([0x2e], frame(0x00, ".")), ([0x61], frame(0x80, "a")),
        ] {
            var output: [UInt8] = []
            try piece.withUnsafeBytes { piece in try scrubber.scrub(piece, into: &output) }
            #expect(output == expected)
        }
        #expect(scrubber.maskedCount == 0 && !scrubber.isClosed)
    }

    @Test("what breaks the protocol is refused, and what came before is whole", arguments: broken.indices)
    func refuses(index: Int) {
        var scrubber = WebSocketFrameScrubber(patterns)
        var output: [UInt8] = []
        let bytes = frame(0x81, "before") + broken[index].1
        #expect(throws: UpstreamError.responseMalformed, "\(broken[index].0)") {
            try bytes.withUnsafeBytes { bytes in try scrubber.scrub(bytes, into: &output) }
        }
        _ = Reassembly(output, isWhole: true)
        #expect(output.starts(with: frame(0x81, "before")))
    }

    @Test("random messages in random fragments and reads: the same messages, masked") func oracle() throws {
        var random = SplitMix64(seed: 400)
        for _ in 0..<4_000 {
            let bytes = randomFrames(&random)
            var scrubber = WebSocketFrameScrubber(patterns)
            var output: [UInt8] = []
            var end = 0
            while end < bytes.count {
                let start = end
                end = min(bytes.count, end + 1 + random.below(60))
                try bytes[start..<end].withUnsafeBytes { piece in try scrubber.scrub(piece, into: &output) }
                let received = Reassembly(Array(bytes[..<end]), isWhole: false)
                let sent = Reassembly(output, isWhole: true)
                #expect(
                    sent.messages.count == received.messages.count && sent.controls.count == received.controls.count
                )
                if scrubber.isClosed { break }
                // Nothing waits that is not the beginning of a secret.
                let arrived = received.open?.dropFirst() ?? []
                let held = arrived.dropFirst((sent.open?.count ?? 1) - 1)
                #expect(held.isEmpty || secrets.contains { $0.count > held.count && $0.starts(with: held) })
            }
            let received = Reassembly(bytes, isWhole: true)
            let sent = Reassembly(output, isWhole: true)
            #expect(sent.messages == received.messages.map(maskSlowly) && sent.open == nil)
            #expect(sent.controls == received.controls.map(maskSlowly))
            #expect(scrubber.isClosed == (received.controls.last?.first == 0x88))
        }
    }

    @Test("broken frames are refused or passed on, whole") func randomInput() {
        var random = SplitMix64(seed: 401)
        var refused = 0
        for _ in 0..<20_000 {
            let pieces: [[UInt8]] = [[0x81, 0x00], [0x7f], [0x80], secrets[0], frame(0x88, ""), frame(0x01, "abcd")]
            let bytes = random.mutate(randomFrames(&random), times: 1 + random.below(3), splicing: pieces)
            var scrubber = WebSocketFrameScrubber(patterns)
            var output: [UInt8] = []
            var rest = bytes[...]
            do {
                while !rest.isEmpty {
                    let piece = rest.prefix(1 + random.below(50))
                    rest = rest.dropFirst(piece.count)
                    try piece.withUnsafeBytes { piece in try scrubber.scrub(piece, into: &output) }
                }
            } catch { refused += 1 }
            for message in Reassembly(output, isWhole: true).messages { #expect(maskSlowly(message) == message) }
        }
        #expect((1_000..<20_000).contains(refused))
    }

    @Test("a message of any length holds back no more than a secret's length") func memory() throws {
        var scrubber = WebSocketFrameScrubber(patterns)
        let longest = secrets.map(\.count).max() ?? 0
        let chunk = [UInt8](repeating: UInt8(ascii: "a"), count: 16_000) + latin1("abcdefg")
        let count = 1_000
        let length = chunk.count * count
        var input = [0x82, 127] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
        var received = 0
        var sent = 0
        for _ in 0..<count {
            input += chunk
            received += chunk.count
            var output: [UInt8] = []
            try input.withUnsafeBytes { input in try scrubber.scrub(input, into: &output) }
            input = []
            // One fragment each, with the four bytes of a header for its length.
            sent += output.count - 4
            #expect((0..<longest).contains(received - sent))
        }
        #expect(sent == received)
    }

    @Test("a flood of tiny fragments costs no more than its bytes", .timeLimit(.minutes(1))) func flood() throws {
        let long = ScrubPatterns(secrets: [], also: [[UInt8](repeating: UInt8(ascii: "a"), count: 20_000)])
        var scrubber = WebSocketFrameScrubber(long)
        var output: [UInt8] = []
        let fragments = frame(0x01, "a") + (0..<20_000).flatMap { _ in frame(0x00, "a") + frame(0x89, "") }
        let elapsed = try ContinuousClock().measure {
            try fragments.withUnsafeBytes { bytes in try scrubber.scrub(bytes, into: &output) }
        }
        #expect(elapsed < .seconds(5) && scrubber.maskedCount == 2)
    }

    @Test("Postern's own close frames") func close() {
        #expect(WebSocketClose.protocolError.frame == [0x88, 0x02, 0x03, 0xea])
        #expect(WebSocketClose.policyViolation.frame == [0x88, 0x02, 0x03, 0xf0])
    }
}
