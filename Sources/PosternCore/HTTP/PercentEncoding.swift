/// Percent-encoding, read strictly: a percent sign that stands alone is refused.
///
/// RFC 3986 section 2.1.
package enum PercentEncoding {
    /// The bytes that are encoded; in forms `+` is a blank.
    package static func decode(_ text: some Sequence<UInt8>, plusIsBlank: Bool = false) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(HexDigit.value(of:)),
                    let low = rest.next().flatMap(HexDigit.value(of:))
                else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsBlank: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return bytes
    }

    /// The text that is encoded; `nil` also if it is not UTF-8.
    package static func text(_ text: some Sequence<UInt8>, plusIsBlank: Bool = false) -> String? {
        decode(text, plusIsBlank: plusIsBlank).flatMap { String(validating: $0, as: UTF8.self) }
    }
}
