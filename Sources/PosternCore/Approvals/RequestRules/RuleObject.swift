/// A JSON object of a rule, whose members are taken one by one; what is left over was not understood.
struct RuleObject {
    private var members: [String: JSONValue] = [:]
    private let place: String

    /// Reads an object from its text.
    init(text: String, _ place: String) throws(RequestRuleFault) {
        let root: JSONValue
        do { root = try JSONDocument(Array(text.utf8)).root } catch {
            throw RequestRuleFault("\(place) is not JSON: \(error.reason)")
        }
        try self.init(root, place)
    }

    /// Takes a value as an object.
    init(_ value: JSONValue, _ place: String) throws(RequestRuleFault) {
        self.place = place
        guard value.kind == .object else { throw RequestRuleFault("\(place) is not an object") }
        for (name, value) in value.members {
            guard let name = name.text, members.updateValue(value, forKey: name) == nil else {
                throw RequestRuleFault("\(place) has two members of one name")
            }
        }
    }

    /// The member of a name, if there is one.
    mutating func take(_ name: String) -> JSONValue? { members.removeValue(forKey: name) }

    /// The member of a name.
    mutating func value(_ name: String) throws(RequestRuleFault) -> JSONValue {
        guard let value = take(name) else { throw RequestRuleFault("\(place).\(name) is missing") }
        return value
    }

    mutating func object(_ name: String) throws(RequestRuleFault) -> RuleObject {
        try RuleObject(try value(name), "\(place).\(name)")
    }

    mutating func text(_ name: String) throws(RequestRuleFault) -> String {
        guard let text = try value(name).text else { throw RequestRuleFault("\(place).\(name) is not a text") }
        return text
    }

    /// A list of texts that are not empty; none where the member is absent.
    mutating func texts(_ name: String, most: Int, longest: Int) throws(RequestRuleFault) -> [String] {
        guard let value = take(name) else { return [] }
        var texts: [String] = []
        guard value.kind == .array else { throw RequestRuleFault("\(place).\(name) is not a list") }
        for element in value.elements {
            guard let text = element.text, !text.isEmpty, text.count <= longest, texts.count < most else {
                throw RequestRuleFault("\(place).\(name) must hold up to \(most) texts of 1 to \(longest) characters")
            }
            texts.append(text)
        }
        return texts
    }

    /// One text, or a list of them.
    mutating func textOrTexts(_ name: String) throws(RequestRuleFault) -> [String] {
        if let text = members[name]?.text {
            members[name] = nil
            return text.isEmpty ? [] : [text]
        }
        return try texts(name, most: 20, longest: 40)
    }

    /// Refuses what was not taken.
    func end() throws(RequestRuleFault) {
        guard let unknown = members.keys.min() else { return }
        // What a client wrote comes back only where it cannot be mistaken for our own words.
        let isName = unknown.utf8.count <= 40 && unknown.utf8.allSatisfy(ByteClass.isToken)
        throw RequestRuleFault("\(place) has a member that is not known\(isName ? ": \(unknown)" : "")")
    }
}

extension JSONValue {
    /// The text of a string; `nil` for anything else.
    var text: String? { string.map { String(decoding: $0, as: UTF8.self) } }
}
