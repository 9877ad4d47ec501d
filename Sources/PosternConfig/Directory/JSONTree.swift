internal import PosternCore

/// Reads a JSON object as the tables of a configuration file are read, so that both have one reader.
enum JSONTree {
    private static let maxBytes = 1 << 20

    /// The object in a text.
    static func table(_ json: String) throws(Refusal) -> ConfigTable {
        guard json.utf8.count <= maxBytes else { throw Refusal("longer than \(maxBytes) bytes") }
        let document: JSONDocument
        do throws(JSONFault) {
            document = try JSONDocument(Array(json.utf8))
        } catch {
            throw Refusal("not JSON: \(error.reason)")
        }
        guard document.root.kind == .object else { throw Refusal("not a JSON object") }
        return try table(document.root)
    }

    private static func table(_ object: JSONValue) throws(Refusal) -> ConfigTable {
        var entries: [String: ConfigNode] = [:]
        for (name, value) in object.members {
            let key = text(name)
            guard entries.updateValue(try node(value), forKey: key) == nil else {
                throw Refusal("\(Excerpt.of(key)) is there twice")
            }
        }
        return ConfigTable(entries: entries, line: nil)
    }

    private static func node(_ value: JSONValue) throws(Refusal) -> ConfigNode {
        ConfigNode(value: try content(value), line: nil)
    }

    private static func content(_ value: JSONValue) throws(Refusal) -> ConfigNode.Value {
        switch value.kind {
        case .null: return .other("null")
        case .boolean: return .boolean(value.boolean == true)
        case .string: return .string(text(value))
        case .object: return .table(try table(value))
        case .number:
            let digits = String(decoding: value.source, as: UTF8.self)
            return Int(digits).map { .integer($0) } ?? .decimal(digits)
        case .array:
            var elements: [ConfigNode] = []
            for element in value.elements { elements.append(try node(element)) }
            return .array(elements)
        }
    }

    private static func text(_ value: JSONValue) -> String { String(decoding: value.string ?? [], as: UTF8.self) }
}
