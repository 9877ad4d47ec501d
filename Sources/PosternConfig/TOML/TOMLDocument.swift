/// A TOML document as a tree of values that know their lines.
enum TOMLDocument {
    /// Arrays and inline tables inside one another; more could only mean to exhaust the stack.
    private static let maxDepth = 32

    /// Parses a document.
    ///
    /// TOML 1.0.0.
    static func parse(_ bytes: [UInt8]) throws(TOMLFault) -> ConfigTable {
        var cursor = try TOMLCursor(bytes)
        let root = TOMLTableBuilder(origin: .header, line: nil)
        var table = root
        try cursor.skipBlanks()
        while !cursor.isAtEnd {
            if cursor.byte == UInt8(ascii: "[") {
                table = try readHeader(&cursor, root: root)
                try cursor.finishLine(after: "a table header")
            } else {
                try readPair(&cursor, into: table, depth: 0)
                try cursor.finishLine(after: "a value")
            }
            try cursor.skipBlanks()
        }
        return root.finished
    }

    private static func readHeader(_ cursor: inout TOMLCursor, root: TOMLTableBuilder) throws(TOMLFault)
        -> TOMLTableBuilder
    {
        let line = cursor.line
        let isElement = cursor.skip("[[")
        if !isElement { cursor.advance() }
        let path = try cursor.readKey()
        guard isElement ? cursor.skip("]]") : cursor.skip("]") else {
            throw cursor.fault("a table header is not closed")
        }
        return isElement ? try root.append(path, line: line) : try root.open(path, line: line)
    }

    private static func readPair(_ cursor: inout TOMLCursor, into table: TOMLTableBuilder, depth: Int) throws(TOMLFault)
    {
        let line = cursor.line
        let path = try cursor.readKey()
        guard cursor.skip("=") else { throw cursor.fault("`=` is expected after a key") }
        cursor.skipSpaces()
        let value = try readValue(&cursor, depth: depth)
        try table.set(path, to: ConfigNode(value: value, line: line), line: line)
    }

    private static func readValue(_ cursor: inout TOMLCursor, depth: Int) throws(TOMLFault) -> ConfigNode.Value {
        guard depth < maxDepth else { throw cursor.fault("values are nested too deeply") }
        switch cursor.byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return .string(try cursor.readString())
        case UInt8(ascii: "["): return .array(try readArray(&cursor, depth: depth + 1))
        case UInt8(ascii: "{"): return .table(try readInlineTable(&cursor, depth: depth + 1))
        default: return try readScalar(&cursor)
        }
    }

    private static func readArray(_ cursor: inout TOMLCursor, depth: Int) throws(TOMLFault) -> [ConfigNode] {
        let firstLine = cursor.line
        cursor.advance()
        var elements: [ConfigNode] = []
        try cursor.skipBlanks()
        while !cursor.skip("]") {
            guard !cursor.isAtEnd else { throw TOMLFault(line: firstLine, "an array is not closed") }
            let line = cursor.line
            elements.append(ConfigNode(value: try readValue(&cursor, depth: depth), line: line))
            try cursor.skipBlanks()
            if cursor.skip(",") {
                try cursor.skipBlanks()
            } else if cursor.byte != UInt8(ascii: "]") {
                if cursor.isAtEnd { throw TOMLFault(line: firstLine, "an array is not closed") }
                throw cursor.fault("`,` or `]` is expected in an array")
            }
        }
        return elements
    }

    /// Reads `{ … }`, which stands on one line and has no comma at its end.
    private static func readInlineTable(_ cursor: inout TOMLCursor, depth: Int) throws(TOMLFault) -> ConfigTable {
        let table = TOMLTableBuilder(origin: .header, line: cursor.line)
        cursor.advance()
        cursor.skipSpaces()
        if cursor.skip("}") { return table.finished }
        while true {
            cursor.skipSpaces()
            try readPair(&cursor, into: table, depth: depth)
            cursor.skipSpaces()
            if cursor.skip("}") { return table.finished }
            guard cursor.skip(",") else {
                throw cursor.fault(
                    "`,` or `}` is expected in an inline table",
                    hint: "an inline table stands on one line"
                )
            }
        }
    }

    private static func readScalar(_ cursor: inout TOMLCursor) throws(TOMLFault) -> ConfigNode.Value {
        let start = cursor.position
        while let byte = cursor.byte, isTokenByte(byte) || isDateSeparator(cursor, since: start) { cursor.advance() }
        let token = String(decoding: cursor.bytes(since: start), as: UTF8.self)
        guard !token.isEmpty else { throw cursor.fault("a value is expected") }
        guard let value = TOMLScalar.value(of: token) else {
            throw cursor.fault("not a value", hint: "text needs quotes: \"...\"")
        }
        return value
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "+-_.:".utf8.contains(byte)
        }
    }

    /// Whether the space here parts a date from its time.
    private static func isDateSeparator(_ cursor: TOMLCursor, since start: Int) -> Bool {
        guard cursor.byte == UInt8(ascii: " "), let next = cursor.byte(ahead: 1),
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next)
        else { return false }
        return String(decoding: cursor.bytes(since: start), as: UTF8.self).wholeMatch(of: /[0-9]{4}-[0-9]{2}-[0-9]{2}/)
            != nil
    }
}
