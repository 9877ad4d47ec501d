internal import PosternConfig

/// Reads TOML, and where everything stands.
///
/// TOML 1.0.0 for its structure and its strings; of numbers and dates only where they end.
struct TOMLSpanReader {
    private var cursor: TOMLCursor
    /// The bytes of a byte order mark, which the cursor does not count.
    private let offset: Int
    private let bytes: [UInt8]

    static func read(_ bytes: [UInt8]) throws(DocumentFault) -> SpannedValue {
        do throws(TOMLFault) {
            var reader = TOMLSpanReader(
                cursor: try TOMLCursor(bytes),
                offset: bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0,
                bytes: bytes
            )
            return try reader.readDocument()
        } catch {
            throw DocumentFault(error.reason, line: error.line)
        }
    }

    private var position: Int { cursor.position + offset }

    private mutating func readDocument() throws(TOMLFault) -> SpannedValue {
        let root = TOMLSpanTable()
        var table = root
        try cursor.skipBlanks()
        while !cursor.isAtEnd {
            if cursor.byte == UInt8(ascii: "[") {
                table = try readHeader(root)
                try cursor.finishLine(after: "a table header")
            } else {
                try readPair(into: table, isInline: false, depth: 0)
                try cursor.finishLine(after: "a value")
            }
            try cursor.skipBlanks()
        }
        return SpannedValue(content: .table(root.members), range: 0..<bytes.count)
    }

    private mutating func readHeader(_ root: TOMLSpanTable) throws(TOMLFault) -> TOMLSpanTable {
        let isElement = cursor.skip("[[")
        if !isElement { cursor.advance() }
        let start = position
        let path = try cursor.readKey()
        try requireFewParts(path)
        let range = start..<position
        guard isElement ? cursor.skip("]]") : cursor.skip("]") else {
            throw cursor.fault("a table header is not closed")
        }
        guard let table = isElement ? root.append(path, at: range) : root.open(path, at: range) else {
            throw cursor.fault("a table is defined twice")
        }
        return table
    }

    private mutating func readPair(
        into table: TOMLSpanTable,
        isInline: Bool,
        depth: Int
    ) throws(TOMLFault) {
        let start = position
        var path: [String] = []
        var last = start
        repeat {
            cursor.skipSpaces()
            last = position
            path.append(try cursor.readKeyPart())
            cursor.skipSpaces()
        } while cursor.skip(".")
        try requireFewParts(path)
        let range = start..<position
        guard cursor.skip("=") else { throw cursor.fault("`=` is expected after a key") }
        cursor.skipSpaces()
        let prefix = Array(bytes[start..<last])
        let member = SpannedMember(
            name: path.last ?? "",
            nameRange: range,
            value: try readValue(depth: depth),
            setting: isInline ? .inline(prefix: prefix) : .line(prefix: prefix)
        )
        guard table.set(path, to: member) else { throw cursor.fault("a key is defined twice") }
    }

    /// Each part is a table in the one before.
    private func requireFewParts(_ path: [String]) throws(TOMLFault) {
        guard path.count <= EditableDocument.maxDepth else { throw cursor.fault("tables are nested too deeply") }
    }

    private mutating func readValue(depth: Int) throws(TOMLFault) -> SpannedValue {
        guard depth < EditableDocument.maxDepth else { throw cursor.fault("values are nested too deeply") }
        let start = position
        let content: SpannedValue.Content
        switch cursor.byte {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): content = .text(try cursor.readString())
        case UInt8(ascii: "["): content = .list(try readElements(depth: depth + 1))
        case UInt8(ascii: "{"): content = .table(try readInlineTable(depth: depth + 1))
        default:
            try skipScalar()
            content = .other
        }
        return SpannedValue(content: content, range: start..<position)
    }

    private mutating func readElements(depth: Int) throws(TOMLFault) -> [SpannedValue] {
        cursor.advance()
        var elements: [SpannedValue] = []
        try cursor.skipBlanks()
        while !cursor.skip("]") {
            guard !cursor.isAtEnd else { throw cursor.fault("an array is not closed") }
            elements.append(try readValue(depth: depth))
            try cursor.skipBlanks()
            if cursor.skip(",") {
                try cursor.skipBlanks()
            } else if cursor.byte != UInt8(ascii: "]") {
                throw cursor.fault("`,` or `]` is expected in an array")
            }
        }
        return elements
    }

    private mutating func readInlineTable(depth: Int) throws(TOMLFault) -> [SpannedMember] {
        let table = TOMLSpanTable()
        cursor.advance()
        cursor.skipSpaces()
        if cursor.skip("}") { return [] }
        while true {
            cursor.skipSpaces()
            try readPair(into: table, isInline: true, depth: depth)
            cursor.skipSpaces()
            if cursor.skip("}") { return table.members }
            guard cursor.skip(",") else { throw cursor.fault("`,` or `}` is expected in an inline table") }
        }
    }

    /// Steps over a number, a boolean, a date or a time; a space may stand between a date and its time.
    private mutating func skipScalar() throws(TOMLFault) {
        let start = cursor.position
        while let byte = cursor.byte, TOMLSpanReader.isScalarByte(byte) || isBeforeTime(since: start) {
            cursor.advance()
        }
        guard cursor.position > start else { throw cursor.fault("a value is expected") }
    }

    private func isBeforeTime(since start: Int) -> Bool {
        cursor.byte == 0x20 && cursor.position - start == 10
            && cursor.byte(ahead: 1).map { (0x30...0x39).contains($0) } ?? false
    }

    private static func isScalarByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "+-_.:".utf8.contains(byte)
        }
    }
}
