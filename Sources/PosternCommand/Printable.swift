/// Text that may be sent to a terminal whatever it was made from.
package enum Printable {
    /// The text, with every byte that is not printable ASCII as `\xNN` and a backslash as two.
    ///
    /// Records come from clients. An escape sequence could rewrite what the reader sees or, in some terminals, run
    /// commands; a right-to-left mark or a look-alike letter could make one name seem another.
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        var result = ""
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\\"): result += "\\\\"
            case 0x20..<0x7f: result.unicodeScalars.append(Unicode.Scalar(byte))
            default: result += "\\x" + hexadecimal(byte)
            }
        }
        return result
    }

    /// The text, with everything that is not printable ASCII escaped byte by byte; backslashes stay.
    package static func text(_ text: String) -> String {
        text.utf8.allSatisfy { (0x20..<0x7f).contains($0) }
            ? text : self.text(text.utf8).replacing("\\\\", with: "\\")
    }

    /// A line of JSON, with every byte that is not printable ASCII in the escape of JSON: the log's own lines have no
    /// such byte, lines that were tampered with may.
    package static func json(_ line: UnsafeRawBufferPointer) -> String {
        var result = ""
        for byte in line {
            if (0x20..<0x7f).contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "\\u00" + hexadecimal(byte)
            }
        }
        return result
    }

    private static func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}
