/// The value of a Content-Type field.
///
/// RFC 9110 section 8.3.1.
struct MediaType {
    /// `type/subtype`, lower case.
    let name: [UInt8]
    /// The value of `charset`, lower case.
    private(set) var charset: [UInt8]?

    /// Whether it is JSON: `application/json`, or any type that ends in `+json` (RFC 6839).
    var isJSON: Bool { name == Array("application/json".utf8) || name.reversed().starts(with: "nosj+".utf8) }

    var isEventStream: Bool { name == Array("text/event-stream".utf8) }

    /// Whether nothing says that it is in another encoding than UTF-8.
    var isUTF8: Bool { charset == nil || charset == Array("utf-8".utf8) }

    /// Reads a value; `nil` if it is not exactly one media type, or has two parameters of a name.
    init?(_ value: ArraySlice<UInt8>) {
        var rest = value
        guard let type = MediaType.token(&rest), rest.popFirst() == UInt8(ascii: "/"),
            let subtype = MediaType.token(&rest)
        else { return nil }
        name = type + [UInt8(ascii: "/")] + subtype
        var seen: Set<[UInt8]> = []
        MediaType.skipBlanks(&rest)
        while let separator = rest.popFirst() {
            guard separator == UInt8(ascii: ";") else { return nil }
            MediaType.skipBlanks(&rest)
            // An empty parameter is harmless: `application/json;`.
            if rest.isEmpty || rest.first == UInt8(ascii: ";") { continue }
            guard let parameter = MediaType.token(&rest), rest.popFirst() == UInt8(ascii: "="),
                let text = MediaType.parameterValue(&rest), seen.insert(parameter).inserted
            else { return nil }
            if parameter == Array("charset".utf8) { charset = text }
            MediaType.skipBlanks(&rest)
        }
    }

    private static func skipBlanks(_ rest: inout ArraySlice<UInt8>) {
        rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
    }

    /// A token, in lower case.
    private static func token(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        let token = rest.prefix(while: ByteClass.isToken)
        rest = rest.dropFirst(token.count)
        return token.isEmpty ? nil : token.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    }

    /// A token or a quoted text, in lower case.
    private static func parameterValue(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard rest.first == UInt8(ascii: "\"") else { return token(&rest) }
        rest.removeFirst()
        var text: [UInt8] = []
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
            let isEscape = byte == UInt8(ascii: "\\")
            guard let byte = isEscape ? rest.popFirst() : byte else { return nil }
            text.append((0x41...0x5a).contains(byte) ? byte | 0x20 : byte)
            if rest.isEmpty { return nil }
        }
        return text
    }
}
