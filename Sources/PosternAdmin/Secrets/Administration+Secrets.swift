package import PosternCore

extension Administration {
    /// The operator's own secrets in the order of creation, without their values.
    package func secrets(includingRevoked: Bool) async throws(AdministrationError) -> [StoredSecret] {
        try await read { try $0.secrets(includingRevoked: includingRevoked).filter { $0.kind == .managed } }
    }

    /// One secret by name or id, and the versions whose values are kept, newest first.
    package func secret(
        _ reference: String
    ) async throws(AdministrationError) -> (secret: StoredSecret, versions: [StoredSecretVersion]) {
        try await read { store in
            let secret = try store.managedSecret(reference)
            return (secret, try store.versions(ofSecret: secret.id))
        }
    }

    /// Stores a secret for the hosts that its provider has now.
    package func createSecret(
        _ new: NewSecret,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredSecret {
        try await act("secret_create", by: `operator`) { try $0.createSecret(new) }
    }

    /// Changes what is given of a secret that is not revoked.
    package func updateSecret(
        _ reference: String,
        _ change: SecretChange,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredSecret {
        try await act("secret_update", by: `operator`) { try $0.updateSecret(reference, change) }
    }

    /// Puts new values in place of the old ones; grants stay.
    ///
    /// The old ones are kept for `overlap`, so that they are masked in answers and can be taken back. Without `inputs`
    /// the values that are not secret stay too.
    package func rotateSecret(
        _ reference: String,
        values: [String: Secret],
        inputs: [String: String]? = nil,
        overlap: Duration = .zero,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredSecret {
        try await act("secret_rotate", by: `operator`) {
            try $0.rotateSecret(reference, values: values, inputs: inputs, overlap: overlap)
        }
    }

    /// Uses the newest of the retired values that are still kept.
    package func rollbackSecret(
        _ reference: String,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredSecret {
        try await act("secret_rollback", by: `operator`) { try $0.rollbackSecret(reference) }
    }

    /// Forgets the values of a secret and ends every grant of it, for ever.
    ///
    /// One that is revoked already stays as it is.
    package func revokeSecret(
        _ reference: String,
        by operator: Operator
    ) async throws(AdministrationError) -> StoredSecret {
        try await act("secret_revoke", by: `operator`) { try $0.revokeSecret(reference) }
    }

    /// Forgets retired values whose time has come, and returns the ids of their secrets.
    ///
    /// To be called now and then.
    @discardableResult
    package func forgetDueVersions() async throws(AdministrationError) -> [String] {
        try await act("secret_forget", by: .daemon) { try $0.forgetDueVersions() }
    }
}
