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
}
