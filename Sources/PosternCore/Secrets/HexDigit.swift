/// Hexadecimal digits, as bytes of text.
package enum HexDigit {
    /// The value, 0 to 15, of an ASCII hexadecimal digit in either case; `nil` for any other byte.
    package static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// The lower-case digits in order.
    package static let lower = Array("0123456789abcdef".utf8)
    /// The upper-case digits in order.
    package static let upper = Array("0123456789ABCDEF".utf8)

    /// The bytes of which each is two digits in either case; `nil` for anything else.
    package static func bytes(of digits: some Collection<UInt8>) -> [UInt8]? {
        let values = digits.compactMap(value(of:))
        guard values.count == digits.count, values.count % 2 == 0 else { return nil }
        return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    /// Two lower-case digits for each byte.
    package static func text(of bytes: some Collection<UInt8>) -> [UInt8] {
        bytes.flatMap { [lower[Int($0 >> 4)], lower[Int($0 & 15)]] }
    }
}
