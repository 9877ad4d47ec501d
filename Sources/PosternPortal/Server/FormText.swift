internal import PosternCore

/// Reads `application/x-www-form-urlencoded` text strictly, as queries and forms have it.
enum FormText {
    /// The parameters; `nil` if it is not well encoded, or a name comes twice.
    static func parse(_ text: some StringProtocol) -> [String: String]? {
        guard !text.isEmpty else { return [:] }
        var parameters: [String: String] = [:]
        for part in text.split(separator: "&", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decode(pieces[0], plusIsSpace: true),
                let value = pieces.count > 1 ? decode(pieces[1], plusIsSpace: true) : "",
                parameters.updateValue(value, forKey: name) == nil
            else { return nil }
        }
        return parameters
    }

    /// The segments of a path, decoded; `nil` if it could be read in two ways.
    static func segments(of path: some StringProtocol) -> [String]? {
        guard path.hasPrefix("/") else { return nil }
        if path == "/" { return [] }
        var segments: [String] = []
        for part in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let segment = decode(part, plusIsSpace: false), !segment.isEmpty, segment != ".", segment != "..",
                !segment.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") })
            else { return nil }
            segments.append(segment)
        }
        return segments
    }

    private static func decode(_ text: some StringProtocol, plusIsSpace: Bool) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(HexDigit.value(of:)),
                    let low = rest.next().flatMap(HexDigit.value(of:))
                else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
