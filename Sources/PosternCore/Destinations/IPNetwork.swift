/// A range of addresses, such as `10.0.0.0/8` or `2001:db8::/32`.
///
/// RFC 4632, RFC 4291 section 2.3. An IPv4 address that is written as a mapped one, `::ffff:10.0.0.1`, is that address,
/// in a range as well; other forms of IPv6 that carry one are addresses of their own.
package struct IPNetwork: Hashable, Sendable {
    private let bytes: [UInt8]
    private let length: Int

    /// Reads an address with the length of its prefix, or a whole address.
    ///
    /// `nil` for anything else, also where bits behind the prefix are set.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else { return nil }
        let bits = address.bytes.count * 8
        var length = bits
        if parts.count == 2 {
            guard let written = Int(parts[1]), (0...bits).contains(written), "\(written)" == parts[1] else {
                return nil
            }
            length = written
        }
        guard (length..<bits).allSatisfy({ !IPNetwork.bit($0, of: address.bytes) }) else { return nil }
        bytes = IPNetwork.unmapped(address)
        // The prefix of a mapped address is never shorter than its mark, which ends in bits that are set.
        self.length = length - 8 * (address.bytes.count - bytes.count)
    }

    /// Whether an address lies in it.
    package func contains(_ other: IPAddress) -> Bool { covers(IPNetwork.unmapped(other)) }

    /// Whether every address of another one lies in it.
    package func contains(_ other: IPNetwork) -> Bool { length <= other.length && covers(other.bytes) }

    private func covers(_ other: [UInt8]) -> Bool {
        guard other.count == bytes.count else { return false }
        return (0..<length).allSatisfy { IPNetwork.bit($0, of: other) == IPNetwork.bit($0, of: bytes) }
    }

    private static let mappedPrefix = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]

    private static func unmapped(_ address: IPAddress) -> [UInt8] {
        address.bytes.count == 16 && address.bytes.starts(with: mappedPrefix)
            ? Array(address.bytes[12...]) : address.bytes
    }

    private static func bit(_ index: Int, of bytes: [UInt8]) -> Bool {
        let mask: UInt8 = 0x80 >> UInt8(index % 8)
        return bytes[index / 8] & mask != 0
    }
}
