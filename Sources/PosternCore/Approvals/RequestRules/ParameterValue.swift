/// One value of a parameter.
struct ParameterValue: Equatable {
    /// The longest one that is looked at, in bytes as it is written.
    static let maxBytes = 65_536

    /// The text as it is compared.
    let text: String

    /// Takes a text that is not too long.
    init(_ text: String) { self.text = ParameterValue.normalized(text) }

    /// Takes a plain value of a JSON text.
    init(_ value: JSONValue) { self.init(value.text ?? String(decoding: value.source, as: UTF8.self)) }

    /// The number that it is; `nil` for any other text.
    var number: JSONNumber? { JSONNumber(text.utf8) }

    /// A text in lower case and without blanks around it.
    static func normalized(_ text: String) -> String {
        let scalars = text.lowercased().unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}
