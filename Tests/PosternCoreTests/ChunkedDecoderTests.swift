import PosternCore
import PosternTestSupport
import Testing

/// What a chunked body came to: its data, and the place where it ended, or `nil`.
private struct Outcome: Equatable {
    var data = ""
    var end: Int?
    var isMalformed = false
}

private func decode(_ bytes: [UInt8], in pieces: [Range<Int>]) -> Outcome {
    var decoder = ChunkedDecoder()
    var outcome = Outcome()
    for piece in pieces {
        let input = Array(bytes[piece])
        var position = 0
        let isOver: Bool = input.withUnsafeBytes { raw in
            while true {
                switch decoder.next(raw, from: &position) {
                case .data(let range): outcome.data += latin1Text(raw[range])
                case .needsMore: return false
                case .complete(let end):
                    outcome.end = piece.lowerBound + end
                    return true
                case .malformed:
                    outcome.isMalformed = true
                    return true
                }
            }
        }
        if isOver { break }
    }
    return outcome
}

private func decodeWhole(_ bytes: [UInt8]) -> Outcome { decode(bytes, in: [0..<bytes.count]) }

private let accepted: [(String, String, Int?)] = [
    ("", "", nil), ("5", "", nil), ("5\r\nhel", "hel", nil), ("5\r\nhello", "hello", nil),
    ("5\r\nhello\r\n", "hello", nil),
    ("0\r\n\r\n", "", 5), ("000\r\n\r\n", "", 7), ("5\r\nhello\r\n0\r\n\r\n", "hello", 15),
    ("1\r\na\r\n2\r\nbc\r\n0\r\n\r\nGET /", "abc", 18), ("A\r\n0123456789\r\n0\r\n\r\n", "0123456789", 20),
    ("a\r\n0123456789\r\n0\r\n\r\n", "0123456789", 20), ("000000000000001\r\nx\r\n0\r\n\r\n", "x", 25),
    ("2;a=b\r\nok\r\n0;c\r\n\r\n", "ok", 18), ("2;\r\nok\r\n0\r\n\r\n", "ok", 13),
    ("2\r\n\r\n\r\n0\r\n\r\n", "\r\n", 12), ("5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n", 15),
    ("0\r\nAuthorization: x\r\nHost: y\r\n\r\n", "", 32), ("0\r\nContent-Length: 9\r\n\r\n", "", 24),
]

private let refused = [
    "\r\n", "\n", ";\r\n", "2;\nok", "2\nok\r\n0\r\n\r\n", "2\rok", "0x2\r\nok\r\n0\r\n\r\n", "+2\r\nok", "-2\r\nok",
    " 2\r\nok",
    "2 \r\nok\r\n0\r\n\r\n", "2 ;a\r\nok", "2\t\r\nok", "g\r\n", "\u{b2}\r\nok", "2,2\r\nok", "\"2\"\r\nok",
    "2.0\r\nok",
    "10000000000000002\r\nok", "1000000000000000\r\nok", "FFFFFFFFFFFFFFFF\r\nok", "0000000000000002\r\nok",
    "2\r\nokX\r\n", "2\r\nok\n", "2\r\nok\r\r\n", "2\r\nok\n0\r\n\r\n", "2\r\nok0\r\n\r\n", "2\r\nok \r\n",
    "0\n\n", "0\r\n\n", "0\r\n\rX", "0\r\n X: y\r\n\r\n", "0\r\n: y\r\n\r\n", "0\r\nX: y\n\r\n", "0\r\nX: y\r\r\n",
    "0\r\nX: \u{0}\r\n\r\n", "2;\u{0}\r\nok", "2;a\nb\r\nok", "2;\u{1}\r\nok", "2;\u{7f}\r\nok", "0;\r\r\n",
]

@Suite("ChunkedDecoder")
struct ChunkedDecoderTests {
    @Test("bodies that are read", arguments: accepted)
    func reads(body: String, data: String, end: Int?) {
        #expect(decodeWhole(latin1(body)) == Outcome(data: data, end: end))
    }

    @Test("bodies that are refused", arguments: refused)
    func refuses(body: String) { #expect(decodeWhole(latin1(body)).isMalformed) }

    @Test("a body split anywhere is the same body", arguments: accepted.map(\.0) + refused)
    func split(body: String) {
        let bytes = latin1(body)
        let whole = decodeWhole(bytes)
        for place in 0...bytes.count { #expect(decode(bytes, in: [0..<place, place..<bytes.count]) == whole) }
        #expect(decode(bytes, in: bytes.indices.map { $0..<$0 + 1 }) == whole)
    }

    @Test(
        "extensions and trailers may be so long, together, and no longer",
        arguments: [
            ("2;", "\r\nok\r\n0\r\n\r\n"), ("0\r\n", "\r\n\r\n"),
        ]
    )
    func overhead(before: String, after: String) {
        func outcome(_ count: Int) -> Outcome {
            decodeWhole(latin1(before + String(repeating: "x", count: count) + after))
        }
        #expect(!outcome(16_384).isMalformed)
        #expect(outcome(16_385).isMalformed)
        #expect(outcome(100_000).isMalformed)
        let many = String(repeating: "1;xxxxxxxxx\r\na\r\n", count: 2_000)
        #expect(decodeWhole(latin1(many)).isMalformed)
    }

    @Test("nothing follows the end or an error") func final() {
        var decoder = ChunkedDecoder()
        latin1("0\r\n\r\n0\r\n\r\n").withUnsafeBytes { raw in
            var position = 0
            #expect(decoder.next(raw, from: &position) == .complete(5))
            #expect(decoder.isComplete && position == 5)
            #expect(decoder.next(raw, from: &position) == .malformed)
            #expect(decoder.next(raw, from: &position) == .malformed)
            #expect(!decoder.isComplete)
        }
    }

    @Test("what is written is what is read", arguments: [1, 9, 15, 16, 255, 256, 65_535, 65_536, 1 << 40, Int.max])
    func header(count: Int) throws {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 32, alignment: 1)
        defer { room.deallocate() }
        let length = ChunkedEncoder.writeHeader(count, atEndOf: room)
        #expect(length <= ChunkedEncoder.maxHeaderBytes)
        #expect(latin1Text(room[(32 - length)...]) == String(count, radix: 16) + "\r\n")
    }

    @Test("numbers are written in decimal", arguments: [0, 1, 9, 10, 1_234_567_890, Int.max])
    func decimal(value: Int) {
        var buffer = latin1("x")
        buffer.appendDecimal(value)
        #expect(latin1Text(buffer) == "x\(value)")
    }
}
