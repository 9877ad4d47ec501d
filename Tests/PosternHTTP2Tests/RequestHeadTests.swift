import PosternCore
import PosternHTTP2
import PosternTestSupport
import Testing

@Suite("Heads of requests")
struct RequestHeadTests {
    typealias Fields = [(String, String)]

    @Test(
        "a block that breaks a rule is a stream error, and nothing of it is a request",
        arguments: [
            pseudo() + [("x", "a\r\nHost: evil.test")], pseudo() + [("x", "a\n")], pseudo() + [("x", "a\rb")],
            pseudo() + [("x", "a\0b")], pseudo() + [("x\r\ny", "a")], pseudo() + [("x:y", "a")],
            pseudo() + [("x y", "a")], pseudo() + [("X-Upper", "a")], pseudo() + [("", "a")],
            pseudo() + [(" x", "a")], pseudo() + [("x\u{ff}", "a")], pseudo() + [("x", "\u{1}")],
            pseudo() + [("transfer-encoding", "chunked")], pseudo() + [("connection", "close")],
            pseudo() + [("connection", "x-api-key")], pseudo() + [("keep-alive", "1")],
            pseudo() + [("proxy-connection", "close")], pseudo() + [("upgrade", "websocket")],
            pseudo() + [("te", "gzip")], pseudo() + [("te", "trailers, gzip")],
            pseudo() + [("content-length", "0"), ("content-length", "0")],
            pseudo() + [("content-length", "1"), ("content-length", "2")], pseudo() + [("content-length", "+1")],
            pseudo() + [("content-length", "-1")], pseudo() + [("content-length", "")],
            pseudo() + [("content-length", "99999999999999999999")], pseudo() + [("content-length", "5")],
            pseudo() + [("host", "evil.test")], pseudo() + [("host", "good.test"), ("host", "good.test")],
            pseudo() + [("host", "good.test:443")], pseudo() + [("host", "")],
            pseudo() + [(":path", "/again")], pseudo() + [("x", "y"), (":path", "/late")],
            [("x", "y")] + pseudo(), pseudo() + [(":status", "200")], pseudo() + [(":protocol", "websocket")],
            pseudo(method: "CONNECT") + [(":protocol", "websocket")], pseudo() + [(":x", "y")],
            pseudo(method: ""), pseudo(method: "GET /admin"), pseudo(method: "G\r\nET"), pseudo(method: "GE(T"),
            pseudo(scheme: "http"), pseudo(scheme: ""), pseudo(scheme: "ftp"),
            pseudo(authority: ""), pseudo(authority: "good.test\r\nx: y"), pseudo(authority: "a b"),
            pseudo(path: ""), pseudo(path: "admin"), pseudo(path: "*"), pseudo(path: "http://evil.test/"),
            pseudo(path: "/ HTTP/1.1\r\nx: y"), pseudo(path: "/a b"), pseudo(path: "/\0"), pseudo(path: "/\t"),
            pseudo(path: "/\u{7f}"), Array(pseudo().dropFirst()), Array(pseudo().dropLast()),
            [(":method", "GET"), (":scheme", "https"), (":path", "/")],
            [(":method", "GET"), (":authority", "good.test"), (":path", "/")], [],
        ] as [Fields]
    )
    func malformed(fields: Fields) throws {
        let peer = try #require(RawPeer())
        peer.send(RawPeer.headers(fields, on: 1))
        #expect(peer.handler.events == ["1 malformed", "1 closed 1"])
        #expect(peer.resetCode(1) == HTTP2ErrorCode.protocolError)
        // The connection lives, and the next request is a request.
        peer.send(RawPeer.headers(pseudo(), on: 3))
        #expect(peer.isGoingOn && peer.handler.events.count == 3 && peer.session.openStreamCount == 1)
    }

    @Test(
        "a block that is in order becomes one head",
        arguments: [
            (pseudo(), "GET / HTTP/1.1\r\nHost: good.test\r\n"),
            (pseudo() + [("host", "GOOD.test")], "GET / HTTP/1.1\r\nHost: good.test\r\n"),
            (pseudo(method: "OPTIONS", path: "*"), "OPTIONS * HTTP/1.1\r\nHost: good.test\r\n"),
            (
                [(":method", "GET"), (":scheme", "https"), (":path", "/"), ("x", "y"), ("host", "good.test")],
                "GET / HTTP/1.1\r\nx: y\r\nHost: good.test\r\n"
            ),
            (
                pseudo() + [("cookie", "a=b"), ("x", "y"), ("cookie", "c=d"), ("cookie2", "z")],
                "GET / HTTP/1.1\r\nHost: good.test\r\nx: y\r\ncookie2: z\r\nCookie: a=b; c=d\r\n"
            ),
            (
                pseudo() + [("te", "trailers"), ("content-length", "0"), ("expect", "100-continue"), ("empty", "")],
                "GET / HTTP/1.1\r\nHost: good.test\r\nte: trailers\r\ncontent-length: 0\r\nexpect: 100-continue\r\n"
                    + "empty: \r\n"
            ),
            (pseudo() + [("x", "\u{e9}\t\u{ff}")], "GET / HTTP/1.1\r\nHost: good.test\r\nx: \u{e9}\t\u{ff}\r\n"),
            (pseudo(path: "//evil.test/../?a=b"), "GET //evil.test/../?a=b HTTP/1.1\r\nHost: good.test\r\n"),
        ] as [(Fields, String)]
    )
    func accepted(fields: Fields, text: String) throws {
        let peer = try #require(RawPeer())
        peer.send(RawPeer.headers(fields, on: 1))
        #expect(peer.handler.events == ["1 head+end: \(text)\r\n"])
        _ = try RequestHead.read("\(text)\r\n")
    }

