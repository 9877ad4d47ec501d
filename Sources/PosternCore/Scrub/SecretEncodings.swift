/// The forms in which a secret can stand in an answer.
enum SecretEncodings {
    /// Every form of `secret`, each once.
    static func all(of secret: [UInt8]) -> [[UInt8]] {
        var forms: [[UInt8]] = [secret]
        // Which characters are left alone differs: RFC 3986 leaves its unreserved ones, most libraries `/` as well, and
        // JavaScript's encodeURIComponent and encodeURI more of them.
        for kept in ["", "/", "!'()*", "!'()*;/?:@&=+$,#"] {
            let encoded = percentEncoded(secret, keeping: Array(kept.utf8))
            forms.append(encoded)
            forms.append(lowerEscapes(encoded))
        }
        for digits in [HexDigit.lower, HexDigit.upper] {
            forms.append(hex(secret, digits) { _ in [] })
            forms.append(hex(secret, digits) { _ in Array("%".utf8) })
            forms.append(hex(secret, digits) { _ in Array("\\u00".utf8) })
            forms.append(hex(secret, digits) { _ in Array("\\x".utf8) })
            forms.append(secret.flatMap { "&#x".utf8 + [digits[Int($0 >> 4)], digits[Int($0 & 15)]] + ";".utf8 })
        }
        forms.append(secret.flatMap { "&#\($0);".utf8 })
        forms.append(escaped(secret) { ["\"": "\\\"", "\\": "\\\\"][$0] })
        forms.append(escaped(secret) { ["\"": "\\\"", "\\": "\\\\", "/": "\\/"][$0] })
        forms.append(escaped(secret) { ["\"": "\\u0022", "\\": "\\u005c", "<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "'": "\\u0027"][$0] })
        forms.append(escaped(secret) { ["&": "&amp;", "<": "&lt;", ">": "&gt;"][$0] })
        forms.append(escaped(secret) { ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;"][$0] })
        for quote in ["&#39;", "&#x27;", "&#039;", "&apos;"] {
            for double in ["&quot;", "&#34;"] {
                forms.append(escaped(secret) { ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": double, "'": quote][$0] })
            }
        }
        for alignment in 0..<3 {
            let core = base64Core(secret, alignment: alignment)
            forms.append(core)
            forms.append(core.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0 })
        }
        return Array(Set(forms))
    }

    /// The characters of a base 64 text that depend on the secret alone, when it starts at a byte that is
    /// `alignment` past a group of three: whatever stands before and after it, these are there.
    private static func base64Core(_ secret: [UInt8], alignment: Int) -> [UInt8] {
        let encoded = Base64.encode([UInt8](repeating: 0, count: alignment) + secret)
        let first = (alignment * 8 + 5) / 6
        let last = (alignment + secret.count) * 8 / 6
        return Array(encoded[first..<last])
    }

    private static func hex(_ secret: [UInt8], _ digits: [UInt8], before: (UInt8) -> [UInt8]) -> [UInt8] {
        secret.flatMap { before($0) + [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    private static func percentEncoded(_ secret: [UInt8], keeping kept: [UInt8]) -> [UInt8] {
        secret.flatMap { kept.contains($0) ? [$0] : QueryParameters.encoded([$0]) }
    }

    private static func lowerEscapes(_ encoded: [UInt8]) -> [UInt8] {
        var result = encoded
        for index in encoded.indices where encoded[index] == UInt8(ascii: "%") {
            for digit in [index + 1, index + 2] where (0x41...0x5a).contains(result[digit]) { result[digit] |= 0x20 }
        }
        return result
    }

    private static func escaped(_ secret: [UInt8], _ replacement: (Character) -> String?) -> [UInt8] {
        secret.flatMap { byte in
            replacement(Character(Unicode.Scalar(byte))).map { Array($0.utf8) } ?? [byte]
        }
    }
}
