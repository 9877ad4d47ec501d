internal import PosternConfig
internal import PosternCore

extension Act {
    mutating func createSecret(_ new: NewSecret) throws -> StoredSecret {
        try TextRules.checkName(new.name)
        record.secret = new.name
        guard try store.secret(named: new.name) == nil else {
            throw AdministrationError.conflict(
                code: "secret_name_exists",
                reason: "there is a secret \(new.name) already",
                hint: "rotate it, or choose another name"
            )
        }
        let provider = try provider(new.provider)
        record.provider = provider.name
        try check(new.values, new.inputs, for: provider)
        let secret = StoredSecret(
            id: Identifier.random(),
            name: new.name,
            provider: provider.name,
            hosts: provider.hosts.map(\.kept),
            inputs: try inputs(new.inputs),
            allowsSelfBind: new.allowsSelfBind,
            selfBinders: try selfBinders(new.selfBinders),
            createdAt: now,
            updatedAt: now
        )
        try store.insert(secret)
        try store.insert(version(1, of: secret, new.values))
        impact.secrets.insert(secret.id)
        record.detail = "id \(secret.id)"
        return secret
    }

    mutating func updateSecret(_ reference: String, _ change: SecretChange) throws -> StoredSecret {
        let old = try managedSecret(reference)
        try old.requireNotRevoked()
        var new = old
        new.allowsSelfBind = change.allowsSelfBind.applied(to: old.allowsSelfBind)
        new.selfBinders = try selfBinders(change.selfBinders.applied(to: old.selfBinders))
        if case .set(let inputs) = change.inputs {
            try check(try store.currentVersion(of: old).values, inputs, for: try provider(old.provider))
            new.inputs = try self.inputs(inputs)
        }
        return new == old ? old : try replace(new)
    }

    mutating func revokeSecret(_ reference: String) throws -> StoredSecret {
        var secret = try managedSecret(reference)
        impact.secrets.insert(secret.id)
        guard secret.revokedAt == nil else { return secret }
        try store.forgetVersions(ofSecret: secret.id)
        let grants = try endGrants(ofSecret: secret.id)
        record.detail = "with \(grants.count) grants"
        secret.revokedAt = now
        return try replace(secret)
    }

    /// Takes the name of an agent that is about to be revoked from the lists of those to whom secrets are open: another
    /// agent may have it one day.
    mutating func closeSecrets(to agent: StoredAgent) throws {
        for var secret in try store.secrets(includingRevoked: false) {
            guard let binders = secret.selfBinders, binders.contains(agent.name) else { continue }
            // Without a name it is open to nobody, which no list at all is not.
            secret.selfBinders = binders.filter { $0 != agent.name }
            _ = try replace(secret)
        }
    }

    mutating func forgetDueVersions() throws -> [String] {
        let secrets = try store.forgetVersions(dueAt: now)
        parts = try secrets.map { id in
            var part = record
            part.secret = try store.secret(id: id)?.name
            return part
        }
        impact.secrets.formUnion(secrets)
        return secrets
    }

    /// The secret that an act is about, as it is recorded.
    mutating func secret(_ reference: String) throws -> StoredSecret {
        let secret = try store.existingSecret(reference)
        record.secret = secret.name
        record.provider = secret.provider
        return secret
    }

    /// The operator's own secret that an act is about, as it is recorded.
    mutating func managedSecret(_ reference: String) throws -> StoredSecret {
        try secret(try store.managedSecret(reference).id)
    }

    mutating func replace(_ secret: StoredSecret) throws -> StoredSecret {
        var secret = secret
        secret.version += 1
        secret.updatedAt = now
        try store.update(secret)
        impact.secrets.insert(secret.id)
        return secret
    }

    /// Refuses values that do not fit the provider, without saying what they are.
    func check(
        _ values: [String: Secret],
        _ inputs: [String: String],
        for provider: Provider
    ) throws(AdministrationError) {
        try reading("values") { () throws(ConfigError) in
            try DirectoryJSON.check(values: values, inputs: inputs, for: provider)
        }
        // What could not be written into a request would not be in force, without a word.
        do throws(DirectoryError) {
            let credential = Credential(name: "it", provider: provider.name, secrets: values, inputs: inputs)
            _ = try CompiledCredential(credential, for: provider)
        } catch { throw .invalid(member: "values", reason: "\(error)") }
    }

    /// Names of agents, each one once; they need not exist yet.
    private func selfBinders(_ names: [String]?) throws(AdministrationError) -> [String]? {
        guard let names else { return nil }
        guard names.count <= 1000 else { throw .invalid(member: "self_binders", reason: "are more than 1000") }
        var binders: [String] = []
        for name in names where !binders.contains(name) {
            do throws(AdministrationError) { try TextRules.checkName(name) } catch {
                throw .invalid(member: "self_binders", reason: "\(TextRules.shown(name)) is no name of an agent")
            }
            binders.append(name)
        }
        return binders
    }

    /// Writes inputs as they are kept.
    func inputs(_ inputs: [String: String]) throws(AdministrationError) -> String {
        let text = JSONTexts.object(inputs)
        try JSONTexts.checkSize(text, "inputs")
        return text
    }

    func version(_ number: Int, of secret: StoredSecret, _ values: [String: Secret]) -> StoredSecretVersion {
        StoredSecretVersion(
            id: Identifier.random(),
            secretID: secret.id,
            number: number,
            values: values,
            createdAt: now
        )
    }
}
