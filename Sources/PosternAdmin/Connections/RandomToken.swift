internal import CLinux
internal import PosternCore

/// Tokens of 258 random bits, in 43 characters that need no escape in a URL.
enum RandomToken {
    static func secret() -> Secret {
        var text = RandomText.bytes(count: 43)
        defer { text.withUnsafeMutableBytes { postern_explicit_bzero($0.baseAddress, $0.count) } }
        return Secret(text)
    }

    /// Base 64 for URLs, without padding.
    ///
    /// RFC 4648 section 5.
    static func urlSafe(_ bytes: [UInt8]) -> [UInt8] {
        Base64.encode(bytes).compactMap { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            case UInt8(ascii: "="): nil
            default: byte
            }
        }
    }
}

extension Secret {
    /// What is kept in its place.
    var digest: KeyDigest { withBytes { KeyDigest(ofKey: $0) } }

    /// The text, for where it has to be one, such as a URL.
    var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}
