internal import PosternAdmin
internal import PosternCore

/// The members of an object in a request's body, each asked for by its name.
///
/// What nobody has asked for in the end is refused: a member that is misspelt must not be ignored.
struct RequestMembers {
    /// A hundred years: times are counted in nanoseconds, which end in 2262.
    private static let maxSeconds = 100 * 366 * 86_400
    private let bytes: WipedBytes
    private let members: [String: JSONNode]
    /// Where the object stands in the body, such as `agents[0].`.
    private let path: String
    private var known: [String] = []

    /// Reads a whole body; one that is empty has no members.
    init(body: WipedBytes) throws(ControlRefusal) {
        guard body.count > 0 else {
            self.init(body, [], path: "")
            return
        }
        guard let node = body.withBytes({ JSONScanner.scan($0) }) else {
            throw .invalid("the body is not JSON, or an object in it has two members of one name")
        }
        guard case .object(let members) = node.kind else { throw .invalid("the body is not a JSON object") }
        self.init(body, members, path: "")
    }

    private init(_ bytes: WipedBytes, _ members: [JSONNode.Member], path: String) {
        self.bytes = bytes
        self.path = path
        self.members = Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
    }

    /// The whole object as it was sent, to be read elsewhere.
    var json: String { bytes.count == 0 ? "{}" : bytes.withBytes { String(decoding: $0, as: UTF8.self) } }

    /// Refuses members that nobody has asked for.
    func finish() throws(ControlRefusal) {
        let unknown = members.keys.filter { !known.contains($0) }.sorted()
        guard !unknown.isEmpty else { return }
        let names = unknown.map { path + $0 }.joined(separator: ", ")
        throw .invalid(
            "unknown member\(unknown.count == 1 ? "" : "s") \(names)",
            hint: known.isEmpty ? "this request has none" : "there are \(known.joined(separator: ", "))"
        )
    }

    /// Whether a member is there, be it `null`.
    private mutating func has(_ name: String) -> Bool {
        note(name)
        return members[name] != nil
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
        guard case .boolean(let value) = node.kind else { throw .invalid("\(path)\(name) is not true or false") }
        return value
    }

    /// A whole number of at least `minimum`.
    mutating func integer(_ name: String, minimum: Int) throws(ControlRefusal) -> Int? {
        guard let node = value(name) else { return nil }
        guard case .number = node.kind, let value = Int(raw(node)), value >= minimum else {
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
        guard case .object = node.kind else { throw .invalid("\(path)\(name) is not an object") }
        return raw(node)
    }

    /// An array of objects, whose members are asked for in turn.
    mutating func objects(_ name: String) throws(ControlRefusal) -> [RequestMembers] {
        guard let node = value(name) else { return [] }
        guard case .array(let elements) = node.kind else { throw .invalid("\(path)\(name) is not an array") }
        var objects: [RequestMembers] = []
        for (index, element) in elements.enumerated() {
            guard case .object(let members) = element.kind else {
                throw .invalid("\(path)\(name)[\(index)] is not an object")
            }
            objects.append(RequestMembers(bytes, members, path: "\(path)\(name)[\(index)]."))
        }
        return objects
    }

    /// What a change does to a member that may be `null`: nothing if it is absent.
    mutating func change<Value: Sendable>(
        _ name: String,
        _ read: (inout RequestMembers) throws(ControlRefusal) -> Value?
    ) throws(ControlRefusal) -> Change<Value?> {
        guard has(name) else { return .keep }
        return .set(try read(&self))
    }

    /// What a change does to a member that has a value always: `null` is `empty`.
    mutating func change<Value: Sendable>(
        _ name: String,
        empty: Value,
        _ read: (inout RequestMembers) throws(ControlRefusal) -> Value?
    ) throws(ControlRefusal) -> Change<Value> {
        guard has(name) else { return .keep }
        return .set(try read(&self) ?? empty)
    }

    /// When something that is to be made ends, by `expires_at` or `ttl_s`.
    mutating func expiry() throws(ControlRefusal) -> Expiry {
        let time = try text("expires_at")
        let seconds = try integer("ttl_s", minimum: 1)
        switch (time, seconds) {
        case (nil, nil): return .never
        case (let time?, nil):
            guard let time = Timestamp.parse(time) else {
                throw .invalid("\(path)expires_at is not a time such as 2027-01-31T12:00:00Z")
            }
            return .at(time)
        case (nil, let seconds?):
            guard seconds <= RequestMembers.maxSeconds else { throw .invalid("\(path)ttl_s is too large") }
            return .after(.seconds(seconds))
        case (_?, _?): throw .invalid("\(path)expires_at and ttl_s exclude one another")
        }
    }

    /// A number of seconds, at most a hundred years.
    mutating func seconds(_ name: String) throws(ControlRefusal) -> Duration? {
        guard let seconds = try integer(name, minimum: 0) else { return nil }
        guard seconds <= RequestMembers.maxSeconds else { throw .invalid("\(path)\(name) is too large") }
        return .seconds(seconds)
    }

    private mutating func note(_ name: String) {
        if !known.contains(name) { known.append(name) }
    }

    private mutating func value(_ name: String) -> JSONNode? {
        note(name)
        guard let node = members[name], !node.isNull else { return nil }
        return node
    }

    private mutating func object(_ name: String) throws(ControlRefusal) -> [JSONNode.Member]? {
        guard let node = value(name) else { return nil }
        guard case .object(let members) = node.kind else { throw .invalid("\(path)\(name) is not an object") }
        return members
    }

    private func raw(_ node: JSONNode) -> String {
        bytes.withBytes { String(decoding: $0[node.range], as: UTF8.self) }
    }

    private func text(_ node: JSONNode, _ name: String) throws(ControlRefusal) -> String {
        guard case .string = node.kind, let text = bytes.withBytes({ JSONText.unescape($0, node.range) }) else {
            throw .invalid("\(name) is not a string")
        }
        return text
    }

    private func texts(_ node: JSONNode, _ name: String) throws(ControlRefusal) -> [String] {
        guard case .array(let elements) = node.kind else { throw .invalid("\(name) is not an array of strings") }
        var texts: [String] = []
        for (index, element) in elements.enumerated() { texts.append(try text(element, "\(name)[\(index)]")) }
        return texts
    }

    private func secret(_ node: JSONNode, _ name: String) throws(ControlRefusal) -> Secret {
        guard case .string = node.kind, let secret = bytes.withBytes({ JSONText.secret($0, node.range) }) else {
            throw .invalid("\(name) is not a string")
        }
        return secret
    }
}
