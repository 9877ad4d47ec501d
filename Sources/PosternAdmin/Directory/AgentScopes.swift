internal import PosternCore

/// Which providers and managed secrets an agent may use of what is granted to it.
struct AgentScopes: Hashable, Sendable {
    /// The member that names managed secrets; every other one is the name of a provider, or of a secret.
    static let secretsMember = "managed_secret_slugs"

    /// The names of providers, or of secrets; `nil` is all that is granted.
    private let names: Set<String>?
    /// The names of secrets that are no providers', whatever they are called.
    private let slugs: Set<String>

    /// All that is granted.
    static let unlimited = AgentScopes(names: nil, slugs: [])
    /// Nothing of it.
    static let none = AgentScopes(names: [], slugs: [])

    private init(names: Set<String>?, slugs: Set<String>) {
        self.names = names
        self.slugs = slugs
    }

    /// Reads a JSON object of string arrays, of which an empty one is no constraint; `nil` for anything else.
    init?(_ json: String) {
        guard let root = try? JSONDocument(Array(json.utf8)).root, root.kind == .object else { return nil }
        var names = Set<String>()
        var slugs = Set<String>()
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
                slugs.insert(String(decoding: slug, as: UTF8.self))
            }
        }
        self.init(names: isEmpty ? nil : names, slugs: slugs)
    }

    /// Whether a credential may be used: its provider is named, or it is by itself.
    func allow(provider: String, secret: String) -> Bool {
        guard let names else { return true }
        return names.contains(provider) || names.contains(secret) || slugs.contains(secret)
    }
}
