internal import PosternCore

// A secret has one version in use, and retired ones until they are forgotten. The one in use retires before another
// takes its place, so that there are never two.

extension Act {
    /// The longest time for which retired values are kept.
    private static let maxOverlap = Duration.seconds(31 * 86_400)

    mutating func rotateSecret(
        _ reference: String,
        values: [String: Secret],
        inputs: [String: String]?,
        overlap: Duration
    ) throws -> StoredSecret {
        var secret = try managedSecret(reference)
        try secret.requireNotRevoked()
        guard overlap >= .zero, overlap <= Act.maxOverlap, let forgetAt = time(after: overlap) else {
            throw AdministrationError.invalid(member: "overlap_s", reason: "must be 0 seconds to 31 days")
        }
        let provider = try provider(secret.provider)
        try check(values, inputs ?? JSONTexts.texts(secret.inputs), for: provider)
        let kept = try store.versions(ofSecret: secret.id)
        let old = try store.currentVersion(of: secret)
        guard !areSame(values, old.values) else {
            throw AdministrationError.conflict(
                code: "unchanged",
                reason: "secret \(secret.name) has these values already"
            )
        }
        try retire(old, forgetAt: forgetAt)
        if let inputs { secret.inputs = try self.inputs(inputs) }
        secret.hosts = provider.hosts.map(\.kept)
        secret = try replace(secret)
        let number = (kept.map(\.number).max() ?? 0) + 1
        try store.insert(version(number, of: secret, values))
        impact.secrets.formUnion(try store.forgetVersions(dueAt: now))
        record.detail = "version \(number) in place of \(old.number)"
        return secret
    }

    mutating func rollbackSecret(_ reference: String) throws -> StoredSecret {
        let secret = try managedSecret(reference)
        try secret.requireNotRevoked()
        let current = try store.currentVersion(of: secret)
        let retired = try store.versions(ofSecret: secret.id).filter { version in
            version.retiredAt != nil && version.forgetAt.map { $0 > now } ?? true
        }
        guard var back = retired.max(by: { $0.number < $1.number }) else {
            throw AdministrationError.conflict(
                code: "nothing_to_roll_back",
                reason: "no earlier values of secret \(secret.name) are kept",
                hint: "rotate with an overlap to keep them for a while"
            )
        }
        try check(back.values, JSONTexts.texts(secret.inputs), for: try provider(secret.provider))
        // What is taken back is kept as long as what takes its place would have been.
        try retire(current, forgetAt: back.forgetAt)
        back.retiredAt = nil
        back.forgetAt = nil
        try store.update(back)
        record.detail = "version \(back.number) in place of \(current.number)"
        return try replace(secret)
    }

    /// Has a version not be used any more.
    func retire(_ version: StoredSecretVersion, forgetAt: Int64?) throws {
        var version = version
        version.retiredAt = now
        version.forgetAt = forgetAt
        try store.update(version)
    }

    private func areSame(_ some: [String: Secret], _ others: [String: Secret]) -> Bool {
        some.count == others.count
            && some.allSatisfy { name, value in others[name].map { $0.isEqual(to: value) } ?? false }
    }
}
