internal import PosternCommand

/// `NAME=VALUE` as it is typed.
package struct NamedValue: Hashable, Sendable {
    package let name: String
    package let value: String

    /// Reads a name that is not empty, and whatever is behind the first equals sign.
    package init?(_ text: String) {
        guard let sign = text.firstIndex(of: "="), sign > text.startIndex else { return nil }
        name = String(text[..<sign])
        value = String(text[text.index(after: sign)...])
    }

    /// The values by name.
    ///
    /// - Throws: ``CommandFailure`` if a name stands twice.
    package static func dictionary(_ values: [NamedValue]) throws -> [String: String] {
        try Dictionary(values.map { ($0.name, $0.value) }) { _, _ in
            throw CommandFailure(usage: "a name is given twice", hint: "each `NAME=VALUE` needs a name of its own")
        }
    }
}
