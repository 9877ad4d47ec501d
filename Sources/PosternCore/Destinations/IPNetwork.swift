/// A range of addresses, such as `10.0.0.0/8` or `2001:db8::/32`. RFC 4632, RFC 4291 section 2.3.
package struct IPNetwork: Hashable, Sendable {
    private let address: IPAddress
    private let length: Int

    /// Reads an address with the length of its prefix, or a whole address; `nil` for anything else, also where bits behind the
    /// prefix are set.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        let bits = address.bytes.count * 8
        var length = bits
        if parts.count == 2 {
            guard let written = Int(parts[1]), (0...bits).contains(written), "\(written)" == parts[1] else { return nil }
            length = written
        }
        self.address = address
        self.length = length
        guard (length..<bits).allSatisfy({ !IPNetwork.bit($0, of: address.bytes) }) else { return nil }
    }

    /// Whether an address lies in it; one of IPv4 that is written in IPv6 counts as itself.
    package func contains(_ other: IPAddress) -> Bool {
        var bytes = other.bytes
        if address.bytes.count == 4, bytes.count == 16, let mapped = other.embeddedIPv4 { bytes = mapped }
        guard bytes.count == address.bytes.count else { return false }
        return (0..<length).allSatisfy { IPNetwork.bit($0, of: bytes) == IPNetwork.bit($0, of: address.bytes) }
    }

    /// Whether every address of another one lies in it.
    package func contains(_ other: IPNetwork) -> Bool { length <= other.length && contains(other.address) }

    private static func bit(_ index: Int, of bytes: [UInt8]) -> Bool {
        let mask: UInt8 = 0x80 >> UInt8(index % 8)
        return bytes[index / 8] & mask != 0
    }
}
