import PosternCore
import PosternTestSupport
import Testing

private let refused = [
    "/../x", "/a/../b", "/a/..", "/..", "/.", "/./a", "/a/.", "/a/./b",
    "/%2e%2e/x", "/%2e%2e", "/.%2e/x", "/%2e./x", "/%2E%2E/x", "/%2e/x", "/a/%2e", "/a/%2e%2e%2fb",
    "/..%2fx", "/..%2Fx", "/a%2f../b", "/a%2f..%2fb", "/a%2f%2e%2e%2fb", "/a%2f.",
    "/..;/x", "/..;a=b/x", "/.;/x", "/%2e%2e;/x", "/..%3b/x", "/..%3bx", "/a/..;",
    "/..\\x", "/a\\b", "/a%5cb", "/a%5Cb", "/..%5cx", "/%5c../x", "\\",
    "/a%00b", "/%00", "/a%0ab", "/a%0d%0aInjected:%20yes", "/a%1f", "/a%7f", "/a%09",
    "/a%", "/a%2", "/a%zz", "/a%2g", "/a%%", "/a%-1", "/a% 1", "/a%u002e", "/%2",
    "/a\"b", "/a<b", "/a>b", "/a^b", "/a`b", "/a{b}", "/a|b", "/a[b]", "/a#b",
    "/a\u{0}b", "/a\u{1}", "/a\u{7f}", "/a\u{80}", "/a\u{e9}b", "/a\u{ff}", "/a\u{c0}\u{ae}",
]

private let hazards: [(String, RequestPath.Hazards)] = [
    ("/", []), ("/a/b", []), ("/a.b/..c/...", []), ("/.well-known/x", []), ("/a%20b", []), ("/a%C3%A9", []),
    ("/-._~!$&'()*+,=:@", []), ("/a%25", []), ("/a%25b", []), ("/a%25zz", []), ("/100%25/x", []),
    ("/a%2525", .doubleEncoding),
    ("//", .emptySegment), ("/a//b", .emptySegment), ("//evil.test/x", .emptySegment), ("/a///", .emptySegment),
    ("/a%2Fb", .encodedSlash), ("/a%2fb", .encodedSlash), ("/%2f", .encodedSlash), ("/a/%2f/b", .encodedSlash),
    ("/a;b", .parameters), ("/;", .parameters), ("/a;b=c/d", .parameters), ("/a%3bb", .parameters),
    ("/%252e%252e/x", .doubleEncoding), ("/..%252fx", .doubleEncoding), ("/%25252e/x", .doubleEncoding),
    ("/a%255cb", .doubleEncoding), ("/a%2500", .doubleEncoding),
    ("/%25%32%65%25%32%65/x", .doubleEncoding), ("/%25%32e", .doubleEncoding), ("/%252%65", .doubleEncoding),
    ("/..%25%32%66x", .doubleEncoding), ("/%25%32%35%32e", .doubleEncoding),
    ("/%c0%ae%c0%ae/x", .notUTF8), ("/%c0%af", .notUTF8), ("/%ff", .notUTF8), ("/%e0%80%af", .notUTF8),
    ("/%ed%a0%80", .notUTF8), ("/%c3", .notUTF8), ("/%f8%80%80%80%af", .notUTF8),
    ("//a;b%2fc%2525%ff", [.emptySegment, .parameters, .encodedSlash, .doubleEncoding, .notUTF8]),
]

private func hazards(of path: String) throws(ProxyError) -> RequestPath.Hazards {
    let bytes = latin1(path)
    let result: Result<RequestPath.Hazards, ProxyError> = bytes.withUnsafeBytes { raw in
        do throws(ProxyError) {
            return .success(try RequestPath(raw, range: 0..<bytes.count).hazards)
        } catch { return .failure(error) }
    }
    return try result.get()
}

/// Decodes once, as an origin would.
private func decoded(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var index = 0
    while index < bytes.count {
        if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = HexDigit.value(of: bytes[index + 1]),
            let low = HexDigit.value(of: bytes[index + 2])
        {
            result.append(high << 4 | low)
            index += 3
        } else {
            result.append(bytes[index])
            index += 1
        }
    }
    return result
}

@Suite("RequestPath")
struct RequestPathTests {
    @Test("paths that no rule may let through", arguments: refused)
    func refuses(path: String) {
        #expect(code { () throws(ProxyError) in _ = try hazards(of: path) } == "malformed_request")
    }

    @Test("what could be read in more than one way", arguments: hazards)
    func finds(path: String, expected: RequestPath.Hazards) throws { #expect(try hazards(of: path) == expected) }

    @Test("a path without hazards is the same however often it is decoded") func readings() {
        var random = SplitMix64(seed: 2)
        let pieces = [
            "/", ".", "..", "%2e", "%2E", "%2f", "%5c", "%25", "%32", "%65", "2e", "2f", ";", "a", "%61", "\\", "%00",
        ]
        var clean = 0
        for _ in 0..<60_000 {
            let path = latin1("/" + (0..<random.below(8)).map { _ in random.pick(pieces) }.joined())
            guard let found = try? hazards(of: latin1Text(path)), found.isEmpty else { continue }
            clean += 1
            var reading = path
            for _ in 0..<3 {
                for segment in reading.split(separator: UInt8(ascii: "/")) {
                    #expect(segment != latin1(".")[...] && segment != latin1("..")[...], "\(latin1Text(path))")
                }
                #expect(!reading.contains(UInt8(ascii: "\\")) && !reading.contains(0), "\(latin1Text(path))")
                #expect(
                    reading.filter { $0 == UInt8(ascii: "/") }.count == path.filter { $0 == UInt8(ascii: "/") }.count,
                    "\(latin1Text(path))"
                )
                reading = decoded(reading)
            }
        }
        #expect(clean > 1_000)
    }
}
