import PosternCore
import PosternTestSupport
import Testing

// The key and its answer are those of RFC 6455 section 1.3.
private let key = "dGhlIHNhbXBsZSBub25jZQ=="
private let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
private let good = "GET http://good.test/ws HTTP/1.1\r\nHost: good.test\r\n"
private let wish = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
private let opening = "\(wish)Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \(key)\r\n"
private let bearer = "Authorization: Bearer \(Sample.secret)\r\nAccept-Encoding: identity\r\n"
private let offers =
    "Sec-WebSocket-Protocol: chat, v2\r\nSec-WebSocket-Extensions: permessage-deflate; a=1, x-other\r\n"

private let granted = Sample.contents(grants: [Sample.grant(allowsWebSocket: true)])
private let egress = Sample.contents(egress: [Sample.egress(hosts: ["plain.test"], allowsWebSocket: true)])

private func request(_ lines: String, to host: String = "good.test") -> String {
    "GET http://\(host)/ws HTTP/1.1\r\nHost: \(host)\r\n\(lines)\r\n"
}

private func answer(_ lines: String, status: String = "HTTP/1.1 101 Switching Protocols") -> String {
    "\(status)\r\n\(lines)\r\n"
}

private let agreement = "\(wish)Sec-WebSocket-Accept: \(accept)\r\n"

/// Answers that do not open the WebSocket that was asked for, by what is wrong with them.
private let wrongAnswers = [
    "": "nothing", "\(wish)": "no Accept", "Upgrade: websocket\r\nSec-WebSocket-Accept: \(accept)\r\n": "no Connection",
    "Connection: Upgrade\r\nSec-WebSocket-Accept: \(accept)\r\n": "no Upgrade",
    "Connection: Upgrade\r\nUpgrade: h2c\r\nSec-WebSocket-Accept: \(accept)\r\n": "another protocol",
    "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\nSec-WebSocket-Accept: \(accept)\r\n": "a second protocol",
    "\(wish)Sec-WebSocket-Accept: \(accept.lowercased())\r\n": "Accept in other letters",
    "\(wish)Sec-WebSocket-Accept: \(key)\r\n": "another Accept",
    "\(agreement)Sec-WebSocket-Accept: \(accept)\r\n": "two Accepts", "\(agreement)Content-Length: 0\r\n": "a length",
    "\(agreement)Transfer-Encoding: chunked\r\n": "chunks",
    "\(agreement)Sec-WebSocket-Protocol: other\r\n": "a protocol that was not offered",
    "\(agreement)Sec-WebSocket-Protocol: Chat\r\n": "a protocol in other letters",
    "\(agreement)Sec-WebSocket-Protocol: chat, v2\r\n": "two protocols",
    "\(agreement)Sec-WebSocket-Protocol: chat\r\nSec-WebSocket-Protocol: v2\r\n": "two fields with protocols",
    "\(agreement)Sec-WebSocket-Extensions: x-third\r\n": "an extension that was not offered",
    "\(agreement)Sec-WebSocket-Extensions: x-other, x-third; b\r\n": "a second one that was not",
]

