import PosternCore
import PosternTestSupport
import Testing

/// Targets that are refused; every one names, to some reader, a host other than the one it seems to.
private let refused = [
    "http://good@evil.test/", "http://good:pw@evil.test/", "http://good.test\\@evil.test/",
    "http://good%40evil.test/", "http://good.test#@evil.test/", "http://@evil.test/", "http://good@/",
    "http://a@b@evil.test/", "http://good.test:80@evil.test/", "http:///evil.test", "http:////evil.test/",
    "http:evil.test/", "http:/evil.test/", "http:\\\\evil.test/", "http//evil.test/", "//evil.test/x?",
    "http://good.test:99999/", "http://good.test:65536/", "http://good.test:0/", "http://good.test:/",
    "http://good.test:-1/", "http://good.test:+80/", "http://good.test:8 0/", "http://good.test:80:81/",
    "http://good.test:18481+65536/", "http://good.test:80a/", "http://good.test:000080/", "http://good.test:080/",
    "http://good.test:00080/", "http://good.test:\u{b2}/",
    "http://good%2etest/", "http://good.test%00.evil.test/", "http://good\u{e3}\u{80}\u{82}test/",
    "http://g\u{f6}od.test/", "http://good..test/", "http://.good.test/", "http://good.test../",
    "http://[good.test]/", "http://[::1/", "http://::1]/", "http://::1/", "http://[::1]x/", "http://[::1%25lo]/",
    "http://[::1%lo]/", "http://127.1/", "http://0/", "http://0x7f000001/", "http://017700000001/",
    "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.0.0.01/", "http://1.2.3.4.5/",
    "http://127%2e0.0.1/", "http://*/", "http://a*b.test/", "http://a b.test/", "http://a,b.test/",
    "http://good.test", "http://good.test?x", "http://good.test?/v1/", "http://good.test#/v1/",
    "http://good.test/a#b", "http://good.test/#", "http://good.test/?a#b", "http://good.test/v1/ok#/../admin",
    "ftp://good.test/", "file:///etc/passwd", "ws://good.test/", "gopher://good.test/", "dict://good.test/",
    "unix:/run/x", "http+unix://%2frun%2fx/", "javascript:alert(1)", "data:,x", "httpx://good.test/",
    "htt p://good.test/", "https:/good.test/", "good.test:443", "good.test/", "good.test", "*", "?x", "#x", "\\x",
    ".", "../", "",
]

private let accepted: [(String, String)] = [
    ("http://good.test/", "http good.test nil / nil"),
    ("HTTP://GOOD.TEST/", "http good.test nil / nil"),
    ("https://Good.Test:443/a", "https good.test 443 /a nil"),
    ("http://good.test./", "http good.test nil / nil"),
    ("http://good.test:65535/x?", "http good.test 65535 /x "),
    ("http://good.test/a?b=c&d", "http good.test nil /a b=c&d"),
    ("http://good.test/a?/../b?c", "http good.test nil /a /../b?c"),
    ("http://xn--bcher-kva.test/", "http xn--bcher-kva.test nil / nil"),
    ("http://under_score.test/", "http under_score.test nil / nil"),
    ("http://127.0.0.1:8080/", "http 127.0.0.1 8080 / nil"),
    ("http://[::1]:8080/", "http [::1] 8080 / nil"),
    ("http://[0:0:0:0:0:0:0:1]/", "http [::1] nil / nil"),
    ("http://[2001:DB8::A]/", "http [2001:db8::a] nil / nil"),
    ("/via/good/v1?x=y", "origin /via/good/v1 x=y"),
    ("/", "origin / nil"),
    ("//evil.test/", "origin //evil.test/ nil"),
]

private let queryBytes: [(String, Bool)] = [
    ("a=b", true), ("a=[b]&{c}|d", true), ("%zz", false), ("%2", false), ("%25", true), ("?/:@!$&'()*+,;=-._~", true),
    ("a b", false), ("a#b", false), ("a\"b", false), ("a<b", false), ("a>b", false), ("a\\b", false), ("a^b", false),
    ("a`b", false), ("a\u{0}b", false), ("a\u{1}b", false), ("a\u{7f}b", false), ("a\u{e9}b", false), ("a\tb", false),
]

private func read(_ target: String) throws(ProxyError) -> (RequestHead, RequestTarget) {
    let head = try RequestHead.read("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
    return (head, try RequestTarget(head))
}

private func describe(_ target: String) throws -> String {
    let (head, parsed) = try read(target)
    let rest = "\(head.text(parsed.path.range)) \(parsed.query.map { head.text($0) } ?? "nil")"
    switch parsed.form {
    case .origin: return "origin \(rest)"
    case .absolute(let scheme, let authority, _):
        return "\(scheme) \(authority.host) \(authority.port.map { "\($0)" } ?? "nil") \(rest)"
    }
}

@Suite("RequestTarget and Authority")
struct RequestTargetTests {
    @Test("targets that are refused", arguments: refused)
    func refuses(target: String) {
        // Those that begin with `/` are a path to the daemon, which it does not have.
        let refusal = code { () throws(ProxyError) in
            _ = try IngressRequest(try read(target).0, from: Peer(origin: .process(userID: 0, processID: 1)))
        }
        #expect(refusal == "malformed_request")
    }

    @Test("targets that are read, and as what", arguments: accepted)
    func reads(target: String, expected: String) throws { #expect(try describe(target) == expected) }

    @Test("bytes of a query", arguments: queryBytes)
    func query(text: String, isAllowed: Bool) {
        let refusal = code { () throws(ProxyError) in _ = try read("http://good.test/a?\(text)") }
        #expect((refusal == "accepted") == isAllowed)
    }

    @Test("every single byte in a host either belongs to a name or is refused") func everyHostByte() {
        for byte in UInt8.min...UInt8.max {
            let isName =
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || "-._".utf8.contains(byte)
            let authority = Authority(latin1("go") + [byte] + latin1("od.test"))
            #expect((authority != nil) == isName, "\(byte)")
        }
    }

    @Test("ports are 1 to 65535 in one to five digits") func ports() {
        for port in 0...70_000 {
            #expect(Authority(latin1("a:\(port)"))?.port == (1...65_535 ~= port ? UInt16(port) : nil))
        }
    }

    @Test(
        "authorities that are refused",
        arguments: [
            "", ":", ":80", "a:", "a:b", "a:80:80", "[]", "[]:80", "[", "]", "[::1", "::1", "[::1]80", "[::1]:", "[:]",
            "[::1]:0", "[1.2.3.4]", "[a.test]", "[::ffff:1.2.3]", "[v1.x]", "a@b", "a/b", "a?b", "a%b", "a\u{0}", "a b",
        ]
    )
    func refusesAuthority(text: String) { #expect(Authority(latin1(text)) == nil) }
}
