/// The forms in which a secret can stand in an answer.
enum SecretEncodings {
    /// Every form of `secret`, each once.
    static func all(of secret: [UInt8]) -> Set<[UInt8]> {
        Set([secret] + percent(secret) + numbers(secret) + json(secret) + html(secret) + base64(secret))
    }

    // MARK: Percent-encoding

    private static func percent(_ secret: [UInt8]) -> [[UInt8]] {
        keptInPercent.flatMap { kept in
            var forms = [percentEncoded(secret, keeping: kept)]
            if secret.contains(0x20) {
                // Forms write a space so.
                forms.append(
                    percentEncoded(secret, keeping: kept + " ").map { $0 == 0x20 ? UInt8(ascii: "+") : $0 }
                )
            }
            return forms + forms.map(lowerEscapes)
        }
    }

    /// What libraries leave as it is beside letters and digits.
    private static let keptInPercent: [String] = [
        // What RFC 3986 leaves unreserved; Python's quote().
        "-._~", "-._~/",
        // Java's URLEncoder; PHP's urlencode(); .NET's UrlEncode().
        "-._*", "-._", "-._!*()",
        // encodeURIComponent() and encodeURI().
        "-._~!'()*", "-._~!'()*;/?:@&=+$,#",
        // A segment of a path, and a whole path: by Go; by RFC 3986.
        "-._~$&+=:@", "-._~!$&'()*+,;=:@", "-._~$&+,/:;=@", "-._~!$&'()*+,;=:@/",
        // A path and a query, by the URL standard of browsers.
        "-._~!$&'()*+,;=:@/[]|^\\%", "-._~!$&()*+,;=:@/?[]|^\\%`{}",
    ]

    private static func percentEncoded(_ secret: [UInt8], keeping kept: String) -> [UInt8] {
        secret.flatMap { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: [byte]
            default: kept.utf8.contains(byte) ? [byte] : [UInt8(ascii: "%")] + hex(byte, HexDigit.upper)
            }
        }
    }

    private static func lowerEscapes(_ encoded: [UInt8]) -> [UInt8] {
        var result = encoded
        for index in encoded.indices where encoded[index] == UInt8(ascii: "%") {
            for digit in [index + 1, index + 2] where digit < result.count && (0x41...0x46).contains(result[digit]) {
                result[digit] |= 0x20
            }
        }
        return result
    }

    // MARK: Numbers

    /// Each byte as a number.
    private static func numbers(_ secret: [UInt8]) -> [[UInt8]] {
        var forms = [secret.flatMap { Array("&#\($0);".utf8) }]
        for digits in [HexDigit.lower, HexDigit.upper] {
            for (before, after) in [("", ""), ("%", ""), ("\\u00", ""), ("\\x", ""), ("&#x", ";")] {
                forms.append(secret.flatMap { Array(before.utf8) + hex($0, digits) + Array(after.utf8) })
            }
            // S3 shows so what it read, session token included, when it refuses a signature.
            forms.append(Array(secret.map { hex($0, digits) }.joined(separator: [0x20])))
        }
        return forms
    }

    private static func hex(_ byte: UInt8, _ digits: [UInt8]) -> [UInt8] {
        [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    // MARK: JSON

    private static func json(_ secret: [UInt8]) -> [[UInt8]] {
        var forms = [
            escaped(secret) { ["\"": "\\\"", "\\": "\\\\"][$0] },
            escaped(secret) { ["\"": "\\\"", "\\": "\\\\", "/": "\\/"][$0] },
        ]
        for (escapes, digits) in jsonEscapes {
            for backslash in ["\\\\", "\\u005\(digits == HexDigit.lower ? "c" : "C")"] {
                forms.append(
                    escaped(secret) { character in
                        if character == "\\" { return backslash }
                        // Go and Python escape the quote by a backslash, .NET by its number.
                        if character == "\"", !escapes.contains("\"") { return "\\\"" }
                        guard escapes.contains(character), let byte = character.asciiValue else { return nil }
                        return "\\u00" + String(decoding: hex(byte, digits), as: UTF8.self)
                    }
                )
            }
        }
        return forms
    }

    /// Which characters JSON writers that fear for HTML write by number, and in which digits: Go and Gson, PHP, .NET.
    private static let jsonEscapes: [(characters: String, digits: [UInt8])] = [
        ("<>&", HexDigit.lower), ("<>&'=", HexDigit.lower), ("<>&'\"", HexDigit.lower), ("<>&'\"", HexDigit.upper),
        ("<>&'\"+`", HexDigit.upper),
    ]

    // MARK: HTML

    private static func html(_ secret: [UInt8]) -> [[UInt8]] {
        htmlEscapes.map { escapes in
            escaped(secret) { ["&": "&amp;", "<": "&lt;", ">": "&gt;"][$0] ?? escapes[$0] }
        }
    }

    /// What else libraries escape.
    private static let htmlEscapes: [[Character: String]] = [
        // Text; attributes.
        [:], ["\"": "&quot;"],
        // Ruby, XML, Python, PHP.
        ["\"": "&quot;", "'": "&#39;"], ["\"": "&quot;", "'": "&apos;"], ["\"": "&quot;", "'": "&#x27;"],
        ["\"": "&quot;", "'": "&#039;"],
        // Jinja and Go, and Go's templates.
        ["\"": "&#34;", "'": "&#39;"], ["\"": "&#34;", "'": "&#39;", "+": "&#43;"],
        // OWASP, Handlebars, Mustache.
        ["\"": "&quot;", "'": "&#x27;", "/": "&#x2F;"], ["\"": "&quot;", "'": "&#x27;", "`": "&#x60;", "=": "&#x3D;"],
        ["\"": "&quot;", "'": "&#39;", "/": "&#x2F;", "`": "&#x60;", "=": "&#x3D;"],
    ]

    private static func escaped(_ secret: [UInt8], _ replacement: (Character) -> String?) -> [UInt8] {
        secret.flatMap { byte in
            replacement(Character(Unicode.Scalar(byte))).map { Array($0.utf8) } ?? [byte]
        }
    }

    // MARK: Base 64

    /// Both alphabets at each alignment, and the first as it stands in a URL or in JSON.
    private static func base64(_ secret: [UInt8]) -> [[UInt8]] {
        (0..<3).flatMap { alignment in
            let core = base64Core(secret, alignment: alignment)
            let inURL = percentEncoded(core, keeping: "")
            return [
                core, escaped(core) { ["+": "-", "/": "_"][$0] }, escaped(core) { ["/": "\\/"][$0] },
                percentEncoded(core, keeping: "/"), inURL, lowerEscapes(inURL),
            ]
        }
    }

    /// The characters of a base 64 text that depend on the secret alone, when it starts at a byte that is
    /// `alignment` past a group of three: whatever stands before and after it, these are there.
    private static func base64Core(_ secret: [UInt8], alignment: Int) -> [UInt8] {
        let encoded = Base64.encode([UInt8](repeating: 0, count: alignment) + secret)
        let first = (alignment * 8 + 5) / 6
        let last = (alignment + secret.count) * 8 / 6
        return Array(encoded[first..<last])
    }
}
