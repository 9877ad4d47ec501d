import PosternCore
import PosternTestSupport
import Testing

private func render(
    _ text: String,
    framing: DownstreamHead.Framing? = nil,
    connection: StaticString? = nil,
    isAnswerToHead: Bool = false,
    isAltered: Bool = false,
    contents: DirectoryContents = Sample.contents(),
    url: String = "http://good.test/"
) throws -> (text: String, masked: Int) {
    let head = try ResponseHead.read(text, isAnswerToHead: isAnswerToHead)
    let rule = try accessRule(contents: contents, url: url)
    var buffer = latin1("before")
    let downstream = DownstreamHead(head, under: rule, masking: rule.injection?.scrubbing)
    let masked = downstream.append(
        to: &buffer,
        framing: framing ?? downstream.framing(for: .http11),
        connection: connection,
        isAltered: isAltered
    )
    return (latin1Text(buffer.dropFirst(6)), masked)
}

private func accessRule(contents: DirectoryContents, url: String = "http://good.test/") throws -> AccessRule {
    try contents.authorize("GET \(url) HTTP/1.1\r\nHost: \(url.dropFirst(7).dropLast())\r\n\r\n").rule
}

private let plain = Sample.contents(egress: [Sample.egress()])

@Suite("DownstreamHead")
struct DownstreamHeadTests {
    @Test(
        "framing is written anew",
        arguments: [
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 005\r\nA: b\r\n\r\n",
                "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 5\r\n\r\n"
            ),
            ("HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
            (
                "HTTP/1.1 200\r\nTransfer-Encoding: Chunked\r\n\r\n",
                "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n"
            ),
            ("HTTP/1.0 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
            ("HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 204 No\r\n\r\n"),
            ("HTTP/1.1 304 Not\r\nContent-Length: 5\r\n\r\n", "HTTP/1.1 304 Not\r\nContent-Length: 5\r\n\r\n"),
            ("HTTP/1.1 304 Not\r\n\r\n", "HTTP/1.1 304 Not\r\n\r\n"),
            ("HTTP/1.1 103 Early\r\nLink: x\r\nContent-Length: 4\r\n\r\n", "HTTP/1.1 103 Early\r\nLink: x\r\n\r\n"),
            (
                "HTTP/1.1 200 OK\r\nConnection: content-length\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
            ),
            (
                "HTTP/1.1 200 OK\r\nConnection: content-length\r\nContent-Length: 7\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"
            ),
        ]
    )
    func framing(received: String, expected: String) throws { #expect(try render(received).text == expected) }

    @Test(
        "an answer to HEAD says only of its length what the upstream said",
        arguments: [
            ("Content-Length: 5", "Content-Length: 5\r\n"), ("Transfer-Encoding: chunked", ""), ("A: b", "A: b\r\n"),
            ("Content-Length: 0", "Content-Length: 0\r\n"),
        ]
    )
    func answersToHead(line: String, expected: String) throws {
        let answer = try render("HTTP/1.1 200 OK\r\n\(line)\r\n\r\n", isAnswerToHead: true)
        #expect(answer.text == "HTTP/1.1 200 OK\r\n\(expected)\r\n")
    }

    @Test(
        "each client gets a body it can delimit",
        arguments: [
            ("Content-Length: 0", RequestHead.Version.http11, DownstreamHead.Framing.none),
            ("Content-Length: 0", .http10, .none), ("Content-Length: 3", .http11, .length(3)),
            ("Content-Length: 3", .http10, .length(3)), ("Transfer-Encoding: chunked", .http11, .chunked),
            ("Transfer-Encoding: chunked", .http10, .close), ("A: b", .http11, .chunked), ("A: b", .http10, .close),
        ]
    )
    func versions(line: String, version: RequestHead.Version, expected: DownstreamHead.Framing) throws {
        let head = try ResponseHead.read("HTTP/1.1 200 OK\r\n\(line)\r\n\r\n")
        let rule = try accessRule(contents: Sample.contents())
        let downstream = DownstreamHead(head, under: rule, masking: nil)
        #expect(downstream.framing(for: version) == expected)
    }

    @Test("a body of ours has the length that it has", arguments: [0, 7])
    func ownLength(length: Int) throws {
        let head = try ResponseHead.read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nETag: x\r\n\r\n")
        let rule = try accessRule(contents: Sample.contents())
        let downstream = DownstreamHead(head, under: rule, masking: nil, length: length)
        var buffer: [UInt8] = []
        let framing = downstream.framing(for: .http10)
        _ = downstream.append(to: &buffer, framing: framing, connection: nil, isAltered: true)
        #expect(latin1Text(buffer) == "HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n")
    }

    @Test(
        "what concerns only us and the upstream stays here",
        arguments: [
            "Connection: close", "Keep-Alive: timeout=5", "Proxy-Connection: x", "TE: x", "Trailer: X-Echo",
            "Upgrade: h2c",
            "Transfer-Encoding: chunked", "Proxy-Authenticate: Basic", "Proxy-Authentication-Info: x",
            "Proxy-Status: evil; error=x",
            "Alt-Svc: h2=\"evil:443\"", "alt_svc: x", "Connection: X-Private\r\nX_Private: 1",
            "Connection: date\r\nDate: x",
        ]
    )
    func hopByHop(lines: String) throws {
        let answer = try render("HTTP/1.1 200 OK\r\n\(lines)\r\n\r\n", framing: DownstreamHead.Framing.none)
        #expect(answer.text == "HTTP/1.1 200 OK\r\n\r\n")
    }

    @Test("everything else passes as it came") func endToEnd() throws {
        let lines =
            "Date: x\r\nserver: y\r\nLocation: https://evil.test/\r\nWWW-Authenticate: Basic\r\nETag: \"a\"\r\n"
            + "Empty:\r\nX-Obs: \u{e9}\u{ff}\r\nX: 1\r\nX: 2\r\nContent-Type: text/event-stream\r\n"
        let expected = lines.replacing("Empty:", with: "Empty: ")
        #expect(
            try render("HTTP/1.1 200 OK\r\n\(lines)\r\n", framing: DownstreamHead.Framing.none).text
                == "HTTP/1.1 200 OK\r\n\(expected)\r\n"
        )
    }

    @Test(
        "claims about the body are true of what the client gets",
        arguments: [
            ("Digest: sha-256=x\r\nContent_Digest: x\r\nRepr-Digest: x\r\nContent-MD5: x", false, ""),
            ("ETag: \"a\"\r\nX-Hash: b", false, "ETag: \"a\"\r\nX-Hash: b\r\n"),
            ("ETag: \"a\"\r\nX-Hash: b", true, "X-Hash: b\r\n"),
            ("Content-Encoding: gzip\r\nETag: W/\"a\"\r\nVary: x", false, "Vary: x\r\n"),
            ("Content-Encoding: identity", false, "Content-Encoding: identity\r\n"),
        ]
    )
    func claims(lines: String, isAltered: Bool, expected: String) throws {
        let text = "HTTP/1.1 200 OK\r\n\(lines)\r\nTransfer-Encoding: chunked\r\n\r\n"
        let answer = try render(text, isAltered: isAltered)
        #expect(answer.text == "HTTP/1.1 200 OK\r\n\(expected)Transfer-Encoding: chunked\r\n\r\n")
        // Where nothing was injected, nothing is undone or masked.
        let other = try render(text, contents: plain, url: "http://plain.test/")
        #expect(other.text == text)
    }

    @Test(
        "of a body whose coding is undone the length is not known before its end",
        arguments: [
            ("Content-Length: 5", DownstreamHead.Framing.chunked, DownstreamHead.Framing.close),
            ("Transfer-Encoding: chunked", .chunked, .close), ("Content-Length: 0", .none, .none),
        ]
    )
    func decodedFraming(line: String, http11: DownstreamHead.Framing, http10: DownstreamHead.Framing) throws {
        let head = try ResponseHead.read("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\(line)\r\n\r\n")
        let rule = try accessRule(contents: Sample.contents())
        let downstream = DownstreamHead(head, under: rule, masking: rule.injection?.scrubbing)
        #expect(downstream.framing(for: .http11) == http11 && downstream.framing(for: .http10) == http10)
        let answer = try render(
            "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 7\r\n\r\n",
            isAnswerToHead: true
        )
        #expect(answer.text == "HTTP/1.1 200 OK\r\n\r\n")
    }

    @Test("sessions made with our credential do not reach the agent, others do") func cookies() throws {
        let text = "HTTP/1.1 204 No\r\nSet-Cookie: session=1\r\nset_cookie: b\r\nSet-Cookie2: c\r\n\r\n"
        #expect(try render(text).text == "HTTP/1.1 204 No\r\n\r\n")
        let passing = Sample.contents(provider: Sample.provider(passesCookies: true))
        #expect(try render(text, contents: passing).text.contains("Set-Cookie: session=1\r\n"))
        #expect(try render(text, contents: plain, url: "http://plain.test/").text.contains("Set-Cookie: session=1\r\n"))
    }

    @Test(
        "a credential in a head is masked, wherever it stands",
        arguments: [
            "HTTP/1.1 200 \(Sample.secret)\r\n\r\n", "HTTP/1.1 200 OK\r\nX: a\(Sample.secret)b\r\n\r\n",
            "HTTP/1.1 302 OK\r\nLocation: /?k=s3cr3t%2Fvalue%2B0123456789\r\n\r\n",
            "HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer token=\"s3cr3t\\/value+0123456789\"\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX-\(Sample.secret.replacing("/", with: "-")): \(Sample.secret)\r\n\r\n",
        ]
    )
    func masks(text: String) throws {
        let answer = try render(text)
        #expect(answer.masked == 1)
        #expect(answer.text.contains("*****"))
        #expect(!answer.text.contains(Sample.secret) && !answer.text.contains("value%2B"))
    }

    @Test("a credential that is a number masks no length of ours, nor the status line") func numbers() throws {
        let contents = Sample.contents(credential: Sample.credential(secrets: ["secret": "12345678"]))
        let answer = try render(
            "HTTP/1.1 200 OK\r\nContent-Length: 12345678\r\nX: 12345678\r\n\r\n",
            contents: contents
        )
        #expect(answer.text == "HTTP/1.1 200 OK\r\nX: ********\r\nContent-Length: 12345678\r\n\r\n")
        #expect(answer.masked == 1)
        let silly = Sample.contents(credential: Sample.credential(secrets: ["secret": "HTTP/1.1"]))
        #expect(try render("HTTP/1.1 204 No\r\n\r\n", contents: silly).text == "HTTP/1.1 204 No\r\n\r\n")
    }

    @Test("nothing is masked where nothing was injected") func egress() throws {
        let text = "HTTP/1.1 204 No\r\nX: \(Sample.secret)\r\n\r\n"
        let answer = try render(text, contents: plain, url: "http://plain.test/")
        #expect(answer.masked == 0 && answer.text == text)
    }

    @Test("Connection is ours to write") func connection() throws {
        let answer = try render(
            "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\n",
            connection: "close"
        )
        #expect(answer.text == "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n")
    }
}
