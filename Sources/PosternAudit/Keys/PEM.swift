internal import FoundationEssentials

/// The text form of keys: base64 between `-----BEGIN X-----` and `-----END X-----`.
///
/// RFC 7468.
enum PEM {
    /// One block, its base64 on a single line: an Ed25519 key needs no second one.
    static func text(label: String, _ bytes: [UInt8]) -> String {
        "-----BEGIN \(label)-----\n\(Data(bytes).base64EncodedString())\n-----END \(label)-----\n"
    }

    /// The contents of every block with this label; `nil` if one is malformed.
    static func blocks(label: String, in text: String) -> [[UInt8]]? {
        var blocks: [[UInt8]] = []
        var base64: String?
        for line in text.split(whereSeparator: \.isNewline) {
            switch line {
            case "-----BEGIN \(label)-----":
                guard base64 == nil else { return nil }
                base64 = ""
            case "-----END \(label)-----":
                guard let encoded = base64, let data = Data(base64Encoded: encoded) else { return nil }
                blocks.append(Array(data))
                base64 = nil
            default:
                base64?.append(contentsOf: line)
            }
        }
        return base64 == nil ? blocks : nil
    }
}
