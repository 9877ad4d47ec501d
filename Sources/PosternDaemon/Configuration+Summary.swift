internal import PosternCore

extension Configuration {
    /// How much is declared, for the audit log.
    var counts: AdministrativeRecord.Counts {
        var counts = AdministrativeRecord.Counts()
        counts.listeners = settings.listeners.count
        counts.agents = contents.agents.count
        counts.providers = contents.providers.count
        counts.credentials = contents.credentials.count
        counts.grants = contents.grants.count
        counts.egressRules = contents.egress.count
        return counts
    }

    /// How much is declared, for people.
    var summary: String {
        let counts = counts
        return "\(counts.listeners) listeners, \(counts.agents) agents, \(counts.grants) grants, "
            + "\(counts.egressRules) egress rules"
    }
}
