import PosternCore
import PosternTestSupport
import Testing

@testable import PosternProxy

private func call(
    _ url: String = "https://good.test/v1?x=y",
    fields: [(name: String, value: String)] = [],
    body: [UInt8]? = nil
) -> ProxiedCall {
    ProxiedCall(
        principal: .agent("bot"),
        grant: "g",
        method: .post,
        url: url,
        fields: fields,
        body: body,
        attribution: CallAttribution()
    )
}

/// The code of the refusal of a call, by whoever writes or reads its head, or `accepted`.
private func outcome(_ call: ProxiedCall) -> String {
    code { () throws(ProxyError) in
        let head = try RequestHead.read(try CallHead.bytes(of: call))
        _ = try IngressRequest(head, from: Peer(origin: .process(userID: 0, processID: 1)))
    }
}

/// Fields that would be more than one, or none.
private let badFields: [(String, String)] = [
    ("", "x"), ("A B", "x"), ("A:", "x"), ("A\r\nB", "x"), ("A\u{0}", "x"), ("\u{e4}", "x"), ("A\n", "x"), (" A", "x"),
    ("A", "x\r\nB: y"), ("A", "x\nB: y"), ("A", "x\rB: y"), ("A", "x\r\n\r\nGET / HTTP/1.1"), ("A", "\u{0}"),
    ("A", "\u{7f}"), ("A", "\u{1b}[31m"),
]

private let badURLs = [
    "", "good.test", "/v1", "https://", "https:///v1", "https://?x", "https://good.test/a b",
    "https://good.test/\r\nA: b",
    "https://good.test/ HTTP/1.1\r\nA: b\r\n\r\n", "https://good.test\r\nA: b/", "https://good.test/\u{e9}",
    "https://good.test\u{0}/", "https://good.test/\t", "https://user@good.test/", "https://good.test\\@evil.test/",
    "https://good.test#@evil.test/", "ftp://good.test/", "https://good.test/../x", "https://good.test:0/",
    "https://good.test, evil.test/", "x https://good.test/", "https://good.test/#x",
]

/// Fields that the head has already, or that make its length another one.
private let framing: [(String, String)] = [
    ("Host", "evil.test"), ("host", "good.test"), ("Content-Length", "0"), ("Transfer-Encoding", "chunked"),
    ("content_length", "1"),
]

@Suite("CallHead")
struct CallHeadTests {
    @Test("a call is written as a request to a proxy") func whole() throws {
        let fields = [(name: "A", value: "b"), (name: "A", value: "\u{e9}"), (name: "Empty", value: "")]
        let bytes = try CallHead.bytes(of: call(fields: fields, body: [1, 2, 3]))
        #expect(
            latin1Text(bytes)
                == "POST https://good.test/v1?x=y HTTP/1.1\r\nHost: good.test\r\nA: b\r\nA: \u{c3}\u{a9}\r\nEmpty: \r\n"
                + "Content-Length: 3\r\n\r\n"
        )
        #expect(outcome(call(fields: fields, body: [])) == "accepted" && outcome(call()) == "accepted")
    }

    @Test("a field is one field", arguments: badFields)
    func oneField(name: String, value: String) {
        #expect(outcome(call(fields: [(name, value)])) == "malformed_request")
    }

    @Test("a URL is one URL, of a host that can be sent to", arguments: badURLs)
    func oneURL(url: String) { #expect(outcome(call(url)) == "malformed_request") }

    @Test("nothing is framed twice", arguments: framing)
    func framedOnce(name: String, value: String) {
        #expect(outcome(call(fields: [(name, value)], body: [1])) == "malformed_request")
    }

    @Test("no text of a call makes a second line where none belongs") func random() throws {
        var generator = SplitMix64(seed: 11)
        let alphabet = Array("\r\n:/ ?#@\\ab%.\0\t".utf8)
        for _ in 0..<5_000 {
            let texts = (0..<3).map { _ in String(decoding: generator.bytes(8, from: alphabet), as: UTF8.self) }
            let head = try? CallHead.bytes(of: call("https://\(texts[0])", fields: [(texts[1], texts[2])]))
            guard let head else { continue }
            #expect(head.filter { $0 == UInt8(ascii: "\n") }.count == 4 && !head.contains(0))
        }
    }
}

@Suite("RefusedTokens")
struct RefusedTokensTests {
    @Test(
        "a token that was got after a refusal is taken as it is for a minute",
        arguments: [
            ("c", 2, 100, true), ("c", 2, 159, true), ("c", 2, 160, false), ("c", 1, 100, false), ("c", 3, 100, false),
            ("d", 2, 100, false), ("", 2, 100, false),
        ] as [(String, Int, Int64, Bool)]
    )
    func pause(credential: String, version: Int, now: Int64, isFutile: Bool) {
        let tokens = RefusedTokens()
        #expect(!tokens.isFutile(credential, version: version, at: now))
        tokens.note("c", version: 2, at: 100)
        #expect(tokens.isFutile(credential, version: version, at: now) == isFutile)
    }

    @Test("the newest one counts") func newest() {
        let tokens = RefusedTokens()
        tokens.note("c", version: 2, at: 100)
        tokens.note("c", version: 3, at: 150)
        #expect(!tokens.isFutile("c", version: 2, at: 150) && tokens.isFutile("c", version: 3, at: 200))
    }

    @Test("however many there are, none is forgotten before its time") func many() {
        let tokens = RefusedTokens()
        for number in 0..<3_000 { tokens.note("c\(number)", version: 1, at: Int64(number / 1_000)) }
        #expect((0..<3_000).allSatisfy { tokens.isFutile("c\($0)", version: 1, at: 59) })
        tokens.note("last", version: 1, at: 100)
        #expect(!tokens.isFutile("c0", version: 1, at: 59) && tokens.isFutile("last", version: 1, at: 100))
    }
}
