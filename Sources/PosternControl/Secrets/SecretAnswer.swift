/// A managed secret, without its values.
package struct SecretAnswer: Codable, Hashable, Sendable {
    /// A generation of its values that is not forgotten.
    package struct Version: Codable, Hashable, Sendable {
        package let number: Int
        package let createdAt: String
        @Nullable package var retiredAt: String?
        @Nullable package var forgetAt: String?

        enum CodingKeys: String, CodingKey {
            case number
            case createdAt = "created_at"
            case retiredAt = "retired_at"
            case forgetAt = "forget_at"
        }

        package init(number: Int, createdAt: String, retiredAt: String?, forgetAt: String?) {
            self.number = number
            self.createdAt = createdAt
            self.retiredAt = retiredAt
            self.forgetAt = forgetAt
        }
    }

    package let id: String
    package let name: String
    package let provider: String
    package let hosts: [String]
    package let inputs: [String: String]
    package let selfBind: Bool
    package let version: Int
    package let createdAt: String
    package let updatedAt: String
    @Nullable package var revokedAt: String?
    /// The names of the agents that may bind it to themselves; any of them if there is no list.
    @Nullable package var selfBinders: [String]? = nil
    /// Newest first; in answers about one secret, not in lists.
    package var versions: [Version]?

    enum CodingKeys: String, CodingKey {
        case id, name, provider, hosts, inputs, version, versions
        case selfBind = "self_bind"
        case selfBinders = "self_binders"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case revokedAt = "revoked_at"
    }

    package init(
        id: String,
        name: String,
        provider: String,
        hosts: [String],
        inputs: [String: String],
        selfBind: Bool,
        version: Int,
        createdAt: String,
        updatedAt: String,
        revokedAt: String?,
        versions: [Version]? = nil
    ) {
        self.id = id
        self.name = name
        self.provider = provider
        self.hosts = hosts
        self.inputs = inputs
        self.selfBind = selfBind
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revokedAt = revokedAt
        self.versions = versions
    }
}
