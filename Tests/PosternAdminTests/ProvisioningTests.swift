import PosternAdmin
import PosternCore
import Testing

@Suite struct ProvisioningTests {
    let office: Office
    let admin: Administration
    let olga = Office.olga

    init() async throws {
        office = try Office()
        admin = office.administration
        try await office.secret()
        office.sink.forget()
    }

    @Test("agents and their grants are made at once") func agentsTheir() async throws {
        var below = NewAgent(name: "below")
        below.parent = "bot"
        let made = try await admin.provision(
            [NewAgent(name: "bot"), below],
            [NewGrant(to: .agent("bot"), of: "prod"), NewGrant(to: .agent("below"), of: "prod")],
            by: olga
        )
        #expect(made.agents.map(\.agent.name) == ["bot", "below"])
        #expect(made.agents.allSatisfy { $0.key != nil })
        #expect(made.grants.map(\.principalName) == ["bot", "below"])
        #expect(office.effects.last.agents == Set(made.agents.map(\.agent.id)))
        #expect(office.sink.lines.count == 4)
        #expect(has(office.sink.lines[1], ["event.action": "agent_create", "postern.agent": "below"]))
        #expect(has(office.sink.last, ["event.action": "grant_create", "postern.agent": "below"]))
    }

    @Test("nothing leaves no record") func nothing() async throws {
        let made = try await admin.provision([], [], by: olga)
        #expect(made.agents.isEmpty)
        #expect(made.grants.isEmpty)
        #expect(office.sink.lines.isEmpty)
    }

    @Test("one that is refused leaves nothing of the others") func refusedLeaves() async throws {
        let refusal = await code {
            _ = try await admin.provision(
                [NewAgent(name: "bot")],
                [NewGrant(to: .agent("bot"), of: "prod"), NewGrant(to: .agent("nobody"), of: "prod")],
                by: olga
            )
        }
        #expect(refusal == "agent_not_found")
        #expect(try await admin.agents(includingRevoked: true).total == 0)
        #expect(try await admin.grants().total == 0)
        #expect(office.sink.lines.count == 1)
        #expect(has(office.sink.last, ["event.action": "grant_create", "error.code": "agent_not_found"]))
    }
}
