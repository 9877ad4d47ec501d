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
        return [
            count(counts.listeners, "listener"), count(counts.agents, "agent"), count(counts.grants, "grant"),
            count(counts.egressRules, "egress rule"),
        ].joined(separator: ", ")
    }

    private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
