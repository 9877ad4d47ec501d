import PosternAdmin
import PosternCore
import Testing

@Suite struct AgentTests {
    let office: Office
    let admin: Administration
    let olga = Office.olga

    init() throws {
        office = try Office()
        admin = office.administration
    }

    @Test("an agent is made with what is given and a first key") func agentMade() async throws {
        var new = NewAgent(name: "research-bot_2")
        new.displayName = "Research"
        new.scopes = ["google": ["drive.readonly"], "a\"b": []]
        new.limits = Limits(requestsPerMinute: 60, concurrentRequests: 4)
        new.policy = #"{"methods":["GET"],"providers":["anthropic"]}"#
        new.metadata = #"{"team":"search"}"#
        let (agent, key) = try await admin.createAgent(new, by: olga)

        #expect(agent.scopes == #"{"a\"b":[],"google":["drive.readonly"]}"#)
        #expect(agent.status == .active)
        #expect(agent.version == 1)
        #expect(agent.createdAt == office.time.now)
        #expect(try await admin.agent("research-bot_2") == agent)
        #expect(try await admin.agent(agent.id) == agent)
        #expect(try await admin.keys(ofAgent: agent.name) == [try #require(key).key])
        #expect(key?.key.name == "research-bot_2-1")
        #expect(office.effects.last.agents == [agent.id])
    }

    @Test("an agent may be made without a key") func agentMay() async throws {
        var new = NewAgent(name: "bot")
        new.key = nil
        #expect(try await admin.createAgent(new, by: olga).key == nil)
        #expect(try await admin.keys(ofAgent: "bot").isEmpty)
    }

    @Test(
        "a name that is none is refused",
        arguments: [
            "", "Bot", "bot bot", "bot.prod", "bot:1", "böt", "bot/1", String(repeating: "b", count: 65), "bot\n",
            "0b1e2d3c-4f5a-4b6c-8d7e-9f0a1b2c3d4e",
        ]
    )
    func nameNone(name: String) async throws {
        await refused("invalid_request") { try await office.agent(name) }
        #expect(try await admin.agents(includingRevoked: true).total == 0)
    }

    @Test("two agents that are not revoked never have one name") func twoAgents() async throws {
        let first = try await office.agent("bot")
        await refused("agent_name_exists") { try await office.agent("bot") }
        _ = try await admin.pauseAgent("bot", by: olga)
        await refused("agent_name_exists") { try await office.agent("bot") }
        _ = try await admin.revokeAgent("bot", by: olga)
        let second = try await office.agent("bot")
        #expect(try await admin.agent("bot") == second)
        #expect(try await admin.agent(first.id).status == .revoked)
    }

    @Test("names of the configuration file are taken") func namesConfiguration() async throws {
        await refused("agent_name_exists") { try await office.agent("declared-bot") }
    }

