/// The strings and numbers of a JSON text with the names they stand under, at any depth.
///
/// RFC 8259. Strict: what programs read in different ways is not read at all.
struct JSONMembers {
    /// A string or number.
    struct Member {
        /// The name of the member of an object that it is, or that it stands below without another object between.
        let name: [UInt8]
        /// Where it is written, without quotes.
        let place: Range<Int>
        /// The decoded string, or the number as it is written.
        let text: [UInt8]
        let isString: Bool
        /// The number of the object it is in; the outermost is 0.
        let object: Int
    }

    private struct Malformed: Error {}

    private static let maxDepth = 64

    private let bytes: [UInt8]
    private var position = 0
    private var objects = 0
    private var found: [Member] = []

    /// Reads a text that is an object or an array; `nil` if it is not JSON.
    static func read(_ bytes: [UInt8]) -> [Member]? {
        var reader = JSONMembers(bytes)
        do {
            try reader.readValue(named: [], in: 0, depth: 0)
            reader.skipBlanks()
            return reader.position == bytes.count ? reader.found : nil
        } catch { return nil }
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = next, IssuedTokens.isBlank(byte) { position += 1 }
    }

    private mutating func take(_ byte: Character) -> Bool {
        guard next == byte.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func require(_ text: String) throws(Malformed) {
        guard bytes[position...].starts(with: text.utf8) else { throw Malformed() }
        position += text.utf8.count
    }

    private mutating func readValue(named name: [UInt8], in object: Int, depth: Int) throws(Malformed) {
        guard depth <= JSONMembers.maxDepth else { throw Malformed() }
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): try readObject(depth: depth)
        case UInt8(ascii: "["):
            position += 1
            try readList(until: "]") { reader throws(Malformed) in
                try reader.readValue(named: name, in: object, depth: depth + 1)
            }
        case UInt8(ascii: "\""):
            let text = try readString()
            let place = text.place
            found.append(Member(name: name, place: place, text: text.decoded, isString: true, object: object))
        case UInt8(ascii: "t"): try require("true")
        case UInt8(ascii: "f"): try require("false")
        case UInt8(ascii: "n"): try require("null")
        default:
            let start = position
            while let byte = next, "+-.eE0123456789".utf8.contains(byte) { position += 1 }
            guard position > start else { throw Malformed() }
            let place = start..<position
            found.append(Member(name: name, place: place, text: Array(bytes[place]), isString: false, object: object))
        }
    }

    private mutating func readObject(depth: Int) throws(Malformed) {
        position += 1
        let number = objects
        objects += 1
        try readList(until: "}") { reader throws(Malformed) in
            reader.skipBlanks()
            let name = try reader.readString().decoded
            reader.skipBlanks()
            try reader.require(":")
            try reader.readValue(named: name, in: number, depth: depth + 1)
        }
    }

    private mutating func readList(
        until end: Character,
        _ element: (inout JSONMembers) throws(Malformed) -> Void
    ) throws(Malformed) {
        skipBlanks()
        if take(end) { return }
        repeat {
            try element(&self)
            skipBlanks()
        } while take(",")
        guard take(end) else { throw Malformed() }
    }

    private mutating func readString() throws(Malformed) -> (place: Range<Int>, decoded: [UInt8]) {
        try require("\"")
        let start = position
        var decoded: [UInt8] = []
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw Malformed() }
            position += 1
            if byte == UInt8(ascii: "\\") { decoded += try readEscape() } else { decoded.append(byte) }
        }
        let place = start..<position
        try require("\"")
        return (place, decoded)
    }

    private mutating func readEscape() throws(Malformed) -> [UInt8] {
        guard let byte = next else { throw Malformed() }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0c]
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "r"): return [0x0d]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            let digits = bytes[position...].prefix(4).compactMap(HexDigit.value(of:))
            guard digits.count == 4 else { throw Malformed() }
            position += 4
            let unit = digits.reduce(0) { $0 << 4 | UInt32($1) }
            // Halves of a pair are kept apart: what holds them is no name of ours, and no token.
            return Array(String(Unicode.Scalar(unit) ?? "\u{fffd}").utf8)
        default: throw Malformed()
        }
    }
}
