/// The strings of a JSON text that stands in a string, such as that of `OPENAPI_MCP_HEADERS`.
enum EmbeddedJSON {
    struct Member {
        let name: String
        let text: String
        /// The bytes of its text in the UTF-8 of the whole.
        let start: Int
    }

    /// The named strings in it, however deep; `nil` if it is no JSON object, or one with escapes in a string.
    static func members(of text: String) -> [Member]? {
        let bytes = Array(text.utf8)
        guard bytes.first == UInt8(ascii: "{"), let document = try? EditableDocument(bytes, syntax: .jsonc) else {
            return nil
        }
        var found: [Member] = []
        func collect(_ value: SpannedValue, _ name: String) -> Bool {
            switch value.content {
            case .other: return true
            case .text(let text):
                let inside = value.range.lowerBound + 1..<value.range.upperBound - 1
                guard bytes[inside].elementsEqual(text.utf8) else { return false }
                found.append(Member(name: name, text: text, start: inside.lowerBound))
                return true
            case .list(let elements): return elements.allSatisfy { collect($0, name) }
            case .table(let members): return members.allSatisfy { collect($0.value, $0.name) }
            }
        }
        return collect(document.root, "") ? found : nil
    }
}
