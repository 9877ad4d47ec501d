import PosternCore
import PosternTestSupport
import Testing

/// What a body came to: its bytes, how many bytes followed it, whether it ended, or that it was refused.
private struct Outcome: Equatable {
    var body = ""
    var surplus = 0
    var isComplete = false
    var isMalformed = false
}

private func decode(_ bytes: [UInt8], _ framing: ResponseFraming, cutAt cuts: [Int] = []) -> Outcome {
    var decoder = ResponseBodyDecoder(framing)
    var outcome = Outcome()
    var start = 0
    for end in cuts + [bytes.count] {
        var piece = Array(bytes[start..<end])
        start = end
        let result: Result<ResponseBodyDecoder.Progress, UpstreamError> = piece.withUnsafeMutableBytes { raw in
            do throws(UpstreamError) { return .success(try decoder.decode(raw)) } catch { return .failure(error) }
        }
        guard case .success(let progress) = result else {
            outcome.isMalformed = true
            return outcome
        }
        outcome.body += latin1Text(piece[..<progress.decoded])
        outcome.surplus += progress.surplus
    }
    outcome.isComplete = decoder.isComplete
    return outcome
}

private let bodies: [(ResponseFraming, String, String, Int, Bool)] = [
    (.none, "", "", 0, true), (.none, "abc", "", 3, true),
    (.length(3), "", "", 0, false), (.length(3), "ab", "ab", 0, false), (.length(3), "abc", "abc", 0, true),
    (.length(3), "abcde", "abc", 2, true), (.length(.max), "abc", "abc", 0, false),
    (.untilClose, "", "", 0, false), (.untilClose, "abc", "abc", 0, false),
    (.chunked, "", "", 0, false), (.chunked, "3\r\nabc\r\n", "abc", 0, false),
    (.chunked, "3\r\nabc\r\n0\r\n\r\n", "abc", 0, true),
    (.chunked, "1\r\na\r\n2\r\nbc\r\n0\r\n\r\nHTTP/1.1 200", "abc", 12, true),
    (.chunked, "2;x=y\r\nab\r\n0\r\nSet-Cookie: a\r\nContent-Length: 9\r\n\r\n", "ab", 0, true),
]

@Suite("ResponseBodyDecoder")
struct ResponseBodyDecoderTests {
    @Test("bodies stand together, wherever they are cut", arguments: bodies)
    func decodes(framing: ResponseFraming, text: String, body: String, surplus: Int, isComplete: Bool) {
        let bytes = latin1(text)
        let expected = Outcome(body: body, surplus: surplus, isComplete: isComplete)
        #expect(decode(bytes, framing) == expected)
        for first in 0...bytes.count {
            for second in first...bytes.count { #expect(decode(bytes, framing, cutAt: [first, second]) == expected) }
        }
        #expect(decode(bytes, framing, cutAt: Array(0..<bytes.count)) == expected)
    }

    @Test(
        "broken chunks are refused, wherever they are cut",
        arguments: [
            "x\r\n", "3\nabc", "3\r\nabcd", "3\r\nabc\n", " 3\r\nabc", "FFFFFFFFFFFFFFFFF\r\n", "0\r\n\n",
            "3\r\nabc\r\n-1\r\n",
        ]
    )
    func refuses(text: String) {
        let bytes = latin1(text)
        for place in 0...bytes.count { #expect(decode(bytes, .chunked, cutAt: [place]).isMalformed) }
    }

    @Test("only one framing ends with the connection") func ends() {
        #expect(ResponseBodyDecoder(.untilClose).endsWithConnection)
        for framing in [ResponseFraming.none, .length(1), .chunked] {
            #expect(!ResponseBodyDecoder(framing).endsWithConnection)
        }
    }
}
