internal import PosternConfig
internal import PosternCore

extension Act {
    /// The most grants of one secret that an agent can have if it asks for more itself.
    private static let maxSelfBound = 64

    /// Whoever is meant, if they may act; as it is recorded.
    mutating func activePrincipal(_ reference: PrincipalReference) throws -> StoredGrant.Principal {
        switch reference {
        case .agent(let name):
            let agent = try agent(name)
            try agent.requireActive()
            return .agent(id: agent.id)
        case .user(let subject):
            let user = try user(subject)
            try user.requireNotSuspended()
            return .user(id: user.id)
        case .group(let name):
            try TextRules.check(name, "group")
            return .group(name: name)
        case .system: return .system
        }
    }

    /// Reads terms as they are kept.
    func terms(_ json: String) throws(AdministrationError) -> GrantTerms {
        try JSONTexts.checkSize(json, "terms")
        return try reading("terms") { () throws(ConfigError) in try DirectoryJSON.terms(json) }
    }

    /// Refuses an agent that would give itself a secret which is not open to it.
    func check(_ secret: StoredSecret, isOpenTo principal: StoredGrant.Principal) throws {
        guard case .agent(let id) = principal, let agent = try store.agent(id: id),
            secret.mayBeBound(byAgent: agent.name)
        else {
            throw AdministrationError.conflict(
                code: "self_bind_not_allowed",
                reason: "the agent may not bind secret \(secret.name) to itself",
                hint: "the operator binds it, or opens it to the agent"
            )
        }
        var filter = GrantFilter()
        filter.principal = principal
        filter.secretID = secret.id
        guard try store.grantCount(filter) < Act.maxSelfBound else {
            throw AdministrationError.conflict(
                code: "too_many_grants",
                reason: "agent \(agent.name) has \(Act.maxSelfBound) grants of secret \(secret.name) already"
            )
        }
    }

    /// Refuses hosts to which the secret may not be sent.
    func check(_ terms: GrantTerms, liesWithin secret: StoredSecret) throws(AdministrationError) {
        guard terms.hosts != nil else { return }
        let all = GrantTerms(hosts: secret.hosts.compactMap { HostPattern($0) })
        if let wider = GrantTerms(hosts: terms.hosts).isNarrower(than: all) {
            throw .invalid(
                member: "terms",
                reason: "`hosts` goes beyond those of secret \(secret.name): \(wider)",
                hint: "it may be sent to \(secret.hosts.joined(separator: ", "))"
            )
        }
    }
}
