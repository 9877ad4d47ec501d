internal import CLinux

/// An IPv4 or IPv6 address.
package struct IPAddress: Hashable, Sendable {
    /// Four bytes for IPv4, sixteen for IPv6, in network order.
    package let bytes: [UInt8]

    /// Takes 4 or 16 bytes in network order; `nil` for any other length.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Reads a strict dotted quad: four decimal numbers 0 to 255 without leading zeros.
    package init?(v4 text: some Collection<UInt8>) {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var value = 0
            for digit in part {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
                value = value * 10 + Int(digit - UInt8(ascii: "0"))
            }
            guard value <= 255 else { return nil }
            bytes.append(UInt8(value))
        }
        self.bytes = bytes
    }

    /// Reads an IPv6 address without brackets or zone.
    ///
    /// RFC 4291 section 2.2.
    package init?(v6 text: some Collection<UInt8>) {
        guard text.count <= 45, !text.contains(0), !text.contains(UInt8(ascii: "%")) else { return nil }
        var address = [UInt8](repeating: 0, count: 16)
        guard postern_parse_ipv6(String(decoding: text, as: UTF8.self), &address) == 1 else { return nil }
        bytes = address
    }

    /// Reads either family.
    package init?(_ text: some StringProtocol) {
        let characters = Array(text.utf8)
        guard let address = IPAddress(v4: characters) ?? IPAddress(v6: characters) else { return nil }
        self = address
    }

    /// The IPv4 address that this address stands for, where it is IPv4 or one of the forms that carry one:
    /// mapped, compatible, NAT64 (RFC 6052) or 6to4 (RFC 3056).
    package var embeddedIPv4: [UInt8]? {
        if bytes.count == 4 { return bytes }
        if bytes[0..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xff, bytes[11] == 0xff { return Array(bytes[12...]) }
        if bytes[0..<12].allSatisfy({ $0 == 0 }), bytes[12...].contains(where: { $0 != 0 }) {
            return Array(bytes[12...])
        }
        if bytes.starts(with: [0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]) { return Array(bytes[12...]) }
        if bytes.starts(with: [0x20, 0x02]) { return Array(bytes[2..<6]) }
        return nil
    }

    /// Whether it is one of this machine's own that no network reaches: 127.0.0.0/8 or ::1.
    package var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }

    /// Whether it is the address that stands for all of a machine's own.
    package var isUnspecified: Bool { bytes.allSatisfy { $0 == 0 } }

    /// Whether the address is a public unicast one, which is all that an upstream may have by default.
    ///
    /// Everything else in the IANA special-purpose registries (RFC 6890) is not: this host, private,
    /// shared (carrier NAT), loopback, link-local (and the metadata services in it), documentation,
    /// benchmarking, multicast and reserved ranges, and every IPv6 form that carries such an IPv4 address.
    package var isPublic: Bool {
        if let v4 = embeddedIPv4 { return IPAddress.isPublic(v4: v4) }
        // Only 2000::/3 is global unicast today (RFC 4291 section 2.4).
        guard bytes[0] & 0xe0 == 0x20 else { return false }
        if bytes.starts(with: [0x20, 0x01]), bytes[2] < 0x02 { return false }  // 2001::/23 protocol assignments, Teredo
        if bytes.starts(with: [0x20, 0x01, 0x0d, 0xb8]) { return false }  // documentation
        if bytes.starts(with: [0x3f, 0xff]), bytes[2] & 0xf0 == 0 { return false }  // documentation, RFC 9637
        return true
    }

    private static func isPublic(v4: [UInt8]) -> Bool {
        switch (v4[0], v4[1], v4[2]) {
        case (0, _, _), (10, _, _), (127, _, _): false
        case (100, 64...127, _): false  // RFC 6598 shared address space
        case (169, 254, _): false
        case (172, 16...31, _): false
        case (192, 0, 0), (192, 0, 2), (192, 88, 99), (192, 168, _): false
        case (198, 18...19, _), (198, 51, 100), (203, 0, 113): false
        case (224..., _, _): false
        default: true
        }
    }
}

extension IPAddress: CustomStringConvertible {
    /// The canonical text (RFC 5952 for IPv6), without brackets.
    package var description: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        var text = [CChar](repeating: 0, count: 64)
        postern_format_ipv6(bytes, &text, text.count)
        return text.withUnsafeBufferPointer { buffer in
            String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}
