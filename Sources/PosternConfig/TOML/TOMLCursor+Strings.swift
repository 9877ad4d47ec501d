// Strings and keys.
extension TOMLCursor {
    /// Reads a string of any of the four kinds.
    package mutating func readString() throws(TOMLFault) -> String {
        if skip("\"\"\"") { return try readLongString(quote: UInt8(ascii: "\"")) }
        if skip("'''") { return try readLongString(quote: UInt8(ascii: "'")) }
        return try readShortString()
    }

    /// Reads a key, dotted or not, and steps over the spaces behind it.
    package mutating func readKey() throws(TOMLFault) -> [String] {
        var parts: [String] = []
        repeat {
            skipSpaces()
            parts.append(try readKeyPart())
            skipSpaces()
        } while skip(".")
        return parts
    }

    /// Reads one part of a key.
    package mutating func readKeyPart() throws(TOMLFault) -> String {
        if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
            guard !isAt("\"\"\""), !isAt("'''") else { throw fault("a key cannot be a multi-line string") }
            return try readShortString()
        }
        let start = position
        while let byte, TOMLCursor.isBareKeyByte(byte) { advance() }
        guard position > start else { throw fault("a key is expected") }
        return String(decoding: bytes(since: start), as: UTF8.self)
    }

    private static func isBareKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Reads `"…"`, with escapes, or `'…'`, without.
    private mutating func readShortString() throws(TOMLFault) -> String {
        let quote = byte
        advance()
        var content: [UInt8] = []
        while let byte, byte != quote {
            guard !TOMLCursor.isForbidden(byte) else {
                throw fault("a string is not closed on its line, or holds a control character")
            }
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                try readEscape(into: &content)
            } else {
                content.append(byte)
                advance()
            }
        }
        guard !isAtEnd else { throw fault("a string is not closed") }
        advance()
        return String(decoding: content, as: UTF8.self)
    }

    /// Reads the rest of `"""…"""` or `'''…'''`.
    ///
    /// Line ends become LF.
    private mutating func readLongString(quote: UInt8) throws(TOMLFault) -> String {
        let firstLine = line
        _ = skipLineEnd()
        var content: [UInt8] = []
        while let byte {
            if byte == quote, self.byte(ahead: 1) == quote, self.byte(ahead: 2) == quote {
                advance(by: 3)
                // Up to two quotes may stand right before the closing three.
                for _ in 0..<2 where self.byte == quote {
                    content.append(quote)
                    advance()
                }
                return String(decoding: content, as: UTF8.self)
            }
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                if !skipLineContinuation() { try readEscape(into: &content) }
            } else if skipLineEnd() {
                content.append(UInt8(ascii: "\n"))
            } else {
                guard !TOMLCursor.isForbidden(byte) else { throw fault("a control character in a string") }
                content.append(byte)
                advance()
            }
        }
        throw TOMLFault(line: firstLine, "a multi-line string is not closed")
    }

    /// Steps over a backslash at the end of a line and all blank text after it.
    private mutating func skipLineContinuation() -> Bool {
        var ahead = 1
        while byte(ahead: ahead) == UInt8(ascii: " ") || byte(ahead: ahead) == UInt8(ascii: "\t") { ahead += 1 }
        let isLineEnd =
            byte(ahead: ahead) == UInt8(ascii: "\n")
            || byte(ahead: ahead) == UInt8(ascii: "\r") && byte(ahead: ahead + 1) == UInt8(ascii: "\n")
        guard isLineEnd else { return false }
        advance()
        repeat { skipSpaces() } while skipLineEnd()
        return true
    }

    private mutating func readEscape(into content: inout [UInt8]) throws(TOMLFault) {
        advance()
        let kind = byte
        advance()
        switch kind {
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "n"): content.append(0x0a)
        case UInt8(ascii: "f"): content.append(0x0c)
        case UInt8(ascii: "r"): content.append(0x0d)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): content.append(kind ?? 0)
        case UInt8(ascii: "u"): content += try readScalar(digits: 4)
        case UInt8(ascii: "U"): content += try readScalar(digits: 8)
        default: throw fault("an unknown escape in a string", hint: "a backslash is written `\\\\`, or use '...'")
        }
    }

    private mutating func readScalar(digits: Int) throws(TOMLFault) -> [UInt8] {
        let start = position
        advance(by: digits)
        let text = String(decoding: bytes(since: start), as: UTF8.self)
        guard text.utf8.count == digits, text.allSatisfy(\.isHexDigit), let value = UInt32(text, radix: 16),
            let scalar = Unicode.Scalar(value)
        else { throw fault("an escape that is not a character") }
        return Array(String(Character(scalar)).utf8)
    }
}
