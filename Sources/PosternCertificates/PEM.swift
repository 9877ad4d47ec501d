internal import FoundationEssentials

/// The text form of certificates and keys: base64 between `-----BEGIN X-----` and `-----END X-----`.
///
/// RFC 7468. Reading is laxer than writing: bundles have comments between the blocks, and lines of any length.
package enum PEM {
    /// One block, in lines of 64 characters.
    package static func text(label: String, _ bytes: [UInt8]) -> String {
        let base64 = Data(bytes).base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        return "-----BEGIN \(label)-----\n\(base64)\n-----END \(label)-----\n"
    }

    /// The contents of every block with this label; `nil` if one is malformed.
    package static func blocks(label: String, in text: [UInt8]) -> [[UInt8]]? {
        let begin = Array("-----BEGIN \(label)-----".utf8)
        let end = Array("-----END \(label)-----".utf8)
        var blocks: [[UInt8]] = []
        var base64: [UInt8]?
        for line in text.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            let isMarker = line.starts(with: "-----".utf8)
            if isMarker, line.elementsEqual(begin) {
                guard base64 == nil else { return nil }
                base64 = []
            } else if isMarker, line.elementsEqual(end) {
                guard let encoded = base64, let data = Data(base64Encoded: Data(encoded)), !data.isEmpty else {
                    return nil
                }
                blocks.append(Array(data))
                base64 = nil
            } else {
                base64?.append(contentsOf: line)
            }
        }
        return base64 == nil ? blocks : nil
    }
}