    @Test(
        "what cannot be used is refused by the name of the member",
        arguments: [
            ("policy", #"{"metods":["GET"]}"#), ("policy", "[]"), ("policy", "{"), ("metadata", "[1]"),
            ("metadata", "{\"a\":}"), ("metadata", "{\"a\":\"" + String(repeating: "a", count: 70_000) + "\"}"),
            ("display_name", "a\u{1b}[31m"), ("display_name", ""), ("display_name", String(repeating: "a", count: 257)),
            ("requests_per_minute", "0"), ("requests_per_minute", "-1"), ("concurrent_requests", "1000001"),
        ]
    )
    func cannotUsed(member: String, text: String) async throws {
        try await office.agent("other")
        var new = NewAgent(name: "bot")
        var change = AgentChange()
        switch member {
        case "policy": (new.policy, change.policy) = (text, .set(text))
        case "metadata": (new.metadata, change.metadata) = (text, .set(text))
        case "display_name": (new.displayName, change.displayName) = (text, .set(text))
        case "requests_per_minute":
            new.limits.requestsPerMinute = Int(text)
            change.requestsPerMinute = .set(Int(text))
        default:
            new.limits.concurrentRequests = Int(text)
            change.concurrentRequests = .set(Int(text))
        }
        let made = await message { [new] in _ = try await admin.createAgent(new, by: olga) }
        let changed = await message { [change] in _ = try await admin.updateAgent("other", change, by: olga) }
        #expect(made.hasPrefix("\(member): "))
        #expect(changed.hasPrefix("\(member): "))
        #expect(try await admin.agents(includingRevoked: true).items.map(\.version) == [1])
    }

    @Test("a change touches what is given, and raises the version") func changeTouches() async throws {
        var new = NewAgent(name: "bot")
        new.displayName = "Bot"
        new.limits.requestsPerMinute = 10
        let agent = try await admin.createAgent(new, by: olga).agent
        office.time.pass(.seconds(5))
        var change = AgentChange()
        change.displayName = .set(nil)
        change.scopes = .set(["slack": ["chat:write"]])
        let changed = try await admin.updateAgent("bot", change, by: olga)
        #expect(changed.displayName == nil)
        #expect(changed.scopes == #"{"slack":["chat:write"]}"#)
        #expect(changed.limits.requestsPerMinute == 10)
        #expect(changed.version == 2)
        #expect(changed.updatedAt == agent.createdAt + 5_000_000_000)
        #expect(try await admin.updateAgent("bot", change, by: olga).version == 2)
    }

    @Test("a paused agent can be resumed, a revoked one never") func pausedAgent() async throws {
        let id = try await office.agent("bot").id
        let paused = try await admin.pauseAgent("bot", by: olga)
        #expect(paused.status == .paused)
        #expect(try await admin.pauseAgent("bot", by: olga).version == paused.version)
        #expect(try await admin.resumeAgent("bot", by: olga).status == .active)
        let revoked = try await admin.revokeAgent("bot", by: olga)
        #expect(revoked.status == .revoked)
        #expect(try await admin.revokeAgent(id, by: olga).version == revoked.version)
        for act in [admin.pauseAgent, admin.resumeAgent] {
            await refused("agent_revoked") { _ = try await act(id, olga) }
        }
        await refused("agent_revoked") { _ = try await admin.updateAgent(id, AgentChange(), by: olga) }
        await refused("agent_revoked") { _ = try await admin.mintKey(forAgent: id, NewKey(), by: olga) }
        await refused("agent_revoked") { _ = try await admin.agent("bot") }
    }

    @Test("revoking an agent ends its keys, its grants and the agents below it") func revokingAgent() async throws {
        try await office.secret()
        let top = try await office.agent("top")
        let middle = try await office.agent("middle", below: "top")
        let bottom = try await office.agent("bottom", below: middle.id)
        let other = try await office.agent("other")
        let grant = try await office.grant(to: .agent("middle"))
        let child = try await office.grant(to: .agent("other"), below: grant.id)
        let kept = try await office.grant(to: .agent("other"))
        _ = try await admin.revokeAgent("middle", by: olga)

        #expect(try await admin.agents(includingRevoked: false).items.map(\.name) == ["top", "other"])
        #expect(try await admin.agent(bottom.id).status == .revoked)
        #expect(try await admin.keys(ofAgent: bottom.id).allSatisfy { $0.revokedAt == office.time.now })
        #expect(try await admin.keys(ofAgent: top.id).allSatisfy { $0.revokedAt == nil })
        #expect(try await admin.grants().items.map(\.grant.id) == [kept.id])
        #expect(try await admin.grant(child.id).grant.revokedAt == office.time.now)
        #expect(office.effects.last.agents == [middle.id, bottom.id, other.id])
    }

    @Test("pausing an agent makes a difference to those below it") func pausingAgent() async throws {
        let top = try await office.agent("top")
        let below = try await office.agent("below", below: "top")
        _ = try await admin.pauseAgent("top", by: olga)
        #expect(office.effects.last.agents == [top.id, below.id])
        #expect(try await admin.agent("below").status == .active)
        await refused("agent_paused") { try await office.agent("new", below: "top") }
        await refused("agent_not_found") { try await office.agent("new", below: "nobody") }
        _ = try await admin.revokeAgent("top", by: olga)
        await refused("agent_revoked") { try await office.agent("new", below: top.id) }
    }

    @Test("no more than eight agents are below one another") func moreThan() async throws {
        var parent: String?
        for depth in 1...8 { parent = try await office.agent("bot-\(depth)", below: parent).id }
        await refused("too_deep") { try await office.agent("bot-9", below: parent) }
    }

    @Test("a list comes in pieces and says how many there are") func listComes() async throws {
        for name in ["a", "b", "c"] { try await office.agent(name) }
        _ = try await admin.revokeAgent("b", by: olga)
        let page = try await admin.agents(includingRevoked: false, Page(limit: 1, offset: 1))
        #expect(page.items.map(\.name) == ["c"])
        #expect(page.total == 2)
        #expect(try await admin.agents(includingRevoked: true).items.map(\.name) == ["a", "b", "c"])
    }
}
