import PosternCore
import PosternTestSupport
import Testing

private let matches: [(String, String, Bool)] = [
    ("good.test", "good.test", true), ("GOOD.test.", "good.test", true),
    ("good.test", "x.good.test", false), ("good.test", "good.test.evil.test", false),
    ("good.test", "evilgood.test", false),
    ("*.good.test", "a.good.test", true), ("*.good.test", "a.b.good.test", true),
    ("*.good.test", "good.test", false), ("*.good.test", "evilgood.test", false),
    ("*.good.test", "a.good.test.evil.test", false), ("*.good.test", "a.goodxtest", false),
    ("*.good.test", "a.evil-good.test", false),
    ("a.*.good.test", "a.b.good.test", true), ("a.*.good.test", "a.b.c.good.test", false),
    ("a.*.good.test", "a.good.test", false), ("a.*.good.test", "b.b.good.test", false),
    ("*-api.good.test", "x-api.good.test", true), ("*-api.good.test", "-api.good.test", false),
    ("*-api.good.test", "api.good.test", false), ("*-api.good.test", "a.x-api.good.test", false),
    ("api-*.good.test", "api-eu.good.test", true), ("api-*.good.test", "api-.good.test", false),
    ("a*b.good.test", "ab.good.test", false), ("a*b.good.test", "axb.good.test", true),
    ("a*b.good.test", "a.b.good.test", false),
    ("1.2.3.4", "1.2.3.4", true), ("1.2.3.4", "1.2.3.5", false),
    ("*.1.test", "2.1.test", true), ("[::1]", "[0::1]", true), ("[::1]", "[::2]", false),
]

private let refused = [
    "", "*", "*.test", "*.com", "*.com.", "a*.com.", "*.", "**.good.test", "a**.good.test", "a.*", "a.*.test",
    "a.b*.test",
    "*.good.*", "*.*", "*.1.2.3", "*.2.3.4", "good test", "good%2etest", "g\u{f6}od.test", "http://good.test",
    "good.test/", "good.test:", "good.test:0", "good.test:65536", "good.test:x", "good.test:80:80", "*.good..test",
    ".good.test", "::1", "[::1", "[*]", "[::*]", "*@good.test", "1.2.3.*", "*:443", "good.test:443:",
]

@Suite("HostPattern")
struct HostPatternTests {
    @Test("which hosts a pattern covers", arguments: matches)
    func covers(pattern: String, host: String, expected: Bool) throws {
        #expect(try #require(HostPattern(pattern)).matches(Sample.host(host)) == expected)
    }

    @Test("patterns that are refused", arguments: refused)
    func refuses(text: String) { #expect(HostPattern(text) == nil) }

    @Test(
        "ports are part of a pattern",
        arguments: [
            ("good.test", "good.test", nil), ("good.test:8443", "good.test", 8443), ("*.good.test:1", "*.good.test", 1),
            ("[::1]:8080", "[::1]", 8080), ("[::1]", "[::1]", nil), ("LOCALHOST:80", "localhost", 80),
            ("*.good.test.", "*.good.test", nil),
        ] as [(String, String, UInt16?)]
    )
    func ports(text: String, host: String, port: UInt16?) throws {
        let pattern = try #require(HostPattern(text))
        #expect(pattern.text == host && pattern.port == port)
    }

    @Test("no wildcard ever covers an address", arguments: ["*.good.test", "a*.good.test"])
    func addresses(pattern: String) throws {
        for host in ["1.2.3.4", "[::1]"] { #expect(try !#require(HostPattern(pattern)).matches(Sample.host(host))) }
    }
}
