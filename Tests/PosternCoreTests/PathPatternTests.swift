import PosternCore
import PosternTestSupport
import Testing

private let matches: [(String, String, Bool)] = [
    ("/", "/", true), ("/", "/a", false), ("/", "//", false),
    ("/v1", "/v1", true), ("/v1", "/v1/", false), ("/v1", "/v1x", false), ("/v1", "/V1", false), ("/v1", "/v", false),
    ("/v1/", "/v1/", true), ("/v1/", "/v1", false), ("/v1/", "/v1/a", false),
    ("/v1/*", "/v1/a", true), ("/v1/*", "/v1/", false), ("/v1/*", "/v1", false), ("/v1/*", "/v1/a/b", false),
    ("/v1/*", "/v1/a/", false),
    ("/*/b", "/a/b", true), ("/*/b", "//b", false), ("/*/b", "/a/c/b", false), ("/*/b", "/b", false),
    ("/repos/*/issues", "/repos/x/issues", true), ("/repos/*/issues", "/repos/x/y/issues", false),
    ("/v1/**", "/v1", true), ("/v1/**", "/v1/", true), ("/v1/**", "/v1/a/b/c", true), ("/v1/**", "/v1x", false),
    ("/v1/**", "/v2/v1/a", false), ("/v1/**", "/", false),
    ("/**", "/", true), ("/**", "/a/b", true), ("/**", "//a", true),
    ("/**/x", "/x", true), ("/**/x", "/a/b/x", true), ("/**/x", "/x/y", false), ("/**/x", "/ax", false),
    ("/a/**/b", "/a/b", true), ("/a/**/b", "/a/x/b/y/b", true), ("/a/**/b", "/a/x", false), ("/a/**/b", "/ab", false),
    ("/**/a/**/b", "/a/a/b/c/b", true), ("/**/a/**/b", "/b/a", false), ("/**/a/*/b", "/a/a/x/b", true),
    ("/**/a/*/b", "/a/x/y/b", false), ("/**/**", "/", true), ("/**/*", "/", false), ("/**/*", "/a", true),
]

private let refused = [
    "", "v1", "*", "**", "v1/**", "/v*", "/*v", "/a*b", "/***", "/v1/***", "/**a", "/a/..", "/./a", "/../a", "/a/.",
    "/a?b", "/a#b", "/a\\b", "/a%2fb", "/a;b", "/a b", "/a\tb", "/a\u{0}", "/a\u{7f}", "/\u{e9}", "\\v1", " /v1",
]

/// What a pattern means, without any cleverness.
private func slowly(_ pattern: ArraySlice<String>, _ path: ArraySlice<String>) -> Bool {
    guard let first = pattern.first else { return path.isEmpty }
    if first == "**" {
        return (0...path.count).contains { slowly(pattern.dropFirst(), path.dropFirst($0)) }
    }
    guard let segment = path.first, first == "*" ? !segment.isEmpty : first == segment else { return false }
    return slowly(pattern.dropFirst(), path.dropFirst())
}

@Suite("PathPattern")
struct PathPatternTests {
    @Test("which paths a pattern covers", arguments: matches)
    func covers(pattern: String, path: String, expected: Bool) throws {
        #expect(try #require(PathPattern(pattern)).matches(latin1(path)[...]) == expected)
    }

    @Test("patterns that are refused", arguments: refused)
    func refuses(text: String) { #expect(PathPattern(text) == nil) }

    @Test("the quick matcher agrees with a slow and plain one") func oracle() throws {
        var random = SplitMix64(seed: 4)
        for _ in 0..<40_000 {
            let pattern = (0...random.below(5)).map { _ in random.pick(["a", "b", "", "*", "**", "**"]) }
            let path = (0...random.below(6)).map { _ in random.pick(["a", "b", "", "c"]) }
            let compiled = try #require(PathPattern("/" + pattern.joined(separator: "/")))
            let text = "/" + path.joined(separator: "/")
            #expect(
                compiled.matches(latin1(text)[...]) == slowly(pattern[...], path[...]),
                "\(compiled.text) on \(text)"
            )
        }
    }

    @Test("patterns made to be slow are not") func pathological() throws {
        let pattern = try #require(PathPattern("/" + String(repeating: "**/a/*/", count: 200) + "b"))
        let path = latin1("/" + String(repeating: "a/", count: 8_000) + "c")[...]
        let clock = ContinuousClock()
        let elapsed = clock.measure { #expect(!pattern.matches(path)) }
        // 16 KB of path: a matcher that tries each `**` against each other would need longer than the universe has.
        #expect(elapsed < .seconds(2))
    }

    @Test("a path may be a slice of a larger buffer") func slice() throws {
        let bytes = latin1("GET http://a/v1/x?y")
        #expect(try #require(PathPattern("/v1/*")).matches(bytes[12..<17]))
    }
}
