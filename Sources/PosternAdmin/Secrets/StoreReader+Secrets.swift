package import PosternCore

extension StoreReader {
    /// The secret of this name that is not revoked, or of this id.
    func existingSecret(_ reference: String) throws -> StoredSecret {
        let secret = Identifier.isOne(reference) ? try secret(id: reference) : try secret(named: reference)
        guard let secret else {
            throw AdministrationError.notFound(kind: "secret", name: TextRules.shown(reference))
        }
        return secret
    }

    /// The operator's own secret of this name that is not revoked, or of this id; the tokens of users are none.
    func managedSecret(_ reference: String) throws -> StoredSecret {
        let secret = try existingSecret(reference)
        guard secret.kind == .managed else {
            throw AdministrationError.notFound(kind: "secret", name: TextRules.shown(reference))
        }
        return secret
    }

    /// The version of a secret that is in use.
    func currentVersion(of secret: StoredSecret) throws -> StoredSecretVersion {
        guard let version = try versions(ofSecret: secret.id).first(where: { $0.retiredAt == nil }) else {
            throw StoreError.corrupt(reason: "secret \(secret.id) has no version in use")
        }
        return version
    }
}

extension StoredSecret {
    /// Refuses a secret whose values are forgotten.
    func requireNotRevoked() throws(AdministrationError) {
        guard revokedAt == nil else {
            throw .conflict(
                code: "secret_revoked",
                reason: "secret \(name) is revoked, which is for ever",
                hint: "store it anew; its name is free"
            )
        }
    }
}

extension StoredSecret {
    /// Whether the agent of a name may bind it to itself.
    package func mayBeBound(byAgent name: String) -> Bool {
        allowsSelfBind && selfBinders.map { $0.contains(name) } ?? true
    }
}

extension HostPattern {
    /// The pattern as it is kept, with its port.
    var kept: String { port.map { "\(text):\($0)" } ?? text }
}
