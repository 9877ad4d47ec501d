internal import PosternConfig
internal import PosternCore

extension StoreReader {
    /// The provider of this name in the store.
    func existingProvider(_ name: String) throws -> StoredProvider {
        guard let provider = try provider(named: name) else {
            throw AdministrationError.notFound(kind: "provider", name: TextRules.shown(name))
        }
        return provider
    }
}

extension Act {
    mutating func defineProvider(_ name: String, _ definition: String) throws -> StoredProvider {
        try JSONTexts.checkObject(definition, "definition")
        let provider = try reading("definition") { () throws(ConfigError) in
            try DirectoryJSON.provider(named: name, definition)
        }
        record.provider = provider.name
        guard try declared.provider(name) == nil else {
            throw AdministrationError.conflict(
                code: "provider_declared",
                reason: "the configuration file declares or uses provider \(name)",
                hint: "change it there, or choose another name"
            )
        }
        try checkSecretsFit(provider)
        let old = try store.provider(named: name)
        let new = StoredProvider(
            name: name,
            definition: definition,
            createdAt: old?.createdAt ?? now,
            updatedAt: now
        )
        if old == nil { try store.insert(new) } else { try store.update(new) }
        impact.providers.insert(name)
        return new
    }

    mutating func removeProvider(_ name: String) throws {
        let provider = try store.existingProvider(name)
        record.provider = provider.name
        let users = try secrets(ofProvider: name).map(\.name)
        guard users.isEmpty else {
            throw AdministrationError.conflict(
                code: "provider_in_use",
                reason: "\(users.count) secrets are for provider \(name), such as \(users[0])",
                hint: "revoke them first"
            )
        }
        try store.deleteProvider(named: name)
        impact.providers.insert(name)
    }

    /// Refuses a definition that secrets of the provider do not fit.
    private func checkSecretsFit(_ provider: Provider) throws {
        for secret in try secrets(ofProvider: provider.name) {
            // What renews a connection's token is written into no request.
            let values = try store.currentVersion(of: secret).values.filter { name, _ in
                secret.kind == .managed || name == StoredConnection.accessToken
            }
            do { try check(values, JSONTexts.texts(secret.inputs), for: provider) } catch {
                throw AdministrationError.conflict(
                    code: "secret_does_not_fit",
                    reason: "secret \(secret.name) would not fit it: \(error)",
                    hint: "revoke the secret first, and store it anew"
                )
            }
        }
    }

    private func secrets(ofProvider name: String) throws -> [StoredSecret] {
        try store.secrets(includingRevoked: false).filter { $0.provider == name }
    }
}