    @Test("CONNECT is reported, and can be answered") func connect() throws {
        let peer = try #require(RawPeer())
        let fields = [(":method", "CONNECT"), (":authority", "good.test:443")]
        peer.send(RawPeer.headers(fields, on: 1, endsStream: false) + RawPeer.frame(0, 0, 1, latin1("raw bytes")))
        #expect(peer.handler.events == ["1 connect"] && peer.handler.bodies.isEmpty)
        latin1("HTTP/1.1 405 No\r\n\r\n").withUnsafeBytes {
            _ = peer.session.submitResponse($0, on: 1, hasBody: false)
        }
        peer.send([])
        #expect(peer.sent.contains { $0.type == 1 && $0.stream == 1 } && peer.resetCode(1) == 0)
        #expect(peer.handler.events == ["1 connect", "1 closed 0"])
    }

    @Test(
        "heads beyond the limits are reported, can be answered, and cost one stream",
        arguments: [
            (pseudo() + (0..<101).map { ("x\($0)", "y") }, "1 tooLarge"),
            (pseudo() + [("x", String(repeating: "y", count: 16_384))], "1 tooLarge"),
            (pseudo() + (0..<5).map { ("x\($0)", String(repeating: "y", count: 14_000)) }, "1 tooLarge"),
            (pseudo() + (0..<5).map { _ in ("cookie", String(repeating: "y", count: 4_000)) }, "1 tooLarge"),
            (pseudo(path: "/" + String(repeating: "y", count: 16_384)), "1 targetTooLong"),
        ] as [(Fields, String)]
    )
    func tooLarge(fields: Fields, event: String) throws {
        let peer = try #require(RawPeer())
        peer.send(RawPeer.headers(fields, on: 1))
        #expect(peer.handler.events == [event])
        latin1("HTTP/1.1 431 No\r\n\r\n").withUnsafeBytes {
            _ = peer.session.submitResponse($0, on: 1, hasBody: false)
        }
        peer.send(RawPeer.headers(pseudo(), on: 3))
        #expect(peer.handler.events.dropFirst() == ["3 head+end: \(shortRequest)", "1 closed 0"])
        #expect(peer.isGoingOn)
    }

    @Test(
        "a body that is longer or shorter than its Content-Length never ends well",
        arguments: [
            [RawPeer.frame(0, 1, 1, latin1("1234"))], [RawPeer.frame(0, 1, 1, latin1("123456"))],
            [RawPeer.frame(0, 0, 1, latin1("12345")), RawPeer.frame(0, 1, 1, latin1("6"))],
            [RawPeer.frame(0, 0, 1, latin1("1234")), RawPeer.headers([("x", "y")], on: 1)],
        ]
    )
    func wrongLength(frames: [[UInt8]]) throws {
        let peer = try #require(RawPeer())
        let fields = pseudo(method: "POST") + [("content-length", "5")]
        peer.send(RawPeer.headers(fields, on: 1, endsStream: false))
        for frame in frames { peer.send(frame) }
        #expect(peer.resetCode(1) == HTTP2ErrorCode.protocolError)
        #expect(peer.handler.events.last == "1 closed 1" && !peer.handler.events.contains("1 end"))
        #expect((peer.handler.bodies[1]?.count ?? 0) <= 5)
    }

    @Test(
        "trailers with pseudo-header fields, or too many of them, reset the stream",
        arguments: [
            ([(":path", "/x")], 1), ([("connection", "x")], 1), ((0..<101).map { ("x\($0)", "y") }, 11),
        ] as [(Fields, UInt32)]
    )
    func trailers(fields: Fields, code: UInt32) throws {
        let peer = try #require(RawPeer())
        peer.send(RawPeer.headers(pseudo(method: "POST"), on: 1, endsStream: false))
        peer.send(RawPeer.headers(fields, on: 1))
        #expect(peer.resetCode(1) == code && peer.handler.events.count == 2)
        #expect(peer.handler.events.last == "1 closed \(code)")
    }
}