@Suite("WebSocketUpgrade")
struct WebSocketUpgradeTests {
    @Test("the opening is written anew, and says what the client may ask for") func opens() throws {
        let text = request(
            "connection: keep-alive, UPGRADE\r\nupgrade: h2c, WebSocket\r\nSec-WebSocket-Version: 13\r\nX: y\r\n"
                + "\(offers)sec-websocket-key: \(key)\r\nOrigin: http://here.test\r\nAuthorization: mine\r\n"
        )
        let rewritten = "\(wish)Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \(key)\r\n\r\n"
        let passed = "X: y\r\nSec-WebSocket-Protocol: chat, v2\r\n"
        #expect(
            try granted.sent(text)
                == "GET /ws HTTP/1.1\r\nHost: good.test\r\n\(passed)Origin: http://here.test\r\n\(bearer)\(rewritten)"
        )
        #expect(
            try egress.sent(text.replacing("good.test", with: "plain.test"))
                == "GET /ws HTTP/1.1\r\nHost: plain.test\r\nX: y\r\n\(offers)Origin: http://here.test\r\n"
                + "Authorization: mine\r\n\(rewritten)"
        )
    }

    @Test(
        "a provider's base URL opens one, too"
    )
    func baseURL() throws {
        let sent = try granted.sent("GET /via/good/ws HTTP/1.1\r\nHost: localhost\r\n\(opening)\r\n")
        #expect(sent == "GET /ws HTTP/1.1\r\nHost: good.test\r\n\(bearer)\(opening)\r\n")
    }

    @Test(
        "what is no wish for a WebSocket loses its Upgrade, whatever the rule allows",
        arguments: [
            "Upgrade: websocket", "Upgrade: websocket\r\nConnection: keep-alive", "Connection: upgrade",
            "Connection: Upgrade\r\nUpgrade: h2c", "Connection: Upgrade\r\nUpgrade: TLS/1.0",
            "Connection: Upgrade\r\nUpgrade: websocket2", "Connection: Upgrade\r\nUpgrade: websocket/13",
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \(key)\r\nSec-WebSocket-Protocol: a",
            "Sec-WebSocket-Extensions: permessage-deflate\r\nsec_websocket_extensions: a\r\nSec-WebSocket-Accept: a",
        ]
    )
    func otherUpgrades(lines: String) throws {
        #expect(try granted.sent(request("\(lines)\r\n")) == "GET /ws HTTP/1.1\r\nHost: good.test\r\n\(bearer)\r\n")
        let plain = try egress.sent(request("\(lines)\r\n", to: "plain.test"))
        #expect(plain == "GET /ws HTTP/1.1\r\nHost: plain.test\r\n\r\n")
        #expect(try Sample.contents().sent(request("\(lines)\r\n")).hasPrefix("GET /ws"))
    }

    @Test("HTTP/1.0 has no Upgrade") func http10() throws {
        let sent = try granted.sent("GET http://good.test/ HTTP/1.0\r\n\(opening)\r\n")
        #expect(sent == "GET / HTTP/1.1\r\nHost: good.test\r\n\(bearer)\r\n")
    }

    @Test(
        "a wish that no server could grant is malformed",
        arguments: [
            "\(wish)", "\(wish)Sec-WebSocket-Key: \(key)", "\(wish)Sec-WebSocket-Version: 13",
            "\(wish)Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: \(key)",
            "\(wish)Sec-WebSocket-Version: 13, 8\r\nSec-WebSocket-Key: \(key)",
            "\(opening)Sec-WebSocket-Version: 13", "\(opening)Sec-WebSocket-Key: \(key)",
            "\(opening)Sec_WebSocket_Key: \(key)", "\(wish)Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key:",
            "\(wish)Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ",
            "\(wish)Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQAA",
            "\(wish)Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25j!Q==",
            "\(opening)Content-Length: 5", "\(opening)Transfer-Encoding: chunked",
        ]
    )
    func malformed(lines: String) throws {
        let text = request("\(lines)\r\n".replacing("\r\n\r\n", with: "\r\n"))
        #expect(try granted.sent(text) == "malformed_request")
        #expect(try Sample.contents().sent(text) == "malformed_request")
    }

    @Test("only a GET opens one") func methods() throws {
        let post = request(opening).replacing("GET", with: "POST")
        #expect(try granted.sent(post) == "malformed_request")
    }

    @Test("a rule has to allow it") func policy() throws {
        #expect(try granted.sent(request(opening)).hasPrefix("GET /ws"))
        #expect(try egress.sent(request(opening, to: "plain.test")).hasPrefix("GET /ws"))
        let plain = Sample.contents(egress: [Sample.egress()])
        #expect(try plain.sent(request(opening, to: "plain.test")) == "policy_denied")
        do {
            _ = try plain.authorize(request(opening))
            Issue.record("it was let through")
        } catch let refusal as Refusal {
            #expect(
                ProblemDetails(refusal.error).detail
                    == "Grant bot/good-key was found, but it does not allow WebSockets; set websocket = true."
            )
        }
    }

    @Test("the answer that opens it") func opened() throws {
        let upgrade = try granted.authorize(request("\(opening)\(offers)"))
        for lines in [
            agreement, "\(agreement)Sec-WebSocket-Protocol: v2\r\n", "\(agreement)Sec-WebSocket-Extensions:\r\n",
            "upgrade: WebSocket\r\nconnection: keep-alive, upgrade\r\nSec-WebSocket-Accept: \(accept) \r\n",
        ] {
            #expect(try upgrade.becomesWebSocket(by: ResponseHead.read(answer(lines))), "\(lines)")
        }
        for status in ["HTTP/1.1 200 OK", "HTTP/1.1 401 No", "HTTP/1.1 426 Upgrade Required", "HTTP/1.1 100 Continue"] {
            #expect(
                try !upgrade.becomesWebSocket(by: ResponseHead.read(answer(agreement, status: status))),
                "\(status)"
            )
        }
    }

    @Test("extensions are agreed on only where they were offered") func extensions() throws {
        let lines = "\(agreement)Sec-WebSocket-Extensions: permessage-deflate;a=2,\t x-other\r\n"
        let head = try ResponseHead.read(answer(lines))
        let plain = try egress.authorize(request("\(opening)\(offers)", to: "plain.test"))
        #expect(try plain.becomesWebSocket(by: head))
        let upgrade = try granted.authorize(request("\(opening)\(offers)"))
        #expect(throws: UpstreamError.responseMalformed) { try upgrade.becomesWebSocket(by: head) }
    }

    @Test("an answer that agrees to something else is malformed", arguments: wrongAnswers.keys.sorted())
    func wrong(lines: String) throws {
        let plain = try egress.authorize(request("\(opening)\(offers)", to: "plain.test"))
        let head = try ResponseHead.read(answer(lines))
        #expect(throws: UpstreamError.responseMalformed, "\(wrongAnswers[lines] ?? "")") {
            try plain.becomesWebSocket(by: head)
        }
    }

    @Test("so is one that nobody asked for, or of HTTP/1.0") func unasked() throws {
        let head = try ResponseHead.read(answer(agreement))
        let ordinary = try granted.authorize("\(good)\r\n")
        #expect(throws: UpstreamError.responseMalformed) { try ordinary.becomesWebSocket(by: head) }
        let old = try ResponseHead.read(answer(agreement, status: "HTTP/1.0 101 OK"))
        let upgrade = try granted.authorize(request(opening))
        #expect(throws: UpstreamError.responseMalformed) { try upgrade.becomesWebSocket(by: old) }
    }

    @Test("the client gets the agreement, masked like any head") func downstream() throws {
        let rule = try granted.authorize(request(opening)).rule
        let lines =
            "Upgrade: WebSocket\r\nconnection: X-Hop, upgrade\r\nX-Hop: 1\r\nSec-WebSocket-Accept: \(accept)\r\n"
            + "Sec-WebSocket-Protocol: chat\r\nSet-Cookie: a=b\r\nAlt-Svc: x\r\nX: \(Sample.secret)\r\n"
        var buffer = latin1("before")
        let masked = DownstreamHead(
            try ResponseHead.read(answer(lines)),
            under: rule,
            masking: rule.injection?.scrubbing
        ).appendUpgrade(to: &buffer)
        let mask = String(repeating: "*", count: Sample.secret.utf8.count)
        #expect(
            latin1Text(buffer) == "beforeHTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: \(accept)\r\n"
                + "Sec-WebSocket-Protocol: chat\r\nX: \(mask)\r\n\(wish)\r\n"
        )
        #expect(masked == 1)
    }
}
