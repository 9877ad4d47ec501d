package import PosternCore

/// A secret that stands in plain text in a server's entry.
package struct FoundSecret: Sendable {
    /// Where it would go from Postern.
    package enum Target: Hashable, Sendable {
        /// A provider by its name.
        case provider(String)
        /// A host that no provider is known for: one is to be defined.
        case host(HostCredential)
        /// Nobody has said. The words say why.
        case unknown(String)
    }

    /// What it is called: a variable, or a variable made of a flag's or a header's name.
    package let name: String
    /// Where it stands, for people: `env GITHUB_TOKEN`, `argument --api-key`.
    package let place: String
    package let value: Secret
    package var target: Target
    let path: [PathStep]
    /// Its bytes in the UTF-8 of the text at ``path``.
    let range: Range<Int>

    /// Whether it is the encoded user and password of Basic authentication.
    var isBasic: Bool {
        guard case .host(let credential) = target, case .header(_, let prefix) = credential.place else { return false }
        return prefix.lowercased() == "basic "
    }
}

/// A credential of a host, and how it is sent there.
package struct HostCredential: Hashable, Sendable {
    /// The part of a request that has it.
    package enum Place: Hashable, Sendable {
        /// A header; `prefix` is what stands before the secret, such as `Bearer `.
        case header(String, prefix: String)
        /// A parameter of the query.
        case query(String)
    }

    package let address: HTTPAddress
    package let place: Place
}

/// Something of an entry that stays as it is, and why.
package struct LeftText: Hashable, Sendable {
    package let place: String
    package let reason: String
    /// Whether it is a secret in plain text, rather than a reference to one.
    package let isSecret: Bool
}
