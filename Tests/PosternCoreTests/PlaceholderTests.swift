import PosternCore
import PosternTestSupport
import Testing

private let mine = PlaceholderWorld.mine
private let injected = "Authorization: Bearer \(Sample.secret)\r\n"

/// Fields of a request to the right host in which a placeholder stands where it belongs.
private let rightFields = [
    "Authorization: Bearer \(mine)", "authorization: \(mine)", "Authorization: token \(mine)", "X-Api-Key: \(mine)",
    "Authorization: Basic \(base64("x-access-token:\(mine)"))", "Authorization: Basic \(base64("\(mine):"))",
    "Authorization: Bearer \(mine)\r\nX-Api-Key: \(mine)", "Authorization: Bearer something-else", "X-Ok: 1",
    "Authorization: Bearer \(PlaceholderWorld.placeholder(prefix: "sk-ant"))",
]

/// Fields in which one stands that must not, and what is said of its place.
private let wrongFields = [
    ("X-Other: \(mine)", "the field X-Other"), ("Cookie: a=\(mine)", "the field Cookie"),
    ("User-Agent: x/\(mine)", "the field User-Agent"), ("Referer: http://good.test/?\(mine)", "the field Referer"),
    ("X-Other: \(base64("a\(mine)"))", "the field X-Other"), ("X-Other: \(base64("ab\(mine)"))", "the field X-Other"),
    ("X-Other: \(base64("\(mine)"))", "the field X-Other"), ("Postern-Run: \(mine)", "the field Postern-Run"),
    ("\(mine): x", "a header field"), ("\(String(repeating: "a", count: 70)): \(mine)", "a header field"),
    ("Connection: X-Other\r\nX-Other: \(mine)", "the field X-Other"),
    ("Authorization: Bearer \(mine)\r\nX-Copy: Bearer \(mine)", "the field X-Copy"),
    // In the right place, but not the right one.
    ("Authorization: Bearer \(PlaceholderWorld.other)", "the place of another credential"),
    ("Authorization: Bearer \(PlaceholderWorld.eves)", "the place of another credential"),
    ("X-Api-Key: \(PlaceholderWorld.eves)", "the place of another credential"),
    ("Authorization: Basic \(base64("u:\(PlaceholderWorld.eves)"))", "the place of another credential"),
    ("Authorization: Bearer \(mine.dropLast())", "the place of another credential"),
    ("Authorization: Bearer \(mine)0", "the place of another credential"),
    ("Authorization: Bearer \(mine) \(PlaceholderWorld.other)", "the place of another credential"),
]

private let wrongPaths = [
    ("/v1/\(mine)", "the path"), ("/v1/\(mine.prefix(40))", "the path"), ("/?q=\(mine)", "the query"),
    ("/?\(mine)=q", "the query"), ("/?a=b&\(percent(mine))", "the query"), ("/\(percent(mine))/x", "the path"),
    ("/?q=%2D\(mine.dropFirst(20))", "the query"), ("/x?q=\(base64("a:\(mine)"))", "the query"),
]

/// Every letter and digit percent-encoded but the first.
private func percent(_ text: String) -> String {
    text.prefix(22) + text.utf8.dropFirst(22).map { "%" + String($0, radix: 16, uppercase: true) }.joined()
}

@Suite("Placeholders")
struct PlaceholderTests {
    @Test("a placeholder is the same every time, and another one for every agent, secret and key")
    func values() throws {
        let again = PlaceholderKey(Secret((0..<32).map { UInt8($0) }))
        #expect(again.placeholder(agent: "bot", secret: "good-key", prefix: nil) == mine)
        let others = [
            PlaceholderWorld.eves, PlaceholderWorld.other,
            PlaceholderWorld.placeholder(agent: "bo", secret: "tgood-key"),
            PlaceholderKey.random().placeholder(agent: "bot", secret: "good-key", prefix: nil),
        ]
        #expect(Set(others + [mine]).count == 5)
        #expect(mine.wholeMatch(of: /postern-placeholder-[0-9a-f]{48}/) != nil)
        #expect(PlaceholderWorld.placeholder(prefix: "sk-ant").hasPrefix("sk-ant-\(mine.dropFirst(20).prefix(16))"))
    }

    @Test("where the credential goes, a placeholder is replaced", arguments: rightFields)
    func replaces(fields: String) throws {
        let sent = try PlaceholderWorld().get("/v1/ok", fields)
        #expect(sent.contains(injected) && !sent.contains(mine.suffix(48)), "\(sent)")
    }

    @Test("anywhere else it is refused, with the place and without the value", arguments: wrongFields + wrongPaths)
    func refuses(what: String, place: String) throws {
        let world = try PlaceholderWorld()
        let answer = what.hasPrefix("/") ? try world.get(what) : try world.get("/v1/ok", what)
        #expect(answer.hasPrefix("placeholder_leaked: It was found in \(place)."), "\(answer)")
        #expect(!answer.contains(mine.suffix(48).prefix(16)))
    }

