import Testing

@testable import PosternPortal

@Suite struct FormTests {
    @Test("a form's key is good for one form in one browser")
    func keys() {
        let keys = FormKeys()
        let key = keys.key(for: "/approvals/1/approve", cookie: "aa")
        #expect(keys.isValid(key, for: "/approvals/1/approve", cookie: "aa"))
        #expect(!keys.isValid(key, for: "/approvals/2/approve", cookie: "aa"))
        #expect(!keys.isValid(key, for: "/approvals/1/deny", cookie: "aa"))
        #expect(!keys.isValid(key, for: "/approvals/1/approve", cookie: "ab"))
        #expect(!FormKeys().isValid(key, for: "/approvals/1/approve", cookie: "aa"))
    }

    @Test("no other text is a form's key", arguments: [nil, "", "0", "zz", String(repeating: "0", count: 64)])
    func otherKeys(_ text: String?) {
        #expect(!FormKeys().isValid(text, for: "/login", cookie: "aa"))
    }

    @Test("forms are read as browsers write them")
    func forms() {
        #expect(FormText.parse("") == [:])
        #expect(FormText.parse("a=1&b=x+y%26%C3%A9&c=") == ["a": "1", "b": "x y&é", "c": ""])
    }

    @Test(
        "a form that could be read in two ways is not read",
        arguments: ["a=1&a=2", "a=1&%61=2", "a=%", "a=%4", "a=%zz", "a=%ff", "&", "a=1&&b=2&"]
    )
    func ambiguousForms(_ text: String) {
        #expect(FormText.parse(text) == nil)
    }

    @Test(
        "paths are read one way",
        arguments: [
            ("/", []), ("/connect/a%20b", ["connect", "a b"]), ("/wallet", ["wallet"]), ("//", nil), ("/a//b", nil),
            ("/a/", nil),
            ("/a/../b", nil), ("/%2e%2e/b", nil), ("/./a", nil), ("/a%2Fb", nil), ("/a%5cb", nil), ("/a%00", nil),
            ("a", nil),
            ("", nil), ("http://evil.test/", nil), ("/a%", nil), ("*", nil),
        ] as [(String, [String]?)]
    )
    func paths(_ path: String, _ segments: [String]?) {
        #expect(FormText.segments(of: path) == segments)
    }

    @Test(
        "each path names one thing or nothing",
        arguments: [
            (["connect", "callback"], .callback), (["connect", "t"], .consent(token: "t")),
            (["connect", "t", "approve"], .connect(token: "t")), (["approvals", "1", "deny"], .refuse(id: "1")),
            (["wallet", "grants", "1", "revoke"], .revokeGrant(id: "1")),
            (["connect", "confirm", "t", "keep"], .keep(token: "t")),
            (["connect", "confirm", "t", "discard"], .discard(token: "t")), (["connect", "confirm", "t"], nil),
            (["connect", "confirm", "t", "approve"], nil), ([], .home), (["nothing"], nil),
            (["login", "x"], nil),
            (["wallet", "other", "1", "revoke"], nil), (["connect"], nil), (["connect", "t", "approve", "x"], nil),
            (["Approvals"], nil), (["wallet", "grants", "1", "revoke", "x"], nil),
        ] as [([String], PortalRoute?)]
    )
    func routes(_ segments: [String], _ route: PortalRoute?) {
        #expect(PortalRoute(segments) == route)
    }
}
