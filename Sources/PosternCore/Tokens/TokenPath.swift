/// A path at which a provider issues tokens, in every spelling that an origin may take for it.
///
/// A rule's path pattern lets through what it recognises; this one has to recognise what it must not let through. So
/// paths are compared as the most lenient origin would read them, and one too many is no harm.
package struct TokenPath: Hashable, Sendable {
    private let pattern: PathPattern

    /// Reads a path pattern; `nil` if it is none.
    package init?(_ text: String) {
        guard let pattern = PathPattern(text.lowercased()) else { return nil }
        self.pattern = pattern
    }

    /// Whether a path is one of `paths`.
    static func covers(_ path: ArraySlice<UInt8>, _ paths: [TokenPath]) -> Bool {
        let segments = segments(of: path)
        let whole = joined(segments)
        // `/oauth/token.json` is `/oauth/token` where the ending chooses the format of the answer.
        let bare = joined(segments.dropLast() + segments.suffix(1).map { Array($0.prefix { $0 != UInt8(ascii: ".") }) })
        return paths.contains { $0.pattern.matches(whole) || $0.pattern.matches(bare) }
    }

    /// The segments of a path, decoded as often as anybody might, without case, parameters, dot segments and empty ones.
    private static func segments(of path: ArraySlice<UInt8>) -> [[UInt8]] {
        var text = Array(path)
        for _ in 0..<3 where text.contains(UInt8(ascii: "%")) { text = QueryParameters.decodedName(text) }
        var segments: [[UInt8]] = []
        for part in text.split(whereSeparator: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }) {
            let segment = part.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "?") }
                .map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
            if segment == Array("..".utf8) {
                _ = segments.popLast()
            } else if !segment.isEmpty, segment != Array(".".utf8) {
                segments.append(segment)
            }
        }
        return segments
    }

    private static func joined(_ segments: some Sequence<[UInt8]>) -> ArraySlice<UInt8> {
        ArraySlice(segments.flatMap { [UInt8(ascii: "/")] + $0 })
    }
}
