internal import PosternConfig
internal import PosternCore

extension Act {
    /// Whoever is meant, if they may act; as it is recorded.
    mutating func activePrincipal(_ reference: PrincipalReference) throws -> StoredGrant.Principal {
        switch reference {
        case .agent(let name):
            let agent = try agent(name)
            try agent.requireActive()
            return .agent(id: agent.id)
        case .user(let subject):
            let user = try user(subject)
            guard !user.isSuspended else {
                throw AdministrationError.conflict(
                    code: "user_suspended",
                    reason: "user \(TextRules.shown(user.subject)) is suspended"
                )
            }
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
