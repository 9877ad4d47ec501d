import PosternCore
import PosternTestSupport
import Testing

private let refusedStarts = [
    "", "NOT-HTTP", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 20", "HTTP/1.1 2000 OK", "HTTP/1.1 099 X", "HTTP/1.1 600 X",
    "HTTP/1.1 999 X", "HTTP/1.1 2 0 OK", "HTTP/1.1 +20 OK", "HTTP/1.1 -20 OK", "HTTP/1.1 2x0 OK", "HTTP/1.1  200 OK",
    "HTTP/1.1\t200 OK", "HTTP/1.1 200\tOK", "HTTP/1.1 200OK", "HTTP/1.1 000 X", "HTTP/2 200 OK", "HTTP/2.0 200 OK",
    "HTTP/1.2 200 OK", "HTTP/0.9 200 OK", "HTTP/9.9 999 X", "http/1.1 200 OK", "HTTP/1.1x200 OK", " HTTP/1.1 200 OK",
    "ICY 200 OK", "HTTP/1.1 200 O\u{0}K", "HTTP/1.1 200 O\rK", "HTTP/1.1 200 \u{1b}[0m", "HTTP/1.1 200 O\u{7f}K",
    "HTTP/1.1 \u{b2}00 OK",
]

private let refusedLines = [
    "X: a\rY: b", "X: a\nY: b", "X: a\u{0}", "X: a\r\n b", " X: a", "X : y", ": b", "X", "X y: z", "X\u{e9}: y",
    "X[a]: y",
    "Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 5",
    "Content-Length: 5\r\nContent-Length: 5", "Content-Length: 5\r\nContent-Length: 6", "Content-Length: -5",
    "Content-Length: +5", "Content-Length: 5, 5", "Content-Length:", "Content-Length: 18446744073709551617",
    "Content-Length: 0x5", "Content-Length: 5 5", "Content_Length: 5", "Content-Length: 5\r\nContent_Length: 5",
    "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: gzip", "Transfer-Encoding: identity",
    "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding:", "Transfer-Encoding: xchunked", "Transfer_Encoding: chunked",
]

private let framings: [(String, Bool, ResponseFraming)] = [
    ("200 OK\r\nContent-Length: 5", false, .length(5)),
    ("200 OK\r\nContent-Length: 0", false, .none),
    ("200 OK\r\nTransfer-Encoding: chunked", false, .chunked),
    ("200 OK", false, .untilClose),
    ("404 Not Found", false, .untilClose),
    ("200 OK\r\nContent-Length: 5", true, .none),
    ("200 OK\r\nTransfer-Encoding: chunked", true, .none),
    ("204 No Content\r\nContent-Length: 5", false, .none),
    ("204 No Content\r\nTransfer-Encoding: chunked", false, .none),
    ("304 Not Modified\r\nContent-Length: 5", false, .none),
    ("103 Early Hints", false, .none),
    ("101 Switching Protocols", false, .none),
]

@Suite("ResponseHead")
struct ResponseHeadTests {
    @Test("status lines that are refused", arguments: refusedStarts)
    func refusesStart(line: String) {
        #expect(throws: UpstreamError.responseMalformed) {
            try ResponseHead.read("\(line)\r\nContent-Length: 0\r\n\r\n")
        }
    }

    @Test("lines that are refused", arguments: refusedLines)
    func refusesLine(lines: String) {
        #expect(throws: UpstreamError.responseMalformed) {
            try ResponseHead.read("HTTP/1.1 200 OK\r\nA: b\r\n\(lines)\r\nC: d\r\n\r\n")
        }
    }

    @Test("how long the body is", arguments: framings)
    func framing(text: String, isAnswerToHead: Bool, expected: ResponseFraming) throws {
        #expect(try ResponseHead.read("HTTP/1.1 \(text)\r\n\r\n", isAnswerToHead: isAnswerToHead).body == expected)
    }

    @Test("HTTP/1.0 has no chunks and is not kept unless it says so") func version10() throws {
        #expect(throws: UpstreamError.responseMalformed) {
            try ResponseHead.read("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        }
        #expect(try !ResponseHead.read("HTTP/1.0 200 OK\r\n\r\n").keepsConnection)
        #expect(try ResponseHead.read("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n").keepsConnection)
        #expect(try ResponseHead.read("HTTP/1.1 200 OK\r\n\r\n").keepsConnection)
        #expect(try !ResponseHead.read("HTTP/1.1 200 OK\r\nConnection: x, Close\r\n\r\n").keepsConnection)
    }

    @Test(
        "a reason may be anything that a field may be, and may be missing",
        arguments: [
            ("HTTP/1.1 200", ""), ("HTTP/1.1 200 ", ""), ("HTTP/1.1 200 OK", "OK"),
            ("HTTP/1.1 200  a b\u{e9} ", " a b\u{e9} "),
        ]
    )
    func reason(line: String, expected: String) throws {
        let head = try ResponseHead.read("\(line)\r\n\r\n")
        #expect(head.status == 200 && latin1Text(head.bytes[head.reason]) == expected)
    }

    @Test(
        "only identity is no content coding",
        arguments: [
            ("X: y", false), ("Content-Encoding: identity", false), ("Content-Encoding: IDENTITY", false),
            ("Content-Encoding:", false),
            ("Content-Encoding: gzip", true), ("content-encoding: X-GZIP", true),
            ("Content-Encoding: identity, gzip", true),
            ("Content-Encoding: identity\r\nContent-Encoding: br", true), ("Content_Encoding: gzip", true),
            ("Content-Encoding: unheard-of", true), ("Content-Encoding: identity, Identity,", false),
            ("grpc-encoding: gzip", true), ("Grpc-Encoding: identity", false), ("Connect-Content-Encoding: zstd", true),
            ("grpc-accept-encoding: gzip", false),
        ]
    )
    func codings(lines: String, expected: Bool) throws {
        #expect(try ResponseHead.read("HTTP/1.1 200 OK\r\n\(lines)\r\n\r\n").isContentEncoded == expected)
    }

    @Test("codings are named together, in the order in which they were applied") func contentCodings() throws {
        let lines = "Content-Encoding: gzip\r\nX: y\r\ncontent_encoding: identity,BR\r\ngrpc-encoding: gzip\r\n"
        let head = try ResponseHead.read("HTTP/1.1 200 OK\r\n\(lines)\r\n")
        #expect(latin1Text(head.contentCodings) == "gzip,identity,BR")
        #expect(head.hasEncodedMessages && ContentDecoder(for: head) == nil)
        #expect(ContentDecoder(for: try ResponseHead.read("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n")) != nil)
        #expect(ContentDecoder(for: try ResponseHead.read("HTTP/1.1 200 OK\r\n\r\n")) == nil)
    }

    @Test("fields and names in Connection are bounded") func bounds() throws {
        func fields(_ count: Int) -> String { (0..<count).map { "X\($0): y\r\n" }.joined() }
        #expect(try ResponseHead.read("HTTP/1.1 200 OK\r\n\(fields(200))\r\n").fields.count == 200)
        #expect(throws: UpstreamError.responseMalformed) {
            try ResponseHead.read("HTTP/1.1 200 OK\r\n\(fields(201))\r\n")
        }
        let names = (0..<101).map { "a\($0)" }.joined(separator: ",")
        #expect(throws: UpstreamError.responseMalformed) {
            try ResponseHead.read("HTTP/1.1 200 OK\r\nConnection: \(names)\r\n\r\n")
        }
    }
}
