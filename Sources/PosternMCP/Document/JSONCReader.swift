internal import PosternCore

/// Reads JSON with comments and trailing commas, as VS Code, Zed and others take it (JSONC), and where everything stands.
///
/// RFC 8259, and beyond it: a byte order mark, `//` and `/* */` comments, and a comma before `}` or `]`. Nothing else: not
/// single quotes, not bare names.
struct JSONCReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    static func read(_ bytes: [UInt8]) throws(DocumentFault) -> SpannedValue {
        let result: Result<SpannedValue, DocumentFault> = bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONCReader(bytes: buffer)
            do throws(DocumentFault) { return .success(try reader.readDocument()) } catch { return .failure(error) }
        }
        return try result.get()
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func isAt(_ first: Character, _ second: Character) -> Bool {
        position + 1 < bytes.count && bytes[position] == first.asciiValue && bytes[position + 1] == second.asciiValue
    }

    private func fault(_ reason: String) -> DocumentFault {
        DocumentFault(reason, line: bytes[..<min(position, bytes.count)].count { $0 == 0x0a } + 1)
    }

    private mutating func take(_ byte: Character) -> Bool {
        guard let next, next == byte.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func readDocument() throws(DocumentFault) -> SpannedValue {
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
        try skipBlanks()
        let value = try readValue(depth: 0)
        try skipBlanks()
        guard position == bytes.count else { throw fault("something follows the value") }
        return value
    }

    private mutating func skipBlanks() throws(DocumentFault) {
        while let byte = next {
            if byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d {
                position += 1
            } else if isAt("/", "/") {
                while let byte = next, byte != 0x0a, byte != 0x0d { position += 1 }
            } else if isAt("/", "*") {
                let start = position
                position += 2
                while next != nil, !isAt("*", "/") { position += 1 }
                guard next != nil else {
                    position = start
                    throw fault("a comment is not closed")
                }
                position += 2
            } else {
                return
            }
        }
    }

    private mutating func readValue(depth: Int) throws(DocumentFault) -> SpannedValue {
        guard depth <= EditableDocument.maxDepth else { throw fault("nested too deeply") }
        let start = position
        let content: SpannedValue.Content
        switch next {
        case UInt8(ascii: "{"): content = .table(try readMembers(depth: depth))
        case UInt8(ascii: "["): content = .list(try readElements(depth: depth))
        case UInt8(ascii: "\""): content = .text(try readString())
        case nil: throw fault("it ends too early")
        default:
            try readToken()
            content = .other
        }
        return SpannedValue(content: content, range: start..<position)
    }

    private mutating func readMembers(depth: Int) throws(DocumentFault) -> [SpannedMember] {
        position += 1
        var members: [SpannedMember] = []
        while true {
            try skipBlanks()
            if take("}") { return members }
            let start = position
            guard next == UInt8(ascii: "\"") else { throw fault("a member has no name in double quotes") }
            let name = try readString()
            let nameRange = start..<position
            try skipBlanks()
            guard take(":") else { throw fault("`:` is expected after a name") }
            try skipBlanks()
            let value = try readValue(depth: depth + 1)
            members.append(SpannedMember(name: name, nameRange: nameRange, value: value, setting: .json))
            try skipBlanks()
            if !take(",") {
                guard take("}") else { throw fault("`,` or `}` is expected in an object") }
                return members
            }
        }
    }

    private mutating func readElements(depth: Int) throws(DocumentFault) -> [SpannedValue] {
        position += 1
        var elements: [SpannedValue] = []
        while true {
            try skipBlanks()
            if take("]") { return elements }
            elements.append(try readValue(depth: depth + 1))
            try skipBlanks()
            if !take(",") {
                guard take("]") else { throw fault("`,` or `]` is expected in an array") }
                return elements
            }
        }
    }

    /// A number or one of three words.
    private mutating func readToken() throws(DocumentFault) {
        let start = position
        while let byte = next, byte > 0x20, !",]}/:{[\"".utf8.contains(byte) { position += 1 }
        let token = Array(bytes[start..<position])
        guard !token.isEmpty, (try? JSONDocument(token)) != nil else {
            position = start
            throw fault("not a value")
        }
    }

    private mutating func readString() throws(DocumentFault) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let string = String(validating: text, as: UTF8.self) else { throw fault("not UTF-8 text") }
                return string
            case UInt8(ascii: "\\"):
                guard let escape = JSONEscape(in: bytes, at: position), let scalar = Unicode.Scalar(escape.scalar)
                else {
                    throw fault("a broken escape in a string")
                }
                text += Array(String(Character(scalar)).utf8)
                position += escape.length
            case 0..<0x20: throw fault("a string is not closed on its line, or holds a control character")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw fault("a string is not closed")
    }
}
