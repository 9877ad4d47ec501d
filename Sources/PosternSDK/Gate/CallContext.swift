internal import PosternCore

/// What a client says about the work that a request belongs to; nothing of it is proven.
enum CallContext {
    private static let maxBytes = 4096
    private static let maxMembers = 20
    private static let maxNameLength = 64
    private static let maxValueLength = 512

    /// The object in the field `X-Alter-Context`; `nil` without one.
    static func read(_ field: String?) throws(SDKRefusal) -> String? {
        guard let field else { return nil }
        guard field.utf8.count <= maxBytes else { throw refusal("is longer than \(maxBytes) bytes") }
        let root: JSONValue
        do { root = try JSONDocument(Array(field.utf8)).root } catch { throw refusal("is not JSON") }
        guard root.kind == .object, !root.hasRepeatedNames else {
            throw refusal("is not an object, or names something twice")
        }
        let members = Array(root.members)
        guard members.count <= maxMembers else { throw refusal("has more than \(maxMembers) members") }
        for (name, value) in members {
            guard let name = name.string, length(name) <= maxNameLength else {
                throw refusal("has a name longer than \(maxNameLength) characters")
            }
            guard let value = value.string else { throw refusal("has a value that is not a string") }
            guard length(value) <= maxValueLength else {
                throw refusal("has a value longer than \(maxValueLength) characters")
            }
        }
        return field
    }

    private static func length(_ text: [UInt8]) -> Int { String(decoding: text, as: UTF8.self).unicodeScalars.count }

    private static func refusal(_ reason: String) -> SDKRefusal {
        SDKRefusal(status: 400, code: "context_invalid", message: "the context \(reason)")
    }
}
