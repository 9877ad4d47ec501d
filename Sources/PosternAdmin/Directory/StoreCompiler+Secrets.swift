internal import PosternConfig
internal import PosternCore

// Secrets, ready to be used for their providers.
extension StoreCompiler {
    /// The provider of a name: the store's, the configuration's, or the catalogue's.
    func provider(named name: String, _ reader: any StoreReader) throws -> Provider? {
        if let stored = try reader.provider(named: name) {
            return try DirectoryJSON.provider(named: name, stored.definition)
        }
        return declaredProviders[name] ?? DirectoryJSON.catalogueProvider(named: name)
    }

    /// Makes a secret ready to be used; one that cannot be is left out and noted.
    mutating func render(_ secret: StoredSecret, _ reader: any StoreReader) throws {
        guard secret.revokedAt == nil else { return }
        let versions = try reader.versions(ofSecret: secret.id)
        do {
            guard let current = versions.first(where: { $0.retiredAt == nil }) else {
                problems.append("secret \(secret.name) is left out: it has no value")
                return
            }
            guard let provider = try provider(named: secret.provider, reader) else {
                problems.append("secret \(secret.name) is left out: there is no provider \(secret.provider)")
                return
            }
            let connection = secret.kind == .connection ? try reader.connection(secretID: secret.id) : nil
            let credential = Credential(
                name: secret.name,
                id: secret.id,
                provider: secret.provider,
                secrets: current.values,
                inputs: JSONTexts.texts(secret.inputs),
                hosts: secret.hosts.compactMap { HostPattern($0) },
                retired: versions.filter { $0.retiredAt != nil }.flatMap { Array($0.values.values) },
                life: connection.map { CredentialLife($0, tokens: current) }
            )
            credentials[secret.id] = Rendered(
                credential: try CompiledCredential(credential, for: provider),
                connection: connection
            )
        } catch let error as ConfigError {
            problems.append("secret \(secret.name) is left out: \(error.reason)")
        } catch let error as DirectoryError {
            problems.append("secret \(secret.name) is left out: \(error)")
        }
    }
}

extension CredentialLife {
    fileprivate init(_ connection: StoredConnection, tokens: StoredSecretVersion) {
        self.init(
            version: tokens.number,
            beganAt: tokens.createdAt / 1_000_000_000,
            endsAt: connection.tokenEndsAt.map { $0 / 1_000_000_000 },
            isRenewable: connection.status == .active && tokens.values["refresh_token"] != nil
        )
    }
}
