/// What a text looks like.
enum TextShape {
    /// Connections whose credential is not in a header, a query or a path of HTTP.
    private static let schemes: [(String, String)] = [
        ("postgres://", "PostgreSQL"), ("postgresql://", "PostgreSQL"), ("mysql://", "MySQL"),
        ("mariadb://", "MariaDB"),
        ("mongodb://", "MongoDB"), ("mongodb+srv://", "MongoDB"), ("redis://", "Redis"), ("rediss://", "Redis"),
        ("amqp://", "AMQP"), ("amqps://", "AMQP"), ("ssh://", "SSH"), ("sftp://", "SSH"), ("ftp://", "FTP"),
        ("smtp://", "SMTP"), ("smtps://", "SMTP"), ("imap://", "IMAP"), ("imaps://", "IMAP"), ("ldap://", "LDAP"),
        ("ldaps://", "LDAP"), ("neo4j://", "Neo4j"), ("neo4j+s://", "Neo4j"), ("bolt://", "Neo4j"),
        ("sqlserver://", "SQL Server"), ("clickhouse://", "ClickHouse"), ("jdbc:", "a database"),
    ]

    /// Whether it stands for a value that is somewhere else.
    static func isReference(_ text: String) -> Bool {
        if text.contains("${") || text.contains("{env:") || text.contains("{file:") { return true }
        let starts = [
            "op://", "vault:", "vault://", "keychain:", "keyring:", "bw://", "pass://", "doppler://", "env:", "$(",
        ]
        if starts.contains(where: text.hasPrefix) { return true }
        // `$NAME`, as Gemini has it.
        let name = text.dropFirst()
        return text.hasPrefix("$") && !name.isEmpty
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            && name.first?.isNumber == false
    }

    /// What is taken where a reference leads nowhere: of `${NAME:-text}` the text.
    static func fallback(of text: String) -> String? {
        text.firstMatch(of: /\$\{[A-Za-z0-9_]+:-([^{}]+)\}/).map { String($0.output.1) }
    }

    /// Whether a part of it is long and random, whatever stands around it.
    static func holdsRandom(_ text: String) -> Bool {
        text.utf8.split { !(0x30...0x39).contains($0) && !(0x61...0x7a).contains($0 | 0x20) && !"_-".utf8.contains($0) }
            .contains { $0.count >= 16 && Array($0).withUnsafeBytes(isRandom) }
    }

    /// Why nothing can be done for it, since it is not sent by HTTP; `nil` for other texts.
    static func otherThanHTTP(_ text: String) -> String? {
        let lower = text.lowercased()
        if let (_, name) = schemes.first(where: { lower.hasPrefix($0.0) }) {
            return "is a connection of \(name), not HTTP: Postern cannot add its credential"
        }
        if text.contains("-----BEGIN") { return "is a private key: it signs, and is not sent" }
        return nil
    }

    /// How long a scheme such as `Bearer ` before a value is, in UTF-8.
    static func schemeLength(_ text: String) -> Int {
        let lower = text.lowercased()
        return ["bearer ", "token ", "basic ", "bot ", "apikey ", "api-key "].first(where: lower.hasPrefix)?.utf8.count
            ?? 0
    }

    /// Whether it is text of a manual, to be replaced by a key.
    static func isExample(_ text: String) -> Bool {
        let lower = text.lowercased()
        if lower.hasPrefix("<") && lower.hasSuffix(">") || lower.contains("xxxx") || lower.contains("****") {
            return true
        }
        let words = [
            "your_", "your-", "yourapikey", "your key", "changeme", "change-me", "replace_", "replace-", "-here",
            "_here",
        ]
        return lower.contains("...") || words.contains(where: lower.contains) || lower == "none"
            || lower == "placeholder"
    }

    static func isPath(_ text: String) -> Bool {
        ["/", "./", "../", "~/"].contains(where: text.hasPrefix) || text.wholeMatch(of: /[A-Za-z]:\\.*/) != nil
    }

    static func hasBlank(_ bytes: UnsafeRawBufferPointer) -> Bool { bytes.contains { $0 <= 0x20 } }

    /// Whether it is long and mixed enough to have been drawn at random: 12 bytes, 3 bits for each, and a digit unless
    /// it is longer still.
    static func isRandom(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= 12 else { return false }
        var counts = [Int](repeating: 0, count: 256)
        for byte in bytes { counts[Int(byte)] += 1 }
        let total = Double(bytes.count)
        // Rényi's entropy of order 2: never above Shannon's, and to be had without a logarithm. An eighth is 3 bits.
        let collisions = counts.reduce(0.0) { $0 + Double($1 * $1) / (total * total) }
        let hasDigit = bytes.contains { (0x30...0x39).contains($0) }
        return collisions <= 0.125 && (hasDigit || bytes.count >= 20)
    }
}
