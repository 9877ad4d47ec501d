internal import PosternCore

/// A JSON value that the store keeps as text, for what has more of a shape than ``JSONTexts`` reads.
enum KeptJSON: Hashable, Sendable {
    case null
    case flag(Bool)
    case number(Int64)
    case text(String)
    case list([KeptJSON])
    case object([String: KeptJSON])

    /// An object of the members that are there.
    static func members(_ members: [String: KeptJSON?]) -> KeptJSON { .object(members.compactMapValues { $0 }) }

    /// Reads what was written here; anything else is `nil`.
    init?(_ json: String) {
        guard let document = try? JSONDocument(Array(json.utf8)) else { return nil }
        self.init(document.root)
    }

    private init?(_ value: JSONValue) {
        switch value.kind {
        case .null: self = .null
        case .boolean: self = .flag(value.boolean == true)
        case .number:
            guard let number = Int64(String(decoding: value.source, as: UTF8.self)) else { return nil }
            self = .number(number)
        case .string:
            guard let text = value.string else { return nil }
            self = .text(String(decoding: text, as: UTF8.self))
        case .array:
            let elements = Array(value.elements)
            let values = elements.compactMap { KeptJSON($0) }
            guard values.count == elements.count else { return nil }
            self = .list(values)
        case .object:
            var members: [String: KeptJSON] = [:]
            for (name, value) in value.members {
                guard let name = name.string, let value = KeptJSON(value) else { return nil }
                members[String(decoding: name, as: UTF8.self)] = value
            }
            self = .object(members)
        }
    }

    /// The JSON; the same one for the same value.
    var json: String {
        switch self {
        case .null: "null"
        case .flag(let flag): flag ? "true" : "false"
        case .number(let number): String(number)
        case .text(let text): JSONTexts.quoted(text)
        case .list(let values): "[" + values.map(\.json).joined(separator: ",") + "]"
        case .object(let members): JSONTexts.object(members, \.json)
        }
    }

    /// The member of a name; `nil` if there is none, or this is no object.
    subscript(_ name: String) -> KeptJSON? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var number: Int64? { if case .number(let number) = self { number } else { nil } }
    var flag: Bool? { if case .flag(let flag) = self { flag } else { nil } }
    var list: [KeptJSON] { if case .list(let list) = self { list } else { [] } }
}
