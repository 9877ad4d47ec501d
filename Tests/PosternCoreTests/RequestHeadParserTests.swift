import PosternCore
import PosternTestSupport
import Testing

/// Request lines, each followed by a Host and nothing else.
private let requestLines: [(String, String)] = [
    ("GET http://good.test/ HTTP/1.1", "accepted"),
    ("GET http://good.test/ HTTP/1.0", "accepted"),
    ("GET /via/good/ HTTP/1.1", "accepted"),
    ("", "malformed_request"),
    (" ", "malformed_request"),
    ("GET", "malformed_request"),
    ("GET ", "malformed_request"),
    ("GET /", "malformed_request"),
    ("GET / ", "malformed_request"),
    ("GET  HTTP/1.1", "malformed_request"),
    ("GET  / HTTP/1.1", "malformed_request"),
    ("GET /  HTTP/1.1", "malformed_request"),
    ("GET / HTTP/1.1 ", "malformed_request"),
    (" GET / HTTP/1.1", "malformed_request"),
    ("GET\t/\tHTTP/1.1", "malformed_request"),
    ("GET /\tHTTP/1.1", "malformed_request"),
    ("GET /a b HTTP/1.1", "malformed_request"),
    ("GET / HTTP/2.0", "malformed_request"),
    ("GET / HTTP/1.2", "malformed_request"),
    ("GET / HTTP/0.9", "malformed_request"),
    ("GET / HTTP/1.10", "malformed_request"),
    ("GET / HTTP/1.", "malformed_request"),
    ("GET / HTTP/11", "malformed_request"),
    ("GET / http/1.1", "malformed_request"),
    ("GET / HTTP/1,1", "malformed_request"),
    ("GET / HTTP/1.1\r", "malformed_request"),
    ("GET / HTTP/1.1\u{0}", "malformed_request"),
    ("GET / HTTP/\u{b2}.1", "malformed_request"),
    ("PRI * HTTP/2.0", "malformed_request"),
    ("DESCRIBE / RTSP/1.0", "malformed_request"),
    ("SOURCE / ICE/1.0", "malformed_request"),
    ("G\u{0}T / HTTP/1.1", "malformed_request"),
    ("GE(T / HTTP/1.1", "malformed_request"),
    ("G\u{e9}T / HTTP/1.1", "malformed_request"),
    ("get / HTTP/1.1", "method_not_supported"),
    ("Get / HTTP/1.1", "method_not_supported"),
    ("GETX / HTTP/1.1", "method_not_supported"),
    ("PROPFIND / HTTP/1.1", "method_not_supported"),
    ("FOO / HTTP/1.1", "method_not_supported"),
    ("QUERY / HTTP/1.1", "method_not_supported"),
]

