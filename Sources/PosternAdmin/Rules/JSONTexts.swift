internal import PosternCore

/// JSON that the store keeps as text.
enum JSONTexts {
    /// The most bytes of one.
    private static let maxBytes = 64 << 10

    /// Writes an object of texts; the same one for the same members.
    static func object(_ members: [String: String]) -> String { object(members, quoted) }

    /// Writes an object of lists of texts; the same one for the same members.
    static func object(_ members: [String: [String]]) -> String {
        object(members) { "[" + $0.map(quoted).joined(separator: ",") + "]" }
    }

    /// Reads an object of texts that was written here.
    static func texts(_ json: String) -> [String: String] {
        guard let document = try? JSONDocument(Array(json.utf8)) else { return [:] }
        var texts: [String: String] = [:]
        for (name, value) in document.root.members {
            guard let name = name.string, let text = value.string else { continue }
            texts[String(decoding: name, as: UTF8.self)] = String(decoding: text, as: UTF8.self)
        }
        return texts
    }

    /// Reads an object of lists of texts that was written here.
    static func lists(_ json: String) -> [String: [String]] {
        guard let document = try? JSONDocument(Array(json.utf8)) else { return [:] }
        var lists: [String: [String]] = [:]
        for (name, value) in document.root.members {
            guard let name = name.string else { continue }
            let texts = value.elements.compactMap(\.string).map { String(decoding: $0, as: UTF8.self) }
            lists[String(decoding: name, as: UTF8.self)] = texts
        }
        return lists
    }

    /// Refuses what is not an object, or too large to keep.
    static func checkObject(_ json: String, _ member: String) throws(AdministrationError) {
        try checkSize(json, member)
        let isObject: Bool
        do { isObject = try JSONDocument(Array(json.utf8)).root.kind == .object } catch {
            throw .invalid(member: member, reason: "is not JSON: \(error.reason)")
        }
        guard isObject else { throw .invalid(member: member, reason: "is not an object") }
    }

    /// Refuses what is too large to keep.
    static func checkSize(_ json: String, _ member: String) throws(AdministrationError) {
        guard json.utf8.count <= maxBytes else {
            throw .invalid(member: member, reason: "is longer than \(maxBytes) bytes")
        }
    }

    /// Writes an object; the same one for the same members.
    static func object<Value>(_ members: [String: Value], _ text: (Value) -> String) -> String {
        let written = members.sorted { $0.key < $1.key }.map { quoted($0.key) + ":" + text($0.value) }
        return "{" + written.joined(separator: ",") + "}"
    }

    /// A text as it is written in JSON (RFC 8259 section 7).
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(scalar)
            case "\u{0}"..."\u{1f}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
