import PosternCore
import PosternTestSupport
import Testing

private let accepted: [(String, String)] = [
    ("good.test", "good.test"), ("GOOD.Test", "good.test"), ("good.test.", "good.test"), ("a", "a"), ("a-b", "a-b"),
    ("_x._y.test", "_x._y.test"), ("xn--bcher-kva.test", "xn--bcher-kva.test"), ("1a.test", "1a.test"),
    ("0x7g", "0x7g"), ("1.2.3.4.test", "1.2.3.4.test"), ("1.2.3.-4", "1.2.3.-4"), ("0xtest.a0x", "0xtest.a0x"),
    (String(repeating: "a", count: 63), String(repeating: "a", count: 63)),
    ("1.2.3.4", "1.2.3.4"), ("255.255.255.255", "255.255.255.255"), ("1.2.3.4.", "1.2.3.4"),
    ("[::1]", "[::1]"), ("[::FFFF:1.2.3.4]", "[::ffff:1.2.3.4]"), ("[2001:0db8:0:0::0:1]", "[2001:db8::1]"),
]

private let refused = [
    "", ".", "..", ".good.test", "good..test", "good.test..", " good.test", "good.test ", "good test", "good\ttest",
    "good/test", "good\\test", "good@test", "good:80", "good#", "good?", "good%2etest", "good\u{0}", "good\u{7f}",
    "g\u{f6}od.test", "good\u{3002}test", "\u{ff47}ood.test", "*.good.test", "*", "a,b", "a;b", "a'b", "a\"b", "a+b",
    "a=b", "a!b", "a(b)", "a~b", "a$b", "a&b", "{a}", "<a>",
    String(repeating: "a", count: 64), String(repeating: "a.", count: 128), "a." + String(repeating: "b", count: 64),
    // A last label that is a number makes an IPv4 address or nothing.
    "0", "1", "127.1", "127.0.1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.04", "01.2.3.4", "1.2.3.4.0x5",
    "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "0x", "a.0x", "a.0X1f", "a.1", "good.test.1",
    "999.1.1.1", "1..2.3", "4294967296", "00.0.0.0", "1.2.3.+4",
    "[]", "[", "]", "[::1", "::1]", "::1", "[::1]]", "[[::1]]", "[1.2.3.4]", "[::1%1]", "[::1%25lo]", "[fe80::1%eth0]",
    "[:::]", "[::1::]", "[1:2:3:4:5:6:7:8:9]", "[12345::]", "[::g]", "[ ::1]", "[::1 ]", "[::ffff:1.2.3.256]",
    "[::1\u{0}]", "[::\u{e9}]", "[" + String(repeating: "0", count: 60) + "::]",
]

@Suite("HostName")
struct HostNameTests {
    @Test("each host has one form", arguments: accepted)
    func canonical(text: String, expected: String) { #expect(HostName(text)?.text == expected) }

    @Test("the canonical form is canonical", arguments: accepted)
    func stable(text: String, expected: String) { #expect(HostName(expected) == HostName(text)) }

    @Test("what is not plainly a host is refused", arguments: refused)
    func refuses(text: String) { #expect(HostName(text) == nil) }

    @Test("only addresses have one", arguments: [("good.test", false), ("1.2.3.4", true), ("[::1]", true)])
    func address(text: String, isAddress: Bool) throws {
        #expect((try #require(HostName(text)).address != nil) == isAddress)
    }
}
