internal import Crypto

/// The SHA-256 digest of an agent's key: what Postern keeps instead of the key.
///
/// Keys are looked up by digest, so the time of a lookup says nothing about how much of a guess was right.
package struct KeyDigest: Hashable, Sendable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Digests a presented or configured key.
    package init(ofKey key: some Collection<UInt8>) {
        self.init(SHA256.hash(data: Array(key)))
    }

    /// Reads a digest written as 64 hexadecimal digits; `nil` if it is anything else.
    package init?(hexadecimal text: some StringProtocol) {
        guard let bytes = HexDigit.bytes(of: text.utf8) else { return nil }
        self.init(bytes: bytes)
    }

    private init(_ digest: SHA256.Digest) { self.init(words: Array(digest)) }

    /// Takes the 32 bytes of a digest; `nil` if there are more or fewer.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.init(words: bytes)
    }

    private init(words bytes: [UInt8]) {
        func word(_ start: Int) -> UInt64 {
            bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
        }
        words = (word(0), word(8), word(16), word(24))
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) }
        }
    }

    /// Compares all four words, so that the time does not depend on where two digests differ.
    package static func == (left: KeyDigest, right: KeyDigest) -> Bool {
        let difference =
            (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1)
            | (left.words.2 ^ right.words.2) | (left.words.3 ^ right.words.3)
        return difference == 0
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}
