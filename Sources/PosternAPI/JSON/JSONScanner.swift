/// Finds the values in a JSON text (RFC 8259).
///
/// Stricter than the RFC: bytes must be UTF-8, names within an object must differ, and nesting is bounded. Two readers of
/// the same body can then not disagree about what it says.
struct JSONScanner {
    private static let maxDepth = 32
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// Reads one value that is the whole text; `nil` if it is none.
    static func scan(_ bytes: UnsafeRawBufferPointer) -> JSONNode? {
        guard (try? UTF8Span(validating: bytes.assumingMemoryBound(to: UInt8.self).span)) != nil else { return nil }
        var scanner = JSONScanner(bytes: bytes)
        guard let node = scanner.value(depth: 0) else { return nil }
        scanner.skipSpace()
        return scanner.position == bytes.count ? node : nil
    }

    private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func take(word: StaticString) -> Bool {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count, word.withUTF8Buffer({ bytes[position..<end].elementsEqual($0) }) else { return false }
        position = end
        return true
    }

    private mutating func value(depth: Int) -> JSONNode? {
        guard depth < JSONScanner.maxDepth else { return nil }
        skipSpace()
        let start = position
        guard let kind = kind(depth: depth) else { return nil }
        return JSONNode(kind: kind, range: start..<position)
    }

    private mutating func kind(depth: Int) -> JSONNode.Kind? {
        switch next {
        case UInt8(ascii: "{"): members(depth: depth).map { .object($0) }
        case UInt8(ascii: "["): elements(depth: depth).map { .array($0) }
        case UInt8(ascii: "\""): string() ? .string : nil
        case UInt8(ascii: "t"): take(word: "true") ? .boolean(true) : nil
        case UInt8(ascii: "f"): take(word: "false") ? .boolean(false) : nil
        case UInt8(ascii: "n"): take(word: "null") ? .null : nil
        default: number() ? .number : nil
        }
    }

    private mutating func members(depth: Int) -> [JSONNode.Member]? {
        position += 1
        var members: [JSONNode.Member] = []
        var names: Set<String> = []
        skipSpace()
        if take("}") { return members }
        while true {
            skipSpace()
            let start = position
            guard string(), let name = JSONText.unescape(bytes, start..<position), names.insert(name).inserted else {
                return nil
            }
            skipSpace()
            guard take(":"), let value = value(depth: depth + 1) else { return nil }
            members.append(JSONNode.Member(name: name, value: value))
            skipSpace()
            if take("}") { return members }
            guard take(",") else { return nil }
        }
    }

    private mutating func elements(depth: Int) -> [JSONNode]? {
        position += 1
        var elements: [JSONNode] = []
        skipSpace()
        if take("]") { return elements }
        while true {
            guard let element = value(depth: depth + 1) else { return nil }
            elements.append(element)
            skipSpace()
            if take("]") { return elements }
            guard take(",") else { return nil }
        }
    }

    private mutating func string() -> Bool {
        guard take("\"") else { return false }
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "\\"): guard escape() else { return false }
            case 0..<0x20: return false
            default: break
            }
        }
        return false
    }

    private mutating func escape() -> Bool {
        guard let byte = next else { return false }
        position += 1
        switch byte {
        case UInt8(ascii: "u"):
            for _ in 0..<4 {
                guard let digit = next, JSONText.hexadecimal(digit) != nil else { return false }
                position += 1
            }
            return true
        default: return JSONText.escaped(byte) != nil
        }
    }

    private mutating func digits() -> Bool {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        return position > start
    }

    private mutating func number() -> Bool {
        _ = take("-")
        if !take("0"), !digits() { return false }
        if take("."), !digits() { return false }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            return digits()
        }
        return true
    }
}
