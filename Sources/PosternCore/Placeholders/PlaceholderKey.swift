internal import Crypto

/// What placeholders are made from: texts that agents hold in place of credentials, and that are worth nothing elsewhere.
///
///     sk-ant-postern-placeholder-5be0cd19137e2179a1f29ce3c0b1a7d9e6b3f2c48d07a5be
///     what clients check          mark            id
///
/// The mark is in every placeholder of this machine, so that one search finds them all; the id says whose it is and for
/// which secret, and can be made anew at any time.
package struct PlaceholderKey: Sendable {
    /// How many bytes a key has.
    package static let byteCount = 32
    /// What stands in front where clients do not check the shape of a key.
    package static let usualPrefix = "postern-placeholder"

    static let markLength = 16
    static let idLength = 32

    private let key: Secret
    /// The beginning that all placeholders made from this key share.
    let mark: [UInt8]

    package init(_ key: Secret) {
        self.key = key
        mark = PlaceholderKey.digits(PlaceholderKey.markLength, of: ["mark"], key)
    }

    /// A key that nobody has had before.
    package static func random() -> PlaceholderKey { PlaceholderKey(Secret(randomBytes(byteCount))) }

    /// Bytes that cannot be guessed.
    package static func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// The placeholder that an agent is given for a secret, behind a text that satisfies its clients.
    package func placeholder(agent: String, secret: String, prefix: String?) -> String {
        let digits = mark + id(agent: agent, secret: secret)
        return "\(prefix ?? PlaceholderKey.usualPrefix)-\(String(decoding: digits, as: UTF8.self))"
    }

    /// What follows the mark in the placeholder of an agent for a secret.
    func id(agent: String, secret: String) -> [UInt8] {
        PlaceholderKey.digits(PlaceholderKey.idLength, of: ["placeholder", agent, secret], key)
    }

    /// A key for another purpose, made from this one.
    func derived(_ purpose: String) -> Secret {
        key.withBytes { key in
            Secret(Array(HMAC<SHA256>.authenticationCode(for: Array(purpose.utf8), using: SymmetricKey(data: key))))
        }
    }

    /// Hexadecimal digits of an HMAC over texts, none of which holds the NUL that is put between them.
    private static func digits(_ count: Int, of texts: [String], _ key: Secret) -> [UInt8] {
        let message = Array(texts.joined(separator: "\0").utf8)
        let code = key.withBytes { key in
            HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key))
        }
        return Array(HexDigit.text(of: Array(code)).prefix(count))
    }
}
