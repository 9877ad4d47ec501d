internal import FoundationEssentials

/// JSON as commands print it: indented, members sorted, printable ASCII.
package enum JSONText {
    /// The text of a value, with the line end.
    package static func of(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return escaped(String(decoding: try encoder.encode(value), as: UTF8.self)) + "\n"
    }

    /// The text with everything beyond ASCII as `\uNNNN`: a terminal must not be told anything by a name.
    private static func escaped(_ text: String) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x7f }) else { return text }
        var result = ""
        for unit in text.utf16 {
            if unit < 0x7f {
                result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            } else {
                let digits = String(unit, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result
    }
}