/// Lines added to a POST with a Host, and what becomes of it.
private let refusedLines: [(String, String)] = [
    // Both framings, either order.
    ("Content-Length: 5\r\nTransfer-Encoding: chunked", "malformed_request"),
    ("Transfer-Encoding: chunked\r\nContent-Length: 5", "malformed_request"),
    ("Content-Length: 0\r\nTransfer-Encoding: chunked", "malformed_request"),
    ("Transfer-Encoding: chunked\r\nX: y\r\ncontent-length: 0", "malformed_request"),
    // Spellings of Transfer-Encoding.
    ("Transfer-Encoding:", "malformed_request"),
    ("Transfer-Encoding: ,", "malformed_request"),
    ("Transfer-Encoding: xchunked", "malformed_request"),
    ("Transfer-Encoding: chunkedx", "malformed_request"),
    ("Transfer-Encoding: chunke", "malformed_request"),
    ("Transfer-Encoding: identity", "malformed_request"),
    ("Transfer-Encoding: chunked, identity", "malformed_request"),
    ("Transfer-Encoding: identity, chunked", "malformed_request"),
    ("Transfer-Encoding: gzip, chunked", "malformed_request"),
    ("Transfer-Encoding: gzip", "malformed_request"),
    ("Transfer-Encoding: chunked, chunked", "malformed_request"),
    ("Transfer-Encoding: chunked,", "malformed_request"),
    ("Transfer-Encoding: ,chunked", "malformed_request"),
    ("Transfer-Encoding: \"chunked\"", "malformed_request"),
    ("Transfer-Encoding: 'chunked'", "malformed_request"),
    ("Transfer-Encoding: chunked;q=1", "malformed_request"),
    ("Transfer-Encoding: chun\u{212a}ed", "malformed_request"),
    ("Transfer-Encoding: chunked\u{a0}", "malformed_request"),
    ("Transfer-Encoding: \u{b}chunked", "malformed_request"),
    ("Transfer-Encoding: chunked\u{b}", "malformed_request"),
    ("Transfer-Encoding: chunked\u{0}", "malformed_request"),
    ("Transfer-Encoding: chunked\r", "malformed_request"),
    ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "malformed_request"),
    ("Transfer-Encoding: chunked\r\ntransfer-encoding: identity", "malformed_request"),
    ("Transfer-Encoding : chunked", "malformed_request"),
    ("Transfer-Encoding\t: chunked", "malformed_request"),
    (" Transfer-Encoding: chunked", "malformed_request"),
    ("\tTransfer-Encoding: chunked", "malformed_request"),
    ("\rTransfer-Encoding: chunked", "malformed_request"),
    ("\u{b}Transfer-Encoding: chunked", "malformed_request"),
    ("Transfer-Encoding:\r\n chunked", "malformed_request"),
    ("Transfer_Encoding: chunked", "malformed_request"),
    ("TRANSFER_ENCODING: chunked", "malformed_request"),
    ("Transfer Encoding: chunked", "malformed_request"),
    ("X: y\nTransfer-Encoding: chunked", "malformed_request"),
    // Spellings of Content-Length.
    ("Content-Length:", "malformed_request"),
    ("Content-Length: 4, 82", "malformed_request"),
    ("Content-Length: 4, 4", "malformed_request"),
    ("Content-Length: 4,", "malformed_request"),
    ("Content-Length: +4", "malformed_request"),
    ("Content-Length: -4", "malformed_request"),
    ("Content-Length: 0x4", "malformed_request"),
    ("Content-Length: 4e0", "malformed_request"),
    ("Content-Length: 4.0", "malformed_request"),
    ("Content-Length: 4_0", "malformed_request"),
    ("Content-Length: 4 2", "malformed_request"),
    ("Content-Length: \"4\"", "malformed_request"),
    ("Content-Length: 9223372036854775807", "malformed_request"),
    ("Content-Length: 9223372036854775808", "malformed_request"),
    ("Content-Length: 18446744073709551616", "malformed_request"),
    ("Content-Length: 18446744073709551620", "malformed_request"),
    ("Content-Length: 10000000000000000000000000000000000000000", "malformed_request"),
    ("Content-Length: \u{b}4", "malformed_request"),
    ("Content-Length: 4\u{c}", "malformed_request"),
    ("Content-Length: \u{b2}", "malformed_request"),
    ("Content-Length: 4\r\n 2", "malformed_request"),
    ("Content-Length: 4\r\nContent-Length: 4", "malformed_request"),
    ("Content-Length: 4\r\nContent-Length: 5", "malformed_request"),
    ("Content-Length: 0\r\ncontent-length: 0", "malformed_request"),
    ("Content-Length : 4", "malformed_request"),
    ("Content_Length: 4", "malformed_request"),
    ("Content-Length: 4\r\nContent_Length: 4", "malformed_request"),
    // Bare LF, bare CR, NUL and other control characters.
    ("X: a\nY: b", "malformed_request"),
    ("X: a\rY: b", "malformed_request"),
    ("X: a\r\r\nY: b", "malformed_request"),
    ("\rX: a", "malformed_request"),
    ("X: a\n", "malformed_request"),
    ("X: a\n\r\nY: b", "malformed_request"),
    ("X: a\u{0}b", "malformed_request"),
    ("X: \u{1}", "malformed_request"),
    ("X: a\u{8}", "malformed_request"),
    ("X: \u{1b}[31m", "malformed_request"),
    ("X: a\u{7f}", "malformed_request"),
    ("X\u{0}: a", "malformed_request"),
    ("X\u{7f}: a", "malformed_request"),
    // Folded lines.
    ("X: a\r\n b", "malformed_request"),
    ("X: a\r\n\tb", "malformed_request"),
    ("X: a\r\n ", "malformed_request"),
    (" X: a", "malformed_request"),
    ("X: a\r\n Host: evil.test", "malformed_request"),
    ("Authorization:\r\n Bearer x", "malformed_request"),
    // Names.
    (": b", "malformed_request"),
    (":", "malformed_request"),
    ("X", "malformed_request"),
    ("X y", "malformed_request"),
    ("X : y", "malformed_request"),
    ("X Y: z", "malformed_request"),
    ("X[A]: b", "malformed_request"),
    ("X(A): b", "malformed_request"),
    ("X/A: b", "malformed_request"),
    ("X@A: b", "malformed_request"),
    ("\"X\": b", "malformed_request"),
    ("X\u{e9}: b", "malformed_request"),
    ("{X}: b", "malformed_request"),
    // Host and Expect.
    ("Host: good.test", "malformed_request"),
    ("hOST: good.test", "malformed_request"),
    ("Host: evil.test", "malformed_request"),
    ("Host:", "malformed_request"),
    ("Expect: x", "expectation_failed"),
    ("Expect:", "expectation_failed"),
    ("Expect: 100-continue, x", "expectation_failed"),
]

