/// Finds the values of a JSON text.
///
/// RFC 8259. Its recursion is as deep as the text, which is at most ``JSONDocument/maxDepth``.
struct JSONReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var nodes: [JSONDocument.Node] = []

    static func nodes(of bytes: [UInt8]) throws(JSONFault) -> [JSONDocument.Node] {
        let result: Result<[JSONDocument.Node], JSONFault> = bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(buffer)
            do throws(JSONFault) {
                try reader.readDocument()
                return .success(reader.nodes)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func readDocument() throws(JSONFault) {
        skipBlanks()
        try readValue(depth: 0)
        skipBlanks()
        guard position == bytes.count else { throw JSONFault("something follows the value") }
    }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func open(_ kind: JSONValue.Kind) -> Int {
        nodes.append(JSONDocument.Node(kind: kind, start: Int32(position), end: 0, next: 0))
        return nodes.count - 1
    }

    private mutating func close(_ node: Int) {
        nodes[node].end = Int32(position)
        nodes[node].next = Int32(nodes.count)
    }

    private mutating func readValue(depth: Int) throws(JSONFault) {
        switch next {
        case UInt8(ascii: "{"): try readObject(depth: depth + 1)
        case UInt8(ascii: "["): try readArray(depth: depth + 1)
        case UInt8(ascii: "\""): try readString()
        case UInt8(ascii: "t"): try readWord("true", .boolean)
        case UInt8(ascii: "f"): try readWord("false", .boolean)
        case UInt8(ascii: "n"): try readWord("null", .null)
        case nil: throw JSONFault("it ends too early")
        default: try readNumber()
        }
    }

    private mutating func readObject(depth: Int) throws(JSONFault) {
        guard depth <= JSONDocument.maxDepth else { throw JSONFault("nested too deeply") }
        let node = open(.object)
        position += 1
        skipBlanks()
        if !take(UInt8(ascii: "}")) {
            repeat {
                skipBlanks()
                guard next == UInt8(ascii: "\"") else { throw JSONFault("a member has no name") }
                try readString()
                skipBlanks()
                guard take(UInt8(ascii: ":")) else { throw JSONFault("a member has no value") }
                skipBlanks()
                try readValue(depth: depth)
                skipBlanks()
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "}")) else { throw JSONFault("an object does not end") }
        }
        close(node)
    }

    private mutating func readArray(depth: Int) throws(JSONFault) {
        guard depth <= JSONDocument.maxDepth else { throw JSONFault("nested too deeply") }
        let node = open(.array)
        position += 1
        skipBlanks()
        if !take(UInt8(ascii: "]")) {
            repeat {
                skipBlanks()
                try readValue(depth: depth)
                skipBlanks()
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "]")) else { throw JSONFault("an array does not end") }
        }
        close(node)
    }

    private mutating func readWord(_ word: StaticString, _ kind: JSONValue.Kind) throws(JSONFault) {
        let node = open(kind)
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count,
            bytes[position..<end].elementsEqual(
                UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
            )
        else { throw JSONFault("an unknown word") }
        position = end
        close(node)
    }

    private mutating func readNumber() throws(JSONFault) {
        let node = open(.number)
        _ = take(UInt8(ascii: "-"))
        // No leading zeros: some programs read `010` as 8.
        if !take(UInt8(ascii: "0")) { try readDigits() }
        if take(UInt8(ascii: ".")) { try readDigits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try readDigits()
        }
        close(node)
    }

    private mutating func readDigits() throws(JSONFault) {
        let start = position
        while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw JSONFault("not a value") }
    }

    private mutating func readString() throws(JSONFault) {
        let node = open(.string)
        position += 1
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return close(node)
            case UInt8(ascii: "\\"): try readEscape()
            case 0..<0x20: throw JSONFault("a string holds a control character")
            case 0x80...:
                guard let scalar = UTF8Reading.scalar(in: bytes, at: position) else { throw JSONFault("not UTF-8") }
                position += scalar.length
            default: position += 1
            }
        }
        throw JSONFault("a string does not end")
    }

    private mutating func readEscape() throws(JSONFault) {
        guard let escape = JSONEscape(in: bytes, at: position) else { throw JSONFault("a broken escape in a string") }
        position += escape.length
    }
}
