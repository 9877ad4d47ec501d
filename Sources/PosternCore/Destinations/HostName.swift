/// A host in its one canonical form: a lower-case DNS name without a trailing dot, or an IP address.
///
/// Only ASCII letters, digits, `-`, `_` and `.` make a name. Percent-encoding, non-ASCII text and every
/// other byte are refused: an internationalised name must arrive as A-labels, because mapping one is where
/// two programs come to read two different hosts (RFC 3986 section 3.2.2 allows more; Postern does not).
package struct HostName: Hashable, Sendable {
    /// The canonical text.
    ///
    /// An IPv6 address has its brackets.
    package let text: String

    /// The address, if the host was written as one.
    package let address: IPAddress?

    /// Reads the host part of an authority; `nil` if it is not exactly one canonical or canonicalisable host.
    package init?(_ bytes: some BidirectionalCollection<UInt8>) {
        guard !bytes.isEmpty, bytes.count <= 255 else { return nil }
        if bytes.first == UInt8(ascii: "[") {
            guard bytes.last == UInt8(ascii: "]"),
                let address = IPAddress(v6: bytes.dropFirst().dropLast())
            else { return nil }
            self.address = address
            text = "[\(address)]"
            return
        }
        var lowered: [UInt8] = []
        lowered.reserveCapacity(bytes.count)
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): lowered.append(byte | 0x20)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                lowered.append(byte)
            default: return nil
            }
        }
        if lowered.last == UInt8(ascii: ".") { lowered.removeLast() }
        guard HostName.hasValidLabels(lowered) else { return nil }
        // A name whose last label is numeric is an IPv4 address or nothing: `127.1`, `0x7f.1` and
        // `2130706433` are refused rather than handed to a resolver that reads them as addresses (WHATWG
        // URL, "ends in a number").
        if HostName.endsInNumber(lowered) {
            guard let address = IPAddress(v4: lowered) else { return nil }
            self.address = address
        } else {
            address = nil
        }
        text = String(decoding: lowered, as: UTF8.self)
    }

    /// Reads a host from text.
    package init?(_ text: some StringProtocol) { self.init(Array(text.utf8)) }

    private static func hasValidLabels(_ name: [UInt8]) -> Bool {
        guard !name.isEmpty else { return false }
        return name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            !label.isEmpty && label.count <= 63
        }
    }

    private static func endsInNumber(_ name: [UInt8]) -> Bool {
        guard let last = name.split(separator: UInt8(ascii: ".")).last else { return false }
        if last.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) { return true }
        return last.starts(with: Array("0x".utf8)) && last.dropFirst(2).allSatisfy { HexDigit.value(of: $0) != nil }
    }
}

extension HostName: CustomStringConvertible {
    package var description: String { text }
}
