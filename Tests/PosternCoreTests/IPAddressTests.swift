import PosternCore
import PosternTestSupport
import Testing

private let notPublic = [
    // IPv4, RFC 6890: both ends of each range.
    "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.0", "127.0.0.1",
    "127.255.255.255", "169.254.0.0", "169.254.169.254", "169.254.255.255", "172.16.0.0", "172.31.255.255",
    "192.0.0.0", "192.0.0.255", "192.0.2.0", "192.0.2.255", "192.88.99.1", "192.168.0.0", "192.168.255.255",
    "198.18.0.0", "198.19.255.255", "198.51.100.0", "198.51.100.255", "203.0.113.0", "203.0.113.255",
    "224.0.0.0", "224.0.0.251", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    // IPv6 that is nobody's or nearby.
    "::", "::1", "fe80::1", "fe80::a9fe:a9fe", "febf::1", "fec0::1", "fc00::1", "fd00::1", "fd00:ec2::254", "ff02::1",
    "ff0e::1", "100::1", "100:0:0:1::", "200::1", "1fff::1", "4000::1", "5f00::1", "8000::1", "e000::1",
    // Protocol assignments, Teredo, benchmarking, ORCHID, documentation.
    "2001::1", "2001:0:7f00:1::", "2001::808:808", "2001:1::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:30::1",
    "2001:1ff:ffff::1", "2001:db8::1", "2001:db8:ffff::1", "3fff::1", "3fff:fff::1",
    // An IPv4 address that is not public, in each form that carries one.
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0", "::127.0.0.1", "::10.0.0.1",
    "::2",
    "64:ff9b::7f00:1", "64:ff9b::127.0.0.1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::",
    "2002:7f00:1::", "2002:7f00:1::808:808", "2002:a00:1::1", "2002:a9fe:a9fe::", "2002:c0a8:101::1",
    // NAT64 of the local kind carries it elsewhere (RFC 8215); IPv4-translated is not routed.
    "64:ff9b:1::808:808", "64:ff9b:1:7f00:0:100:808:808", "64:ff9b:ffff::808:808", "64:ff9b:0:1::808:808",
    "::ffff:0:808:808", "::ffff:0:127.0.0.1", "::fffe:808:808",
]

private let isPublic = [
    "1.1.1.1", "8.8.8.8", "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
    "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0",
    "192.0.3.0", "192.88.98.255", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255",
    "203.0.112.255", "203.0.114.0", "223.255.255.255", "2606:4700::1111", "2001:200::1", "2001:4860:4860::8888",
    "2001:db7::1", "2001:db9::1", "2a00::1", "3ffe:ffff::1", "3fff:1000::1", "::ffff:8.8.8.8", "64:ff9b::808:808",
    "2002:808:808::1",
]

private let embedded: [(String, [UInt8]?)] = [
    ("1.2.3.4", [1, 2, 3, 4]), ("::ffff:1.2.3.4", [1, 2, 3, 4]), ("::1.2.3.4", [1, 2, 3, 4]),
    ("64:ff9b::1.2.3.4", [1, 2, 3, 4]), ("2002:102:304::", [1, 2, 3, 4]),
    ("::", nil), ("64:ff9b:1::1.2.3.4", nil), ("::ffff:0:1.2.3.4", nil), ("2001::1.2.3.4", nil), ("fe80::1.2.3.4", nil),
]

@Suite("IPAddress")
struct IPAddressTests {
    @Test("addresses that no upstream may have by default", arguments: notPublic)
    func refuses(text: String) throws { #expect(try !#require(IPAddress(text)).isPublic) }

    @Test("their neighbours are public", arguments: isPublic)
    func admits(text: String) throws { #expect(try #require(IPAddress(text)).isPublic) }

    @Test("the IPv4 address inside", arguments: embedded)
    func carries(text: String, expected: [UInt8]?) throws {
        #expect(try #require(IPAddress(text)).embeddedIPv4 == expected)
    }

    @Test("a mapped address is as public as the one it maps") func mapped() throws {
        var random = SplitMix64(seed: 3)
        for _ in 0..<20_000 {
            let v4 = (0..<4).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let plain = try #require(IPAddress(bytes: v4))
            let forms: [[UInt8]] = [
                [UInt8](repeating: 0, count: 10) + [0xff, 0xff] + v4,
                [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0] + v4,
                [0x20, 0x02] + v4 + [UInt8](repeating: 1, count: 10),
            ]
            for form in forms { #expect(IPAddress(bytes: form)?.isPublic == plain.isPublic, "\(plain) in \(form)") }
        }
    }

    @Test(
        "texts that are not addresses",
        arguments: [
            "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.04", "1.2.3.", ".1.2.3", "1..2.3", "0x1.2.3.4",
            "1.2.3.4 ", "a",
            "::1%lo", ":", ":::", "1::2::3", "12345::", "::1.2.3", "::ffff:01.2.3.4", "[::1]", "::1\u{0}",
            "\u{661}.2.3.4",
        ]
    )
    func refusesText(text: String) { #expect(IPAddress(text) == nil) }

    @Test("only 4 and 16 bytes are an address") func lengths() {
        for count in 0...20 {
            #expect((IPAddress(bytes: [UInt8](repeating: 1, count: count)) != nil) == (count == 4 || count == 16))
        }
    }

    @Test("addresses are written as they are read", arguments: notPublic + isPublic)
    func roundTrip(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(IPAddress(address.description) == address)
    }
}
