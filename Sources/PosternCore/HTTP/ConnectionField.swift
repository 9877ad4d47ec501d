/// What the Connection fields of a head say together, in a request or an answer.
///
/// RFC 9110 section 7.6.1.
struct ConnectionField: Sendable {
    /// Each name is looked for among all fields, and tens of thousands of them would fit in a head.
    private static let maxOptions = 100

    private(set) var options: [FieldName] = []
    private var asksClose = false
    private var asksKeepAlive = false

    /// Whether there are more names than anybody has a use for.
    var isExcessive: Bool { options.count > ConnectionField.maxOptions }

    /// Whether the connection lasts beyond this message: by itself in HTTP/1.1, when asked for in HTTP/1.0.
    func keepsConnection(inHTTP11 isHTTP11: Bool) -> Bool { !asksClose && (isHTTP11 || asksKeepAlive) }

    /// Takes in the value of one such field.
    mutating func note(_ value: UnsafeRawBufferPointer) {
        FieldValue.members(value) { member in
            if FieldValue.equalsIgnoringCase(member, "close") {
                asksClose = true
            } else if FieldValue.equalsIgnoringCase(member, "keep-alive") {
                asksKeepAlive = true
            } else {
                options.append(FieldName(String(decoding: member, as: UTF8.self)))
            }
        }
    }
}
