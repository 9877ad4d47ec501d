internal import CLinux
internal import PosternAdmin
internal import PosternControl
internal import PosternCore

extension GrantAnswer {
    init(_ described: DescribedGrant, now: Int64 = postern_realtime_ns()) {
        let grant = described.grant
        let status =
            if grant.revokedAt != nil {
                "revoked"
            } else if let expiry = grant.expiresAt, expiry <= now {
                "expired"
            } else {
                "active"
            }
        self.init(
            id: grant.id,
            principal: Principal(grant.principal, name: described.principalName),
            secret: described.secretName,
            secretID: grant.secretID,
            provider: described.provider,
            parent: grant.parentID,
            delegable: grant.isDelegable,
            label: grant.label,
            terms: RawJSON(json: grant.terms) ?? .empty,
            maxUses: grant.maxUses,
            uses: described.uses,
            status: status,
            createdAt: Timestamp.text(grant.createdAt),
            expiresAt: grant.expiresAt.map { Timestamp.text($0) },
            revokedAt: grant.revokedAt.map { Timestamp.text($0) }
        )
    }
}

extension GrantAnswer.Principal {
    fileprivate init(_ principal: StoredGrant.Principal, name: String?) {
        switch principal {
        case .agent(let id): self.init(type: "agent", name: name, id: id)
        case .user(let id): self.init(type: "user", name: name, id: id)
        case .group(let name): self.init(type: "group", name: name, id: nil)
        case .system: self.init(type: "system", name: nil, id: nil)
        }
    }
}
