internal import PosternCore

/// Which providers and managed secrets an agent may use of what is granted to it.
struct AgentScopes: Hashable, Sendable {
    /// The member that names managed secrets; every other one is the name of a provider, or of a secret.
    static let secretsMember = "managed_secret_slugs"

    /// The names of providers and secrets; `nil` is all that is granted.
    private let names: Set<String>?

    /// All that is granted.
    static let unlimited = AgentScopes(names: nil)
    /// Nothing of it.
    static let none = AgentScopes(names: [])

    private init(names: Set<String>?) { self.names = names }

    /// Reads a JSON object of string arrays; an empty one is no constraint. `nil` for anything else.
    init?(_ json: String) {
        guard let root = try? JSONDocument(Array(json.utf8)).root, root.kind == .object else { return nil }
        var names = Set<String>()
        var isEmpty = true
        for (name, value) in root.members {
            guard let name = name.string.map({ String(decoding: $0, as: UTF8.self) }), value.kind == .array else {
                return nil
            }
            isEmpty = false
            guard name == AgentScopes.secretsMember else {
                names.insert(name)
                continue
            }
            for element in value.elements {
                guard let slug = element.string else { return nil }
                names.insert(String(decoding: slug, as: UTF8.self))
            }
        }
        self.init(names: isEmpty ? nil : names)
    }

    /// Whether a credential may be used: its provider is named, or it is by itself.
    func allow(provider: String, secret: String) -> Bool {
        guard let names else { return true }
        return names.contains(provider) || names.contains(secret)
    }
}
