internal import CLinux
internal import PosternCore

/// Goes through the bytes of a ``DotEnvFile``; what it says of a fault never quotes a value.
struct DotEnvCursor {
    /// Why a line cannot be read.
    struct Fault: Error {
        let line: Int
        let reason: String
        let hint: String?
    }

    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var line = 1

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        // A byte order mark, as some editors on Windows write.
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
    }

    /// The next variable; `nil` at the end.
    mutating func next() throws(Fault) -> DotEnvFile.Variable? {
        while position < bytes.count {
            skipSpaces()
            guard let byte = peek() else { return nil }
            if byte == UInt8(ascii: "#") || isLineEnd(byte) {
                skipLine()
                continue
            }
            let start = line
            let name = try readName()
            return DotEnvFile.Variable(name: name, value: try readValue(), line: start)
        }
        return nil
    }

    private mutating func readName() throws(Fault) -> String {
        var name = readWord()
        if name == "export", let byte = peek(), isSpace(byte) {
            skipSpaces()
            name = readWord()
        }
        skipSpaces()
        guard !name.isEmpty, peek() == UInt8(ascii: "=") else {
            throw fault("not a line such as KEY=VALUE", hint: "take the line away, or put `#` before it")
        }
        guard !("0"..."9").contains(name.prefix(1)) else { throw fault("a name does not begin with a digit") }
        position += 1
        skipSpaces()
        return name
    }

    /// Letters, digits and `_`, which names of variables are made of, and `.` and `-`, which some libraries allow.
    private mutating func readWord() -> String {
        let start = position
        while let byte = peek(), isNameByte(byte) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func readValue() throws(Fault) -> Secret {
        guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            return readBareValue()
        }
        let opened = line
        position += 1
        // Never longer than what is left, so one buffer does.
        let value = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count - position + 1, alignment: 1)
        defer {
            postern_explicit_bzero(value.baseAddress, value.count)
            value.deallocate()
        }
        var length = 0
        while let byte = peek(), byte != quote {
            value[length] = quote == UInt8(ascii: "\"") && byte == UInt8(ascii: "\\") ? readEscape() : byte
            if byte == 0x0a { line += 1 }
            position += 1
            length += 1
        }
        guard peek() == quote else { throw Fault(line: opened, reason: "a quote that is never closed", hint: nil) }
        position += 1
        try expectLineEnd()
        return Secret(UnsafeRawBufferPointer(rebasing: value[..<length]))
    }

    /// The byte that an escape stands for; a backslash before anything else is itself.
    private mutating func readEscape() -> UInt8 {
        guard position + 1 < bytes.count else { return UInt8(ascii: "\\") }
        let meaning: UInt8
        switch bytes[position + 1] {
        case UInt8(ascii: "n"): meaning = 0x0a
        case UInt8(ascii: "r"): meaning = 0x0d
        case UInt8(ascii: "t"): meaning = 0x09
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "$"), UInt8(ascii: "`"): meaning = bytes[position + 1]
        default: return UInt8(ascii: "\\")
        }
        position += 1
        return meaning
    }

    /// A value without quotes ends with its line, or before a space and `#`.
    private mutating func readBareValue() -> Secret {
        let start = position
        var end = position
        while let byte = peek(), !isLineEnd(byte) {
            if byte == UInt8(ascii: "#"), isSpace(bytes[position - 1]) { break }
            position += 1
            if !isSpace(byte) { end = position }
        }
        skipLine()
        return Secret(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
    }

    private mutating func expectLineEnd() throws(Fault) {
        skipSpaces()
        if let byte = peek(), byte != UInt8(ascii: "#"), !isLineEnd(byte) {
            throw fault("something stands behind the closing quote")
        }
        skipLine()
    }

    private mutating func skipSpaces() { while let byte = peek(), isSpace(byte) { position += 1 } }

    private mutating func skipLine() {
        while let byte = peek() {
            position += 1
            if byte == 0x0a {
                line += 1
                return
            }
        }
    }

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0a || byte == 0x0d }

    private func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): true
        default: false
        }
    }

    private func fault(_ reason: String, hint: String? = nil) -> Fault { Fault(line: line, reason: reason, hint: hint) }
}