private let framings: [(String, BodyFraming)] = [
    ("X: y", .none),
    ("TE: chunked", .none),
    ("X-Transfer-Encoding: chunked", .none),
    ("Content-Length: 0", .none),
    ("Content-Length: 000", .none),
    ("Content-Length: 4", .length(4)),
    ("Content-Length: 004", .length(4)),
    ("content-length:4", .length(4)),
    ("CONTENT-LENGTH: \t 4 \t", .length(4)),
    ("Content-Length: 999999999999999999", .length(999_999_999_999_999_999)),
    ("Transfer-Encoding: chunked", .chunked),
    ("transfer-encoding:CHUNKED", .chunked),
    ("Transfer-Encoding: \tChunked \t", .chunked),
]

private let reuses: [(String, String, Bool)] = [
    ("1.1", "X: y", true),
    ("1.1", "Connection: close", false),
    ("1.1", "Connection: CLOSE", false),
    ("1.1", "Connection: x, close ,y", false),
    ("1.1", "Connection: keep-alive\r\nConnection: close", false),
    ("1.1", "Connection: close, keep-alive", false),
    ("1.1", "Connection: closed", true),
    ("1.1", "Proxy-Connection: close", true),
    ("1.0", "X: y", false),
    ("1.0", "Connection: keep-alive", true),
    ("1.0", "Connection: keep-alive, close", false),
    ("1.0", "Proxy-Connection: keep-alive", false),
]

private func post(_ lines: String) -> String {
    "POST http://good.test/v1 HTTP/1.1\r\nHost: good.test\r\n\(lines)\r\n\r\n"
}

