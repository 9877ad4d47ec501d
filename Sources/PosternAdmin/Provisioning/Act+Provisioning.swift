internal import PosternCore

extension Act {
    mutating func provision(_ agents: [NewAgent], _ grants: [NewGrant]) throws -> Provisioned {
        parts = []
        let whole = "as part of \(agents.count) agents and \(grants.count) grants"
        var made = Provisioned()
        for new in agents {
            made.agents.append(try part("agent_create", whole) { try $0.createAgent(new) })
        }
        for new in grants {
            made.grants.append(try part("grant_create", whole) { try $0.createGrant(new) })
        }
        return made
    }

    /// Does one part of an act, which is recorded by itself.
    ///
    /// If it is refused, so is the whole, and what is recorded is the part that was to blame.
    private mutating func part<Outcome>(
        _ action: StaticString,
        _ whole: String,
        _ body: (inout Act) throws -> Outcome
    ) throws -> Outcome {
        let before = record
        record = AdministrativeAct(action, by: before.by)
        record.detail = whole
        let outcome = try body(&self)
        parts?.append(record)
        record = before
        return outcome
    }
}
