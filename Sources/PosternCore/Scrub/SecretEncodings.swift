/// The forms in which a secret can stand in an answer.
enum SecretEncodings {
    /// Every form of `secret`, each once.
    static func all(of secret: [UInt8]) -> [[UInt8]] {
        var forms = [secret]
        // What libraries leave as it is when they percent-encode: nothing, `/`, what encodeURIComponent leaves, what
        // encodeURI leaves; and forms write a space as `+`.
        for kept in ["", "/", "!'()*", "!'()*;/?:@&=+$,#"] {
            let encoded = percentEncoded(secret, keeping: kept)
            forms.append(encoded)
            forms.append(lowerEscapes(encoded))
            if secret.contains(0x20) {
                let form = percentEncoded(secret, keeping: kept + " ").map { $0 == 0x20 ? UInt8(ascii: "+") : $0 }
                forms.append(form)
                forms.append(lowerEscapes(form))
            }
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
        for (escapes, digits) in jsonEscapes {
            for backslash in ["\\\\", "\\u005\(digits == HexDigit.lower ? "c" : "C")"] {
                forms.append(
                    escaped(secret) { character in
                        if character == "\\" { return backslash }
                        // Go and Python escape the quote by a backslash, .NET by its number.
                        if character == "\"", !escapes.contains("\"") { return "\\\"" }
                        guard escapes.contains(character), let byte = character.asciiValue else { return nil }
                        return "\\u00"
                            + String(decoding: [digits[Int(byte >> 4)], digits[Int(byte & 15)]], as: UTF8.self)
                    }
                )
            }
        }
        forms.append(escaped(secret) { ["&": "&amp;", "<": "&lt;", ">": "&gt;"][$0] })
        forms.append(escaped(secret) { ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;"][$0] })
        for quote in ["&#39;", "&#x27;", "&#039;", "&apos;"] {
            forms.append(escaped(secret) { ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": quote][$0] })
        }
        for alignment in 0..<3 {
            let core = base64Core(secret, alignment: alignment)
            forms.append(core)
            forms.append(
                core.map {
                    $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0
                }
            )
        }
        return Array(Set(forms))
    }

    /// Which characters JSON writers that fear for HTML write by number, and in which digits: Go and Gson, PHP, .NET.
    private static let jsonEscapes: [(characters: String, digits: [UInt8])] = [
        ("<>&", HexDigit.lower), ("<>&'=", HexDigit.lower), ("<>&'\"", HexDigit.lower), ("<>&'\"", HexDigit.upper),
        ("<>&'\"+`", HexDigit.upper),
    ]

    private static func percentEncoded(_ secret: [UInt8], keeping kept: String) -> [UInt8] {
        secret.flatMap { kept.utf8.contains($0) ? [$0] : QueryParameters.encoded([$0]) }
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
