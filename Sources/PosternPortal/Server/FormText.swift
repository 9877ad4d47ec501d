internal import PosternCore

/// Reads `application/x-www-form-urlencoded` text strictly, as queries and forms have it.
enum FormText {
    /// The parameters; `nil` if it is not well encoded, or a name comes twice.
    static func parse(_ text: some StringProtocol) -> [String: String]? {
        guard !text.isEmpty else { return [:] }
        var parameters: [String: String] = [:]
        for part in text.split(separator: "&", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.text(pieces[0].utf8, plusIsBlank: true),
                let value = pieces.count > 1 ? PercentEncoding.text(pieces[1].utf8, plusIsBlank: true) : "",
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
            guard let segment = PercentEncoding.text(part.utf8), !segment.isEmpty, segment != ".", segment != "..",
                !segment.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") })
            else { return nil }
            segments.append(segment)
        }
        return segments
    }
}
