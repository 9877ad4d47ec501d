internal import PosternControl
internal import PosternCore

extension SecretAnswer {
    init(_ secret: StoredSecret, versions: [StoredSecretVersion]? = nil) {
        self.init(
            id: secret.id,
            name: secret.name,
            provider: secret.provider,
            hosts: secret.hosts,
            inputs: RawJSON(json: secret.inputs)?.textsByName ?? [:],
            selfBind: secret.allowsSelfBind,
            version: secret.version,
            createdAt: Timestamp.text(secret.createdAt),
            updatedAt: Timestamp.text(secret.updatedAt),
            revokedAt: secret.revokedAt.map { Timestamp.text($0) },
            versions: versions?.map { Version($0) }
        )
        selfBinders = secret.selfBinders
    }
}

extension SecretAnswer.Version {
    init(_ version: StoredSecretVersion) {
        self.init(
            number: version.number,
            createdAt: Timestamp.text(version.createdAt),
            retiredAt: version.retiredAt.map { Timestamp.text($0) },
            forgetAt: version.forgetAt.map { Timestamp.text($0) }
        )
    }
}

extension RawJSON {
    /// The strings in an object of strings.
    fileprivate var textsByName: [String: String] {
        guard case .object(let members) = self else { return [:] }
        return members.compactMapValues { value in
            guard case .text(let text) = value else { return nil }
            return text
        }
    }
}
