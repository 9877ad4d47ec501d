/// Strings as JSON and TOML both write them.
enum QuotedText {
    /// The text in double quotes, with the escapes that both have.
    static func of(_ text: String) -> [UInt8] {
        var bytes = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x0a: bytes += Array("\\n".utf8)
            case 0x0d: bytes += Array("\\r".utf8)
            case 0x09: bytes += Array("\\t".utf8)
            case 0..<0x20, 0x7f: bytes += Array("\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8)
            default: bytes.append(byte)
            }
        }
        return bytes + [UInt8(ascii: "\"")]
    }

    /// Several, with commas between them; `gap` stands behind each comma.
    static func list(_ texts: [String], gap: [UInt8] = [0x20]) -> [UInt8] {
        Array(texts.map(of).joined(separator: [UInt8(ascii: ",")] + gap))
    }
}
