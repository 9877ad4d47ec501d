internal import PosternCore

/// The members of an object in a request's body, each asked for by its name; `null` is as good as absent.
struct SDKMembers {
    private let members: [(name: String, value: JSONValue)]
    /// Where the object stands in the body, such as `grant_policy.`.
    private let path: String
    private var known: Set<String> = []

    /// Reads a whole body; one that is empty has no members.
    init(body: [UInt8]) throws(SDKRefusal) {
        guard !body.isEmpty else {
            self.init(nil, path: "")
            return
        }
        let root: JSONValue
        do { root = try JSONDocument(body).root } catch { throw .invalid("the body is not JSON: \(error.reason)") }
        guard root.kind == .object else { throw .invalid("the body is not a JSON object") }
        guard !root.hasRepeatedNames else { throw .invalid("two members of one object have the same name") }
        self.init(root, path: "")
    }

    private init(_ object: JSONValue?, path: String) {
        self.path = path
        members = object.map(SDKMembers.named) ?? []
    }

    private static func named(_ object: JSONValue) -> [(name: String, value: JSONValue)] {
        object.members.map { (String(decoding: $0.name.string ?? [], as: UTF8.self), $0.value) }
    }

    /// Refuses members that nobody has asked for.
    func finish() throws(SDKRefusal) {
        let unknown = members.map(\.name).filter { !known.contains($0) }
        guard !unknown.isEmpty else { return }
        let shown = unknown.prefix(SDKMembers.maxNamed).map { path + SDKMembers.shown($0) }.joined(separator: ", ")
        throw .invalid("unknown members: \(shown)\(unknown.count > SDKMembers.maxNamed ? " and more" : "")")
    }

    /// The most unknown members that a refusal names, and the most bytes of a name.
    private static let maxNamed = 8
    private static let maxNameBytes = 64

    /// A name of the client's making, as refusals and the audit log show it.
    private static func shown(_ name: String) -> String {
        name.utf8.count <= maxNameBytes ? name : String(decoding: name.utf8.prefix(maxNameBytes), as: UTF8.self) + "…"
    }

    /// The names of all members.
    var names: [String] { members.map(\.name) }

    /// Whether a member is there, be it `null`.
    mutating func has(_ name: String) -> Bool {
        known.insert(name)
        return members.contains { $0.name == name }
    }

    /// Any value.
    mutating func value(_ name: String) -> JSONValue? {
        known.insert(name)
        return members.first { $0.name == name && $0.value.kind != .null }?.value
    }

    /// A string.
    mutating func text(_ name: String) throws(SDKRefusal) -> String? {
        guard let node = value(name) else { return nil }
        return try SDKMembers.text(node, path + name)
    }

    /// A string that must be there.
    mutating func requiredText(_ name: String) throws(SDKRefusal) -> String {
        guard let text = try text(name) else { throw .invalid("\(path)\(name) is missing") }
        return text
    }

    /// A string that is a secret.
    mutating func secret(_ name: String) throws(SDKRefusal) -> Secret? {
        guard let node = value(name) else { return nil }
        guard let text = node.string else { throw .invalid("\(path)\(name) is not a string") }
        return Secret(text)
    }

    /// `true` or `false`.
    mutating func boolean(_ name: String) throws(SDKRefusal) -> Bool? {
        guard let node = value(name) else { return nil }
        guard let value = node.boolean else { throw .invalid("\(path)\(name) is not true or false") }
        return value
    }

    /// A whole number.
    mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(SDKRefusal) -> Int? {
        guard let node = value(name) else { return nil }
        guard node.kind == .number, let value = Int(String(decoding: node.source, as: UTF8.self)),
            range.contains(value)
        else { throw .invalid("\(path)\(name) is not a whole number from \(range.lowerBound) to \(range.upperBound)") }
        return value
    }

    /// An array of strings.
    mutating func texts(_ name: String) throws(SDKRefusal) -> [String]? {
        guard let node = value(name) else { return nil }
        return try SDKMembers.texts(node, path + name)
    }

    /// An object of arrays of strings.
    mutating func listsByName(_ name: String) throws(SDKRefusal) -> [String: [String]]? {
        guard let object = try object(name) else { return nil }
        var lists: [String: [String]] = [:]
        for (name, value) in object.members {
            lists[name] = try SDKMembers.texts(value, object.path + SDKMembers.shown(name))
        }
        return lists
    }

    /// An object of strings, in order.
    mutating func textsByName(_ name: String) throws(SDKRefusal) -> [(name: String, value: String)]? {
        guard let object = try object(name) else { return nil }
        var texts: [(name: String, value: String)] = []
        for member in object.members {
            texts.append((member.name, try SDKMembers.text(member.value, object.path + SDKMembers.shown(member.name))))
        }
        return texts
    }

    /// An object, whose members are asked for in turn and which has to be finished, too.
    mutating func object(_ name: String) throws(SDKRefusal) -> SDKMembers? {
        guard let node = value(name) else { return nil }
        guard node.kind == .object else { throw .invalid("\(path)\(name) is not an object") }
        return SDKMembers(node, path: "\(path)\(name).")
    }

    /// An array of objects, each of which has to be finished, too.
    mutating func objects(_ name: String) throws(SDKRefusal) -> [SDKMembers]? {
        guard let node = value(name) else { return nil }
        guard node.kind == .array else { throw .invalid("\(path)\(name) is not an array") }
        var objects: [SDKMembers] = []
        for (index, element) in node.elements.enumerated() {
            guard element.kind == .object else { throw .invalid("\(path)\(name)[\(index)] is not an object") }
            objects.append(SDKMembers(element, path: "\(path)\(name)[\(index)]."))
        }
        return objects
    }

    /// An object as it was sent, to be read elsewhere.
    mutating func json(_ name: String) throws(SDKRefusal) -> String? {
        guard let node = value(name) else { return nil }
        guard node.kind == .object else { throw .invalid("\(path)\(name) is not an object") }
        return String(decoding: node.source, as: UTF8.self)
    }

    private static func text(_ node: JSONValue, _ name: String) throws(SDKRefusal) -> String {
        guard let text = node.string else { throw .invalid("\(name) is not a string") }
        return String(decoding: text, as: UTF8.self)
    }

    private static func texts(_ node: JSONValue, _ name: String) throws(SDKRefusal) -> [String] {
        guard node.kind == .array else { throw .invalid("\(name) is not an array of strings") }
        var texts: [String] = []
        for (index, element) in node.elements.enumerated() { texts.append(try text(element, "\(name)[\(index)]")) }
        return texts
    }
}