@Suite("RequestHeadParser")
struct RequestHeadParserTests {
    @Test("request lines", arguments: requestLines)
    func requestLine(line: String, expected: String) {
        #expect(
            code { () throws(ProxyError) in _ = try RequestHead.read("\(line)\r\nHost: good.test\r\n\r\n") } == expected
        )
    }

    @Test("header lines that are refused", arguments: refusedLines)
    func refuses(lines: String, expected: String) {
        #expect(code { () throws(ProxyError) in _ = try RequestHead.read(post(lines)) } == expected)
    }

    @Test("a malformed line is refused wherever it stands", arguments: refusedLines)
    func refusesAnywhere(lines: String, expected: String) {
        let text = post("A: b\r\n\(lines)\r\nC: d")
        #expect(code { () throws(ProxyError) in _ = try RequestHead.read(text) } == expected)
    }

    @Test("one plain framing is understood", arguments: framings)
    func framing(lines: String, expected: BodyFraming) throws {
        #expect(try RequestHead.read(post(lines)).body == expected)
    }

    @Test(
        "HTTP/1.0 has no transfer coding, and 1.1 no request without Host",
        arguments: [
            "POST http://good.test/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n",
            "POST http://good.test/ HTTP/1.0\r\nHost: good.test\r\nTransfer-Encoding: chunked\r\n\r\n",
            "GET http://good.test/ HTTP/1.1\r\n\r\n",
            "GET http://good.test/ HTTP/1.1\r\nHosts: good.test\r\n\r\n",
            "GET http://good.test/ HTTP/1.1\r\n\r\nHost: good.test\r\n\r\n",
            "\r\nGET http://good.test/ HTTP/1.1\r\nHost: good.test\r\n\r\n",
        ]
    )
    func versionRules(text: String) {
        #expect(code { () throws(ProxyError) in _ = try RequestHead.read(text) } == "malformed_request")
    }

    @Test("HTTP/1.0 needs no Host") func noHost() throws {
        #expect(try RequestHead.read("GET http://good.test/ HTTP/1.0\r\n\r\n").host == nil)
    }

    @Test("connections are kept only where both sides say so", arguments: reuses)
    func reuse(version: String, lines: String, expected: Bool) throws {
        let head = try RequestHead.read("GET http://a/ HTTP/\(version)\r\nHost: a\r\n\(lines)\r\n\r\n")
        #expect(head.keepsConnection == expected)
    }

    @Test("Connection's names are folded, and its own words are not among them") func connectionOptions() throws {
        let head = try RequestHead.read(
            post("Connection: close, X_One ,,\t\r\nConnection: keep-alive,AUTHORIZATION")
        )
        #expect(head.connectionOptions == [FieldName("x-one"), FieldName("Authorization")])
    }

    @Test("Connection names only so many fields") func manyConnectionOptions() throws {
        let names = { (count: Int) in (0..<count).map { "a\($0)" }.joined(separator: ",") }
        #expect(try RequestHead.read(post("Connection: \(names(100))")).connectionOptions.count == 100)
        #expect(
            code { () throws(ProxyError) in _ = try RequestHead.read(post("Connection: \(names(101))")) }
                == "header_too_large"
        )
        #expect(
            code { () throws(ProxyError) in
                _ = try RequestHead.read(post("Connection: \(names(60))\r\nConnection: \(names(60))"))
            } == "header_too_large"
        )
    }

    @Test("only HTTP/1.1 waits for 100 Continue") func expectations() throws {
        #expect(try RequestHead.read(post("Expect: 100-Continue")).expectsContinue)
        #expect(try !RequestHead.read("GET http://a/ HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expectsContinue)
    }

    @Test("values lose the blanks around them and keep every other byte") func values() throws {
        let head = try RequestHead.read(post("X: \t a \t b\u{e9}\u{ff} \t\r\nEmpty:\r\nBlank: \t "))
        #expect(head.fields.map { latin1Text(head[$0.name]) } == ["Host", "X", "Empty", "Blank"])
        #expect(head.fields.map { latin1Text(head[$0.value]) } == ["good.test", "a \t b\u{e9}\u{ff}", "", ""])
    }

    @Test("limits hold exactly") func limits() throws {
        var limits = RequestLimits()
        limits.maxFields = 8
        limits.maxFieldBytes = 100
        limits.maxHeadBytes = 400
        func outcome(_ text: String) -> String {
            code { () throws(ProxyError) in _ = try RequestHead.read(text, limits: limits) }
        }
        func lines(_ count: Int) -> String { (0..<count).map { "X\($0): y\r\n" }.joined() }
        let start = "GET http://a/ HTTP/1.1\r\nHost: a\r\n"
        #expect(outcome(start + lines(7) + "\r\n") == "accepted")
        #expect(outcome(start + lines(8) + "\r\n") == "header_too_large")
        #expect(outcome(start + "X: \(String(repeating: "y", count: 97))\r\n\r\n") == "accepted")
        #expect(outcome(start + "X: \(String(repeating: "y", count: 98))\r\n\r\n") == "header_too_large")
        let path = String(repeating: "p", count: 92)
        #expect(outcome("GET http://a/\(path) HTTP/1.1\r\nHost: a\r\n\r\n") == "uri_too_long")
        #expect(outcome("GET http://a/\(path.dropLast()) HTTP/1.1\r\nHost: a\r\n\r\n") == "accepted")
        let long = (0..<5).map { "X\($0): \(String(repeating: "y", count: 80))\r\n" }.joined()
        #expect(outcome(start + long + "\r\n") == "header_too_large")
    }

    @Test("a field that may stand once is refused twice") func singleValues() throws {
        let head = try RequestHead.read(post("Postern-Grant: a\r\npostern_grant: b\r\nPostern-Run: c"))
        #expect(code { () throws(ProxyError) in _ = try head.value(of: .posternGrant) } == "malformed_request")
        #expect(try head.value(of: .posternRun).map { latin1Text(head[$0]) } == "c")
        #expect(try head.value(of: .posternRole) == nil)
    }
}
