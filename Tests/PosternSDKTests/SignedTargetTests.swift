import Testing

@testable import PosternSDK

@Suite struct SignedTargetTests {
    @Test(
        "a path in which a part could be taken for more than one is refused",
        arguments: [
            "", "sdk", "/sdk/a%2Fkeys", "/sdk/a%3Fx=1", "/sdk/a%23", "/sdk/a%0Ab", "/sdk/%00", "/sdk/%5c", "/sdk/../x",
            "/sdk/%2e%2E/x", "/sdk/./x", "/sdk/%", "/sdk/%4", "/sdk/%zz", "/sdk/%ff", "/sdk/%c3", "/sdk/a\u{7f}",
        ]
    )
    func badPaths(_ path: String) { #expect(SignedPath(path) == nil) }

    @Test(
        "parts are decoded once",
        arguments: [
            ("/sdk/agents/me", ["sdk", "agents", "me"]), ("/sdk/a%20b", ["sdk", "a b"]), ("/sdk/a+b", ["sdk", "a+b"]),
            ("/sdk/%2541", ["sdk", "%41"]), ("/sdk/%C3%A9", ["sdk", "é"]), ("/sdk/", ["sdk", ""]),
            ("//sdk", ["", "sdk"]),
        ]
    )
    func paths(_ path: String, _ parts: [String]) { #expect(SignedPath(path)?.parts == parts) }

    @Test(
        "a query is signed sorted, and encoded as a form",
        arguments: [
            (nil, ""), ("", ""), ("b=2&a=1", "?a=1&b=2"), ("a=2&a=1", "?a=1&a=2"), ("a", "?a="), ("&&", "?"),
            ("a=x+y%20z", "?a=x+y+z"), ("a=%2b", "?a=%2B"), ("a=b=c", "?a=b%3Dc"), ("a=%C3%A9*", "?a=%C3%A9%2A"),
            ("=1", "?=1"),
        ] as [(String?, String)]
    )
    func queries(_ query: String?, _ canonical: String) { #expect(SignedQuery(query)?.canonical == canonical) }

    @Test("a query that is not well encoded is refused", arguments: ["a=%", "%zz", "a=%ff"])
    func badQueries(_ query: String) { #expect(SignedQuery(query) == nil) }

    @Test("a parameter that is unknown or given twice is refused", arguments: ["b=1", "a=1&a=1", "A=1", "=1"])
    func parameters(_ query: String) throws {
        let query = try #require(SignedQuery(query))
        #expect(throws: SDKRefusal.self) { try query.parameters(allowed: ["a"]) }
    }
}
