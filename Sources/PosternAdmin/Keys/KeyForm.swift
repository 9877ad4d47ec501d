internal import CLinux
internal import PosternCore

/// What keys look like: a fixed text that says whose they are, and random characters.
enum KeyForm {
    case agent
    case app
    /// One that was made from another key.
    case derived

    /// What every key of the kind begins with.
    var beginning: String {
        switch self {
        case .agent: "alter_key_agent_"
        case .app: "alter_key_app_"
        case .derived: "alter_dk_"
        }
    }

    /// How many random characters follow.
    ///
    /// Clients expect `alter_key_` and 40 characters more; of a derived key 22 and a checksum.
    private var randomCount: Int {
        switch self {
        case .agent: 34
        case .app: 36
        case .derived: 22
        }
    }

    /// How many of them are kept, to tell keys from one another.
    static let keptCount = 4

    /// A power of two of characters, so that none comes up more often.
    private var alphabet: [UInt8] {
        switch self {
        case .agent, .app: RandomText.alphabet
        case .derived: KeyChecksum.alphabet
        }
    }

    /// Makes the text of a new key from the system's random numbers.
    func random() -> (plaintext: Secret, prefix: String, digest: KeyDigest) {
        var generator = SystemRandomNumberGenerator()
        var text = Array(beginning.utf8)
        // All of it at once, so that growth leaves no copy behind.
        text.reserveCapacity(64)
        let alphabet = alphabet
        for _ in 0..<randomCount {
            text.append(alphabet[Int(truncatingIfNeeded: generator.next() & UInt64(alphabet.count - 1))])
        }
        if self == .derived { KeyChecksum.append(to: &text) }
        defer { text.withUnsafeMutableBytes { postern_explicit_bzero($0.baseAddress, $0.count) } }
        let prefix = String(decoding: text.prefix(beginning.utf8.count + KeyForm.keptCount), as: UTF8.self)
        return (Secret(text), prefix, KeyDigest(ofKey: text))
    }
}

/// The end of a derived key, by which clients see that it was typed as it is.
enum KeyChecksum {
    /// RFC 4648 section 6, in lower case.
    static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    /// Appends `_` and six characters: the CRC-32 of `dk:` and the 22 characters at the end.
    static func append(to text: inout [UInt8]) {
        let checksum = crc32("dk:".utf8.map(\.self) + text.suffix(22))
        text.append(UInt8(ascii: "_"))
        for index in 0..<6 { text.append(alphabet[Int(checksum >> (5 * index)) & 31]) }
    }

    /// The CRC-32 of ISO 3309, as in RFC 1952 section 8.
    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { checksum, byte in
            (0..<8).reduce(checksum ^ UInt32(byte)) { rest, _ in rest >> 1 ^ (rest & 1 == 1 ? 0xedb8_8320 : 0) }
        }
    }
}
