import PosternCore
import Testing

private let members: [(String, String, Bool)] = [
    ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.0.0.0/8", "9.255.255.255", false),
    ("10.0.0.1", "10.0.0.1", true), ("10.0.0.1", "10.0.0.2", false), ("10.0.0.1/32", "10.0.0.1", true),
    ("10.128.0.0/9", "10.128.0.1", true), ("10.128.0.0/9", "10.127.255.255", false),
    ("0.0.0.0/0", "255.255.255.255", true), ("192.0.2.4/30", "192.0.2.7", true), ("192.0.2.4/30", "192.0.2.8", false),
    ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::", false), ("::1", "::1", true),
    ("::1", "::2", false), ("2001:db8::/33", "2001:db8:8000::", false), ("::/0", "2001:db8::", true),
    // Mapped addresses are those of IPv4.
    ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("::ffff:10.0.0.0/104", "10.1.2.3", true),
    ("::ffff:10.0.0.0/104", "::ffff:10.1.2.3", true), ("::ffff:10.0.0.1", "10.0.0.1", true),
    ("::ffff:0.0.0.0/96", "10.1.2.3", true), ("10.0.0.0/8", "::ffff:11.1.2.3", false),
    ("::ffff:10.0.0.0/104", "11.1.2.3", false),
    // The families do not meet otherwise.
    ("0.0.0.0/0", "2001:db8::1", false), ("0.0.0.0/0", "::", false), ("::/0", "10.0.0.1", false),
    ("::/0", "::ffff:10.0.0.1", false), ("10.0.0.0/8", "::10.1.2.3", false),
    ("10.0.0.0/8", "64:ff9b::10.1.2.3", false), ("10.0.0.0/8", "2002:0a01:0203::", false),
]

private let ranges: [(String, String, Bool)] = [
    ("10.0.0.0/8", "10.0.0.0/8", true), ("10.0.0.0/8", "10.1.0.0/16", true), ("10.0.0.0/8", "10.1.2.3", true),
    ("10.1.0.0/16", "10.0.0.0/8", false), ("10.1.0.0/16", "10.2.0.0/16", false), ("10.1.2.3", "10.0.0.0/8", false),
    ("0.0.0.0/0", "10.0.0.0/8", true), ("10.0.0.0/8", "0.0.0.0/0", false), ("::/0", "2001:db8::/32", true),
    ("2001:db8::/32", "2001:db8::/31", false), ("::/0", "10.0.0.0/8", false), ("0.0.0.0/0", "::/0", false),
    // As long as it looks, it is wider.
    ("10.0.0.0/16", "::ffff:10.0.0.0/104", false), ("10.0.0.0/8", "::ffff:10.0.0.0/104", true),
    ("::ffff:10.0.0.0/104", "10.0.0.0/8", true), ("::ffff:10.0.0.0/112", "10.0.0.0/8", false),
    ("0.0.0.0/0", "::ffff:0.0.0.0/96", true), ("0.0.0.0/0", "2002::/16", false), ("0.0.0.0/0", "64:ff9b::/96", false),
    ("10.0.0.0/8", "2002:0a00::/24", false),
]

@Suite("IPNetwork")
struct IPNetworkTests {
    @Test("which addresses lie in a range", arguments: members)
    func contains(range: String, address: String, isIn: Bool) throws {
        #expect(try #require(IPNetwork(range)).contains(try #require(IPAddress(address))) == isIn)
    }

    @Test("which ranges lie in a range", arguments: ranges)
    func containsRange(range: String, other: String, isIn: Bool) throws {
        #expect(try #require(IPNetwork(range)).contains(try #require(IPNetwork(other))) == isIn)
    }

    @Test(
        "texts that are no ranges",
        arguments: [
            "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8/8",
            "10.0.0.0/ 8", " 10.0.0.0/8", "10.0.0/8", "10/8", "10.0.0.1/8", "10.0.0.0/0", "10.128.0.0/8", "::1/127",
            "2001:db8::/129", "2001:db8::1/64", "[::1]", "::1%lo/128", "::ffff:10.0.0.1/104", "localhost", "*",
            "10.0.0.0/255.0.0.0", "10.0.0.0\u{0}/8", "\u{661}0.0.0.0/8", "10.0.0.0/\u{668}",
        ]
    )
    func refuses(text: String) { #expect(IPNetwork(text) == nil) }
}