    @Test(
        "slots of the URL take it as well",
        arguments: [
            (
                InjectionTemplate.query(name: "key", value: Sample.template("{secret}")), "/?key=\(mine)",
                "/?key=\(PlaceholderWorld.eves)"
            ),
            (
                .query(name: "key", value: Sample.template("{secret}")), "/?k%65y=\(percent(mine))",
                "/?x=1&k%65y=\(percent(PlaceholderWorld.eves))"
            ),
            (.path(Sample.template("/bot{secret}/")), "/bot\(mine)/x", "/bot\(PlaceholderWorld.eves)/x"),
            (.path(Sample.template("/bot{secret}/")), "/bot\(mine)/x?y", "/bot\(mine)/x\(mine)"),
        ]
    )
    func urlSlots(place: InjectionTemplate, right: String, wrong: String) throws {
        var contents = PlaceholderWorld.contents(injection: [place])
        contents.credentials[0] = Sample.credential(secrets: ["secret": "s3cr3t-0123456789"])
        let world = try PlaceholderWorld(contents)
        let sent = try world.get(right)
        #expect(sent.contains("s3cr3t-0123456789") && !sent.contains(mine.suffix(48)), "\(sent)")
        #expect(try world.get(wrong).hasPrefix("placeholder_leaked"))
        #expect(
            try world.get(right.replacing("/x", with: "/") + "", "X-Other: \(mine)").hasPrefix("placeholder_leaked")
        )
    }

    @Test(
        "a request to any other host is refused for it, whether it may go there or not",
        arguments: ["other.test", "plain.test", "nowhere.test", "\(mine.suffix(48)).plain.test"]
    )
    func otherHosts(host: String) throws {
        let world = try PlaceholderWorld()
        for line in ["Authorization: Bearer \(mine)", "X-Api-Key: \(mine)", "X-Other: \(mine)"] {
            let text = "GET http://\(host)/v1 HTTP/1.1\r\nHost: \(host)\r\n\(line)\r\n\r\n"
            #expect(try world.sent(text).hasPrefix("placeholder_leaked"), "\(line)")
        }
        let text = "GET http://\(host)/v1 HTTP/1.1\r\nHost: \(host)\r\n\r\n"
        #expect(try world.sent(text).hasPrefix("placeholder_leaked") == host.contains(mine.suffix(48)))
    }

    @Test("another reason for a refusal stands where the host is the right one")
    func otherReasons() throws {
        var contents = PlaceholderWorld.contents()
        contents.grants[0] = Sample.grant(
            constraints: RequestConstraints(methods: [.post]),
            givesPlaceholder: true
        )
        #expect(try PlaceholderWorld(contents).get("/v1", "Authorization: Bearer \(mine)").hasPrefix("policy_denied"))
    }

    @Test("an agent that was given none is searched as soon as any was, and nobody otherwise")
    func others() throws {
        #expect(try PlaceholderWorld().get("/v1", "X-Other: \(mine)", agent: "eve").hasPrefix("placeholder_leaked"))
        let off = try PlaceholderWorld(PlaceholderWorld.contents(givesPlaceholder: false))
        #expect(try off.get("/v1", "X-Other: \(mine)").contains(mine))
        #expect(try off.authorize("GET http://good.test/ HTTP/1.1\r\nHost: good.test\r\n\r\n").bodySearch == nil)
    }

    @Test("a reload keeps the key") func reload() throws {
        let first = try Directory(PlaceholderWorld.contents(), placeholders: PlaceholderWorld.key)
        let second = try Directory(PlaceholderWorld.contents(), replacing: first)
        #expect(Array(mine.utf8).withUnsafeBytes { second.search.finds(in: $0) })
    }
}

/// Ways in which bodies write text.
private let bodyForms: [@Sendable (String) -> String] = [
    { "{\"key\": \"\($0)\"}" }, { base64($0) }, { base64("x" + $0) }, { base64("xy" + $0) },
    { $0.utf8.map { "%" + String($0, radix: 16) }.joined() },
    { $0.utf8.map { String($0, radix: 16, uppercase: true) }.joined() },
    { $0.utf8.map { "\\u00" + String($0, radix: 16) }.joined() }, { $0.utf8.map { "&#\($0);" }.joined() },
]

@Suite("PlaceholderScanner")
struct PlaceholderScannerTests {
    private let scanner: PlaceholderScanner

    init() throws {
        let request = try PlaceholderWorld().authorize("GET http://good.test/ HTTP/1.1\r\nHost: good.test\r\n\r\n")
        scanner = try #require(request.bodySearch)
    }

    /// How much of a body passes in pieces of these lengths, until a placeholder is found; `nil` if all of it does.
    private func stopped(_ body: [UInt8], cut: (Int) -> Int) -> Int? {
        var scanner = scanner
        var start = 0
        while start < body.count {
            let end = min(body.count, start + max(1, cut(start)))
            if Array(body[start..<end]).withUnsafeBytes({ scanner.finds(in: $0) }) { return start }
            start = end
        }
        return nil
    }

    @Test("no form of a placeholder passes whole, wherever the pieces end", arguments: bodyForms.indices)
    func everyCut(form: Int) throws {
        let written = bodyForms[form](mine)
        let body = Array((String(repeating: "lorem ipsum ", count: 20) + written + " dolor").utf8)
        let end = 240 + written.utf8.count
        for cut in 1..<body.count {
            let place = stopped(body) { $0 == 0 ? cut : body.count }
            #expect(try #require(place, "cut at \(cut)") < end - 1, "cut at \(cut)")
        }
        for size in [1, 2, 3, 7, 64] {
            let place = stopped(body) { _ in size }
            #expect(try #require(place, "pieces of \(size)") < end - 30, "pieces of \(size)")
        }
    }

    @Test("bodies without one pass whole") func clean() throws {
        var generator = SplitMix64(seed: 7)
        for _ in 0..<200 {
            let body = generator.bytes(5000, from: HexDigit.lower)
            let place = stopped(body) { _ in 1 + generator.below(300) }
            #expect(place == nil)
        }
        #expect(stopped(Array(mine.dropLast(32).dropLast().utf8)) { _ in 5 } == nil)
    }
}
