/// An escape in a JSON string: what it stands for, and how many bytes it is written in.
///
/// RFC 8259 section 7. Half of a surrogate pair is none: what programs make of it differs.
package struct JSONEscape {
    package let scalar: UInt32
    package let length: Int

    /// Reads the escape whose backslash is at `start`.
    package init?(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) {
        guard start + 1 < bytes.count else { return nil }
        length = bytes[start + 1] == UInt8(ascii: "u") ? JSONEscape.unicodeLength(in: bytes, at: start) : 2
        switch bytes[start + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scalar = UInt32(bytes[start + 1])
        case UInt8(ascii: "b"): scalar = 0x08
        case UInt8(ascii: "f"): scalar = 0x0c
        case UInt8(ascii: "n"): scalar = 0x0a
        case UInt8(ascii: "r"): scalar = 0x0d
        case UInt8(ascii: "t"): scalar = 0x09
        case UInt8(ascii: "u"):
            guard let unit = JSONEscape.unit(in: bytes, at: start) else { return nil }
            guard (0xd800...0xdfff).contains(unit) else {
                scalar = unit
                return
            }
            guard unit < 0xdc00, let low = JSONEscape.unit(in: bytes, at: start + 6), (0xdc00...0xdfff).contains(low)
            else { return nil }
            scalar = 0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)
        default: return nil
        }
    }

    private static func unicodeLength(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Int {
        unit(in: bytes, at: start).map { (0xd800...0xdbff).contains($0) } ?? false ? 12 : 6
    }

    /// The four digits of the `\u` at `start`.
    private static func unit(in bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> UInt32? {
        guard start + 6 <= bytes.count, bytes[start] == UInt8(ascii: "\\"), bytes[start + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt32 = 0
        for byte in bytes[start + 2..<start + 6] {
            guard let digit = HexDigit.value(of: byte) else { return nil }
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }
}
