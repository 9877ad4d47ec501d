internal import PosternCore

/// The members of an object in a request's body, each asked for by its name.
///
/// What nobody has asked for in the end is refused: a member that is misspelt must not be ignored.
struct RequestMembers {
    private let body: BodyBytes
    private let members: [(name: String, value: JSONValue)]
    /// Where the object stands in the body, such as `agents[0].`.
    let path: String
    private var known: [String] = []

    /// Reads a whole body; one that is empty has no members.
    init(body: BodyBytes) throws(ControlRefusal) {
        guard !body.bytes.isEmpty else {
            self.init(body, nil, path: "")
            return
        }
        let root: JSONValue
        do { root = try JSONDocument(body.bytes).root } catch {
            throw .invalid("the body is not JSON: \(error.reason)")
        }
        guard root.kind == .object else { throw .invalid("the body is not a JSON object") }
        guard !root.hasRepeatedNames else { throw .invalid("two members of one object have the same name") }
        self.init(body, root, path: "")
    }

    private init(_ body: BodyBytes, _ object: JSONValue?, path: String) {
        self.body = body
        self.path = path
        members = object.map { RequestMembers.named($0) } ?? []
    }

    private static func named(_ object: JSONValue) -> [(name: String, value: JSONValue)] {
        object.members.map { (String(decoding: $0.name.string ?? [], as: UTF8.self), $0.value) }
    }

    /// The whole object as it was sent, to be read elsewhere.
    var json: String { body.bytes.isEmpty ? "{}" : String(decoding: body.bytes, as: UTF8.self) }

    /// Refuses members that nobody has asked for.
    func finish() throws(ControlRefusal) {
        let unknown = members.map(\.name).filter { !known.contains($0) }
        guard !unknown.isEmpty else { return }
        let names = unknown.map { path + $0 }.joined(separator: ", ")
        throw .invalid(
            "unknown member\(unknown.count == 1 ? "" : "s") \(names)",
            hint: known.isEmpty ? "this request has none" : "there are \(known.joined(separator: ", "))"
        )
    }

    /// Whether a member is there, be it `null`.
    mutating func has(_ name: String) -> Bool {
        note(name)
        return members.contains { $0.name == name }
    }

    /// A string.
    mutating func text(_ name: String) throws(ControlRefusal) -> String? {
        guard let node = value(name) else { return nil }
        return try text(node, path + name)
    }

    /// A string that must be there.
    mutating func requiredText(_ name: String) throws(ControlRefusal) -> String {
        guard let text = try text(name) else { throw .invalid("\(path)\(name) is missing") }
        return text
    }

    /// `true` or `false`.
    mutating func boolean(_ name: String) throws(ControlRefusal) -> Bool? {
        guard let node = value(name) else { return nil }
        guard let value = node.boolean else { throw .invalid("\(path)\(name) is not true or false") }
        return value
    }

    /// A whole number of at least `minimum`.
    mutating func integer(_ name: String, minimum: Int) throws(ControlRefusal) -> Int? {
        guard let node = value(name) else { return nil }
        guard node.kind == .number, let value = Int(raw(node)), value >= minimum else {
            throw .invalid("\(path)\(name) is not a whole number of at least \(minimum)")
        }
        return value
    }

    /// An array of strings.
    mutating func texts(_ name: String) throws(ControlRefusal) -> [String]? {
        guard let node = value(name) else { return nil }
        return try texts(node, path + name)
    }

    /// An object of strings.
    mutating func textsByName(_ name: String) throws(ControlRefusal) -> [String: String]? {
        guard let members = try object(name) else { return nil }
        var texts: [String: String] = [:]
        for member in members { texts[member.name] = try text(member.value, "\(path)\(name).\(member.name)") }
        return texts
    }

    /// An object of arrays of strings.
    mutating func listsByName(_ name: String) throws(ControlRefusal) -> [String: [String]]? {
        guard let members = try object(name) else { return nil }
        var lists: [String: [String]] = [:]
        for member in members { lists[member.name] = try texts(member.value, "\(path)\(name).\(member.name)") }
        return lists
    }

    /// A string that is a secret.
    mutating func secret(_ name: String) throws(ControlRefusal) -> Secret? {
        guard let node = value(name) else { return nil }
        return try secret(node, path + name)
    }

    /// An object of strings that are secrets.
    mutating func secretsByName(_ name: String) throws(ControlRefusal) -> [String: Secret]? {
        guard let members = try object(name) else { return nil }
        var secrets: [String: Secret] = [:]
        for member in members { secrets[member.name] = try secret(member.value, "\(path)\(name).\(member.name)") }
        return secrets
    }

    /// An object as it was sent, to be read elsewhere.
    mutating func json(_ name: String) throws(ControlRefusal) -> String? {
        guard let node = value(name) else { return nil }
        guard node.kind == .object else { throw .invalid("\(path)\(name) is not an object") }
        return raw(node)
    }

    /// An array of objects, whose members are asked for in turn.
    mutating func objects(_ name: String) throws(ControlRefusal) -> [RequestMembers] {
        guard let node = value(name) else { return [] }
        guard node.kind == .array else { throw .invalid("\(path)\(name) is not an array") }
        var objects: [RequestMembers] = []
        for (index, element) in node.elements.enumerated() {
            guard element.kind == .object else { throw .invalid("\(path)\(name)[\(index)] is not an object") }
            objects.append(RequestMembers(body, element, path: "\(path)\(name)[\(index)]."))
        }
        return objects
    }

    private mutating func note(_ name: String) {
        if !known.contains(name) { known.append(name) }
    }

    private mutating func value(_ name: String) -> JSONValue? {
        note(name)
        return members.first { $0.name == name && $0.value.kind != .null }?.value
    }

    private mutating func object(_ name: String) throws(ControlRefusal) -> [(name: String, value: JSONValue)]? {
        guard let node = value(name) else { return nil }
        guard node.kind == .object else { throw .invalid("\(path)\(name) is not an object") }
        return RequestMembers.named(node)
    }

    private func raw(_ node: JSONValue) -> String { String(decoding: node.source, as: UTF8.self) }

    private func text(_ node: JSONValue, _ name: String) throws(ControlRefusal) -> String {
        guard let text = node.string else { throw .invalid("\(name) is not a string") }
        return String(decoding: text, as: UTF8.self)
    }

    private func texts(_ node: JSONValue, _ name: String) throws(ControlRefusal) -> [String] {
        guard node.kind == .array else { throw .invalid("\(name) is not an array of strings") }
        var texts: [String] = []
        for (index, element) in node.elements.enumerated() { texts.append(try text(element, "\(name)[\(index)]")) }
        return texts
    }

    private func secret(_ node: JSONValue, _ name: String) throws(ControlRefusal) -> Secret {
        guard let text = node.string else { throw .invalid("\(name) is not a string") }
        defer { BodyBytes.wipe(text) }
        return Secret(text)
    }
}
