/// A place in the text of a TOML document, and the steps that everything else is read with.
///
/// TOML 1.0.0, read strictly. Postern reads it itself because every problem is to be reported with its line, a broken
/// file must never end a running daemon, and TOMLKit offers neither: it keeps no positions, stops at NUL bytes, and
/// aborts the process on some malformed text (toml++ asserts on `[=]`).
package struct TOMLCursor {
    private let text: [UInt8]
    package private(set) var position = 0
    /// The current line, from 1.
    private(set) var line = 1

    /// Takes the bytes of a document, without a byte order mark.
    package init(_ bytes: [UInt8]) throws(TOMLFault) {
        let byteOrderMark: [UInt8] = [0xef, 0xbb, 0xbf]
        text = bytes.starts(with: byteOrderMark) ? Array(bytes.dropFirst(3)) : bytes
        guard String(validating: text, as: UTF8.self) != nil else {
            let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            let bad = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
            throw TOMLFault(line: bad + 1, "not UTF-8 text")
        }
    }

    package var isAtEnd: Bool { position == text.count }

    /// The byte here; `nil` at the end.
    package var byte: UInt8? { position < text.count ? text[position] : nil }

    /// The byte further on.
    package func byte(ahead distance: Int) -> UInt8? {
        position + distance < text.count ? text[position + distance] : nil
    }

    /// Whether `bytes` stand here.
    func isAt(_ bytes: StaticString) -> Bool {
        bytes.withUTF8Buffer { text[position...].starts(with: $0) }
    }

    /// The bytes from an earlier position to here.
    func bytes(since start: Int) -> ArraySlice<UInt8> { text[start..<position] }

    package mutating func advance(by count: Int = 1) {
        for _ in 0..<count where position < text.count {
            if text[position] == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
    }

    /// Steps over `bytes` if they stand here.
    package mutating func skip(_ bytes: StaticString) -> Bool {
        guard isAt(bytes) else { return false }
        advance(by: bytes.utf8CodeUnitCount)
        return true
    }

    /// Steps over spaces and tabs.
    package mutating func skipSpaces() {
        while byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { advance() }
    }

    /// Steps over a line end; a carriage return by itself is none.
    mutating func skipLineEnd() -> Bool { skip("\n") || skip("\r\n") }

    /// Steps over a comment, up to the line end.
    package mutating func skipComment() throws(TOMLFault) {
        guard byte == UInt8(ascii: "#") else { return }
        while let byte, byte != UInt8(ascii: "\n"), !isAt("\r\n") {
            guard !TOMLCursor.isForbidden(byte) else { throw fault("a control character in a comment") }
            advance()
        }
    }

    /// Steps over everything that may stand between the elements of an array or between statements.
    package mutating func skipBlanks() throws(TOMLFault) {
        repeat {
            skipSpaces()
            try skipComment()
        } while skipLineEnd()
    }

    /// Steps over the rest of a line on which nothing more may stand.
    package mutating func finishLine(after what: String) throws(TOMLFault) {
        skipSpaces()
        try skipComment()
        guard skipLineEnd() || isAtEnd else { throw fault("something stands after \(what)") }
    }

    /// A fault on the current line.
    package func fault(_ reason: String, hint: String? = nil) -> TOMLFault { TOMLFault(line: line, reason, hint: hint) }

    /// Control characters other than tab, which may stand nowhere but in line ends.
    static func isForbidden(_ byte: UInt8) -> Bool { byte < 0x20 && byte != UInt8(ascii: "\t") || byte == 0x7f }
}
