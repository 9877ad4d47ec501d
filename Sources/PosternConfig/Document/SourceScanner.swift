/// Finds the line of every key, array element and table header in the text of a TOML document.
///
/// It runs after the parser has accepted the text, so it only has to find its way, not to judge: whatever it does
/// not understand it steps over, and then a problem names the line of the table around it.
struct SourceScanner {
    private let text: [UInt8]
    private var position = 0
    private var line = 1
    private var map = SourceMap()
    /// How many `[[name]]` headers each path has had.
    private var elementCounts: [[SourceMap.Step]: Int] = [:]

    /// Maps a document.
    static func map(_ text: [UInt8]) -> SourceMap {
        var scanner = SourceScanner(text: text)
        scanner.scanDocument()
        return scanner.map
    }

    private init(text: [UInt8]) { self.text = text }

    private mutating func scanDocument() {
        var table: [SourceMap.Step] = []
        skipBlanks()
        while let byte = peek() {
            let start = position
            if byte == UInt8(ascii: "[") {
                table = scanHeader()
                skipRestOfLine()
            } else {
                scanKeyAndValue(in: table)
            }
            skipBlanks()
            // Text that makes no key: step over a byte rather than stand still.
            if position == start { advance() }
        }
    }

    /// Reads `[a.b]` or `[[a.b]]` and answers the path of the table that it opens.
    private mutating func scanHeader() -> [SourceMap.Step] {
        let headerLine = line
        advance()
        let isElement = peek() == UInt8(ascii: "[")
        if isElement { advance() }
        var path: [SourceMap.Step] = []
        let names = scanKey()
        for (offset, name) in names.enumerated() {
            path.append(.key(name))
            let isLast = offset == names.count - 1
            if isLast, isElement {
                let index = elementCounts[path, default: 0]
                elementCounts[path] = index + 1
                map.note(path, line: headerLine)
                path.append(.index(index))
            } else if !isLast, let count = elementCounts[path] {
                // `[a.b]` below `[[a]]` belongs to the latest element of `a`.
                path.append(.index(count - 1))
            }
            map.note(path, line: headerLine, replacing: isLast)
        }
        return path
    }

    private mutating func scanKeyAndValue(in table: [SourceMap.Step]) {
        let keyLine = line
        var path = table
        for name in scanKey() {
            path.append(.key(name))
            map.note(path, line: keyLine)
        }
        skipSpaces()
        guard peek() == UInt8(ascii: "=") else { return }
        advance()
        skipSpaces()
        scanValue(at: path)
    }

    private mutating func scanValue(at path: [SourceMap.Step]) {
        switch peek() {
        case UInt8(ascii: "["):
            advance()
            var index = 0
            skipBlanks(andCommas: true)
            while let byte = peek(), byte != UInt8(ascii: "]") {
                let start = position
                map.note(path + [.index(index)], line: line)
                scanValue(at: path + [.index(index)])
                index += 1
                skipBlanks(andCommas: true)
                if position == start { advance() }
            }
            advance()
        case UInt8(ascii: "{"):
            advance()
            skipBlanks(andCommas: true)
            while let byte = peek(), byte != UInt8(ascii: "}") {
                let start = position
                scanKeyAndValue(in: path)
                skipBlanks(andCommas: true)
                if position == start { advance() }
            }
            advance()
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            _ = scanString()
        default:
            // A number, date or boolean ends where the value around it, the line or a comment goes on.
            while let byte = peek(), !Array(",]}#\r\n".utf8).contains(byte) { advance() }
        }
    }
}

// Keys, strings and what lies between them.
extension SourceScanner {
    /// Reads a bare, quoted or dotted key.
    private mutating func scanKey() -> [String] {
        var names: [String] = []
        while true {
            skipSpaces()
            if peek() == UInt8(ascii: "\"") || peek() == UInt8(ascii: "'") {
                names.append(scanString())
            } else {
                let start = position
                while let byte = peek(), SourceScanner.isBareKeyByte(byte) { advance() }
                guard position > start else { return names }
                names.append(String(decoding: text[start..<position], as: UTF8.self))
            }
            skipSpaces()
            guard peek() == UInt8(ascii: ".") else { return names }
            advance()
        }
    }

    private static func isBareKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: byte >= 0x80
        }
    }

    /// Steps over a string of any of the four kinds and answers what stands between its quotes, escapes as written.
    private mutating func scanString() -> String {
        let quote = text[position]
        let isLong = text[position...].starts(with: [quote, quote, quote])
        let delimiter = Array(repeating: quote, count: isLong ? 3 : 1)
        for _ in delimiter { advance() }
        let start = position
        while position < text.count, !text[position...].starts(with: delimiter) {
            if quote == UInt8(ascii: "\""), text[position] == UInt8(ascii: "\\") { advance() }
            advance()
        }
        // A long string may end in up to two quotes of its own before the delimiter.
        while isLong, position + 3 < text.count, text[position + 3] == quote { advance() }
        let end = min(position, text.count)
        for _ in delimiter { advance() }
        return String(decoding: text[start..<end], as: UTF8.self)
    }

    private mutating func skipSpaces() {
        while peek() == UInt8(ascii: " ") || peek() == UInt8(ascii: "\t") { advance() }
    }

    /// Steps over white space, line ends and comments.
    private mutating func skipBlanks(andCommas: Bool = false) {
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): advance()
            case UInt8(ascii: "#"): skipRestOfLine()
            case UInt8(ascii: ",") where andCommas: advance()
            default: return
            }
        }
    }

    private mutating func skipRestOfLine() {
        while let byte = peek(), byte != UInt8(ascii: "\n") { advance() }
    }

    private func peek() -> UInt8? { position < text.count ? text[position] : nil }

    private mutating func advance() {
        guard position < text.count else { return }
        if text[position] == UInt8(ascii: "\n") { line += 1 }
        position += 1
    }
}
