internal import PosternCore

/// Which header fields, values and paths a configuration may have Postern write.
enum FieldRules {
    /// Names that decide where a message ends or goes, or that Postern speaks for itself; never the operator's to set.
    private static let reserved: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade",
        "expect", "via", "max-forwards", "http2-settings", "content-encoding", "accept-encoding", "traceparent",
    ]
    private static let reservedPrefixes = ["proxy-", "postern-", "sec-websocket-"]

    /// Refuses a name that is not a token (RFC 9110 section 5.6.2) or is reserved.
    static func checkHeaderName(_ name: String) throws(Refusal) {
        guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte) else {
            throw Refusal("\(Excerpt.of(name)) is not a header name")
        }
        let lowered = name.lowercased()
        guard !reserved.contains(lowered), !reservedPrefixes.contains(where: lowered.hasPrefix) else {
            throw Refusal("the header `\(name)` belongs to the connection and cannot be set")
        }
    }

    /// Reads a template whose literal text may stand in a header value.
    static func valueTemplate(_ text: String) throws(Refusal) -> Template {
        guard let template = Template(text) else {
            throw Refusal("not a template", hint: "variables are written like {secret}; braces must match")
        }
        guard isFieldText(text) else { throw Refusal("text with a character that no header value may hold") }
        return template
    }

    /// Reads the template of a leading path.
    static func pathTemplate(_ text: String) throws(Refusal) -> Template {
        guard let template = Template(text), template.variables.count == 1 else {
            throw Refusal("a path takes exactly one variable, such as `/bot{secret}/`")
        }
        guard text.hasPrefix("/"), text.hasSuffix("/") else {
            throw Refusal("a path begins and ends with `/`, such as `/bot{secret}/`")
        }
        let segments = text.dropFirst().dropLast().split(separator: "/", omittingEmptySubsequences: false)
        let isCanonical = segments.allSatisfy { segment in
            !segment.isEmpty && segment != "." && segment != ".."
                && segment.utf8.allSatisfy { isUnreserved($0) || "{}:@!$&'()*+,=".utf8.contains($0) }
        }
        guard isCanonical else { throw Refusal("a path is made of plain segments, such as `/bot{secret}/`") }
        return template
    }

    /// Refuses the name of a query parameter that would have to be escaped.
    static func checkQueryName(_ name: String) throws(Refusal) {
        guard !name.isEmpty, name.utf8.allSatisfy(isUnreserved) else {
            throw Refusal("\(Excerpt.of(name)) is not a plain query parameter name")
        }
    }

    /// Whether the text is visible ASCII and inner spaces, as a header value is.
    static func isFieldText(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7e).contains($0) } && !text.hasPrefix(" ") && !text.hasSuffix(" ")
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        isUnreserved(byte) && byte != UInt8(ascii: "~") || "!#$%&'*+^`|~".utf8.contains(byte)
    }

    /// RFC 3986 section 2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~".utf8.contains(byte)
        }
    }
}
