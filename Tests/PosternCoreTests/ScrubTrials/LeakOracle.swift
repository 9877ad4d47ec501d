import Glibc

/// Finds a secret the other way round from Postern: it undoes every encoding in the whole text, and looks for the secret
/// as it is in what comes out.
struct LeakOracle {
    private let secret: [UInt8]
    private let hasSpace: Bool

    init(_ secret: [UInt8]) {
        self.secret = secret
        hasSpace = secret.contains(0x20)
    }

    /// The first encoding in which the secret is found.
    func encoding(in text: [UInt8]) -> String? {
        if holds(text) { return "raw" }
        let percent = LeakOracle.undoingPercent(text, plusIsSpace: false)
        let backslashes = LeakOracle.undoingBackslashes(text)
        if percent.count < text.count, holds(percent) || holdsBase64(percent) { return "percent" }
        if hasSpace, holds(LeakOracle.undoingPercent(text, plusIsSpace: true)) { return "form" }
        if backslashes.count < text.count, holds(backslashes) || holdsBase64(backslashes) { return "backslashes" }
        if holds(LeakOracle.undoingHTML(text)) { return "HTML" }
        for offset in 0..<2 {
            let hex = LeakOracle.undoingHex(text, offset: offset)
            if holds(hex) || holdsBase64(hex) { return "hex" }
        }
        return holdsBase64(text) ? "base64" : nil
    }

    private func holds(_ text: [UInt8]) -> Bool {
        text.withUnsafeBytes { text in
            guard let base = text.baseAddress else { return false }
            var start = 0
            while start + secret.count <= text.count,
                let found = memchr(base + start, CInt(secret[0]), text.count - secret.count - start + 1)
            {
                if memcmp(found, secret, secret.count) == 0 { return true }
                start = base.distance(to: UnsafeRawPointer(found)) + 1
            }
            return false
        }
    }

    private func holdsBase64(_ text: [UInt8]) -> Bool {
        (0..<4).contains { holds(LeakOracle.undoingBase64(text, offset: $0)) }
    }

    /// Builds a text no longer than another.
    private static func build(
        from text: [UInt8],
        _ body: (UnsafeBufferPointer<UInt8>, UnsafeMutableBufferPointer<UInt8>) -> Int
    ) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: text.count + 1) { result, count in
            count = text.withUnsafeBufferPointer { body($0, result) }
        }
    }

    private static func undoingPercent(_ text: [UInt8], plusIsSpace: Bool) -> [UInt8] {
        build(from: text) { text, result in
            var end = 0
            var index = 0
            while index < text.count {
                if text[index] == UInt8(ascii: "%"), let byte = number(text, at: index + 1, digits: 2) {
                    result[end] = byte
                    index += 3
                } else {
                    result[end] = plusIsSpace && text[index] == UInt8(ascii: "+") ? 0x20 : text[index]
                    index += 1
                }
                end += 1
            }
            return end
        }
    }

    private static func undoingBackslashes(_ text: [UInt8]) -> [UInt8] {
        build(from: text) { text, result in
            var end = 0
            var index = 0
            while index < text.count {
                var length = 1
                var byte = text[index]
                if byte == UInt8(ascii: "\\"), index + 1 < text.count {
                    switch text[index + 1] {
                    case UInt8(ascii: "u"):
                        if let number = number(text, at: index + 2, digits: 4) { (byte, length) = (number, 6) }
                    case UInt8(ascii: "x"):
                        if let number = number(text, at: index + 2, digits: 2) { (byte, length) = (number, 4) }
                    case UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "\""), UInt8(ascii: "'"):
                        (byte, length) = (text[index + 1], 2)
                    default: break
                    }
                }
                result[end] = byte
                end += 1
                index += length
            }
            return end
        }
    }

    private static let entities: [(name: [UInt8], byte: UInt8)] = [
        ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"),
    ].map { (Array($0.0.utf8), ($0.1 as Character).asciiValue ?? 0) }

    private static func undoingHTML(_ text: [UInt8]) -> [UInt8] {
        build(from: text) { text, result in
            var end = 0
            var index = 0
            while index < text.count {
                var length = 1
                var byte = text[index]
                if byte == UInt8(ascii: "&") {
                    let rest = text[index..<min(text.count, index + 8)]
                    if let entity = entities.first(where: { rest.starts(with: $0.name) }) {
                        (byte, length) = (entity.byte, entity.name.count)
                    } else if rest.starts(with: "&#".utf8), let last = rest.firstIndex(of: UInt8(ascii: ";")) {
                        let digits = String(decoding: rest[(index + 2)..<last], as: UTF8.self)
                        let number = digits.hasPrefix("x") ? UInt8(digits.dropFirst(), radix: 16) : UInt8(digits)
                        if let number { (byte, length) = (number, last + 1 - index) }
                    }
                }
                result[end] = byte
                end += 1
                index += length
            }
            return end
        }
    }

    /// Decodes each run of digits from its first or its second on.
    private static func undoingHex(_ text: [UInt8], offset: Int) -> [UInt8] {
        build(from: text) { text, result in
            var end = 0
            var index = 0
            while index < text.count {
                guard digits[Int(text[index])] < 16 else {
                    index += 1
                    continue
                }
                index += offset
                while let byte = number(text, at: index, digits: 2) {
                    result[end] = byte
                    end += 1
                    index += 2
                }
                // A new line stands in no secret.
                result[end] = 0x0a
                end += 1
                index += 1
            }
            return end
        }
    }

    /// Decodes each run of either alphabet from one of its first four characters on.
    private static func undoingBase64(_ text: [UInt8], offset: Int) -> [UInt8] {
        build(from: text) { text, result in
            var end = 0
            var skipped = 0
            var bits: UInt32 = 0
            var count: UInt32 = 0
            for byte in text {
                let value = sextets[Int(byte)]
                if value == 255 {
                    if skipped > 0 {
                        result[end] = 0x0a
                        end += 1
                    }
                    (skipped, bits, count) = (0, 0, 0)
                } else if skipped < offset {
                    skipped += 1
                } else {
                    skipped = 4
                    bits = bits << 6 | UInt32(value)
                    count += 6
                    if count >= 8 {
                        count -= 8
                        result[end] = UInt8(truncatingIfNeeded: bits >> count)
                        end += 1
                    }
                }
            }
            return end
        }
    }

    private static func number(_ text: UnsafeBufferPointer<UInt8>, at start: Int, digits count: Int) -> UInt8? {
        guard start + count <= text.count else { return nil }
        var value = 0
        for index in start..<start + count {
            let digit = digits[Int(text[index])]
            guard digit < 16 else { return nil }
            value = value << 4 | Int(digit)
        }
        return UInt8(exactly: value)
    }

    private static let digits = table("0123456789abcdef", "0123456789ABCDEF")
    private static let sextets = table(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    )

    private static func table(_ alphabets: String...) -> [UInt8] {
        var table = [UInt8](repeating: 255, count: 256)
        for alphabet in alphabets {
            for (value, byte) in alphabet.utf8.enumerated() { table[Int(byte)] = UInt8(value) }
        }
        return table
    }
}
