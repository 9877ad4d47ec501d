/// A place in a JSON text, such as `/messages/*/role`.
///
/// RFC 6901, and one thing more: `*` as a whole segment means every element of an array.
package struct JSONPointer: Hashable, Sendable {
    enum Segment: Hashable, Sendable {
        /// A member of an object; of an array the element of this number, if it is one.
        case name(JSONName, index: Int?)
        case every
    }

    /// The pointer as written.
    package let text: String
    let segments: [Segment]

    /// Reads a pointer; `nil` if it is neither empty nor begins with `/`, has an escape other than `~0` and `~1`, or more
    /// segments than a text may have levels.
    package init?(_ text: String) {
        guard text.isEmpty || text.hasPrefix("/") else { return nil }
        var segments: [Segment] = []
        for part in text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst() {
            guard let name = JSONPointer.unescaped(part) else { return nil }
            let isEvery = part.elementsEqual("*".utf8)
            segments.append(isEvery ? .every : .name(JSONName(name), index: JSONPointer.index(name)))
        }
        guard segments.count <= JSONDocument.maxDepth else { return nil }
        self.text = text
        self.segments = segments
    }

    private static func unescaped(_ part: Substring.UTF8View) -> [UInt8]? {
        var name: [UInt8] = []
        var rest = part[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "~") else {
                name.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "0"): name.append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): name.append(UInt8(ascii: "/"))
            default: return nil
            }
        }
        return name
    }

    /// The number of an array's element: digits without a leading zero.
    ///
    /// RFC 6901 section 4.
    private static func index(_ name: [UInt8]) -> Int? {
        guard (1...9).contains(name.count), name.allSatisfy({ (0x30...0x39).contains($0) }),
            name.count == 1 || name[0] != UInt8(ascii: "0")
        else { return nil }
        return name.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
