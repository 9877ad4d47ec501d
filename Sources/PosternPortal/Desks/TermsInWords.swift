internal import PosternCore

/// What a grant's terms allow, in a short sentence for each key.
package enum TermsInWords {
    /// Reads terms as they are stored, a JSON object with the keys of a grant in the configuration file.
    ///
    /// A key that has no words here is shown as it stands: nothing that binds is left out.
    package static func sentences(_ terms: String) -> [String] {
        guard let root = try? JSONDocument(Array(terms.utf8)).root, root.kind == .object else { return [terms] }
        return root.members.compactMap { name, value in
            let name = text(name)
            return sentence(name, value) ?? "\(name.replacing("_", with: " ")): \(source(value))"
        }
    }

    private static func sentence(_ name: String, _ value: JSONValue) -> String? {
        let list = value.kind == .array ? value.elements.map(text).joined(separator: ", ") : source(value)
        return switch name {
        case "methods": "Only \(list) requests"
        case "hosts": "Only at \(list)"
        case "paths": "Only paths \(list)"
        case "query_keys": "No parameters but \(list)"
        case "max_body_bytes": "Bodies of at most \(list) bytes"
        case "requests_per_minute": "At most \(list) requests in a minute"
        case "concurrent_requests": "At most \(list) requests at once"
        case "max_uses": "At most \(list) times in all"
        case "websocket": value.boolean == true ? "WebSockets as well" : "No WebSockets"
        case "requires_approval": value.boolean == false ? nil : "A person approves each request\(detail(of: value))"
        case _: nil
        }
    }

    /// What else is said where a person approves.
    private static func detail(of value: JSONValue) -> String {
        let parts = value.members.map { "\(text($0).replacing("_", with: " ")) \(source($1))" }
        return parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))"
    }

    private static func text(_ value: JSONValue) -> String {
        value.string.map { String(decoding: $0, as: UTF8.self) } ?? source(value)
    }

    private static func source(_ value: JSONValue) -> String { String(decoding: value.source, as: UTF8.self) }
}
