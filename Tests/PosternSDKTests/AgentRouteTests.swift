import PosternAdmin
import PosternCore
import Testing

@testable import PosternSDK

@Suite struct AgentRouteTests {
    @Test("an agent is made with a key that works, which is shown once")
    func made() async throws {
        let counter = try Counter()
        let app = try await counter.appKey()
        let body = #"{"name":"bot","type":"service","scopes":{},"metadata":{"team":"x"},"display_name":"Bot"}"#
        let made = await counter.send(.post, "/sdk/agents", body, by: app)
        #expect(made.status == 201)
        #expect(made.member("type") == "service")
        #expect(made.member("metadata") == #"{"team":"x"}"#)
        let id = try #require(made.member("id"))
        let key = TestKey(text: try #require(made.member("api_key")))
        #expect(key.text.hasPrefix("alter_key_agent_"))
        #expect(await counter.send(.get, "/sdk/agents/me", by: key).member("id") == id)
        let shown = await counter.send(.get, "/sdk/agents/\(id)", by: app)
        #expect(!shown.text.contains(key.text))
        #expect(!counter.sink.lines.contains { $0.contains(key.text) })
        #expect(await counter.send(.post, "/sdk/agents", body, by: app).code == "agent_name_exists")
    }

    @Test("the same request under one idempotency key makes one agent, and another one is refused")
    func idempotency() async throws {
        let counter = try Counter()
        let app = try await counter.appKey()
        let once = [(name: "idempotency-key", value: "k1")]
        let first = await counter.send(.post, "/sdk/agents", #"{"name":"bot"}"#, by: app, fields: once)
        let again = await counter.send(.post, "/sdk/agents", #"{"name":"bot"}"#, by: app, fields: once)
        #expect(again.status == 201)
        #expect(again.member("id") == first.member("id"))
        #expect(again.member("key_id") == first.member("key_id"))
        #expect(again.member("api_key") == "null")
        let other = await counter.send(.post, "/sdk/agents", #"{"name":"bot2"}"#, by: app, fields: once)
        #expect(other.status == 409)
        #expect(other.code == "idempotency_key_body_mismatch")
    }

    @Test("agents are found by page and by exact name, revoked ones only if asked for")
    func lists() async throws {
        let counter = try Counter()
        let app = try await counter.appKey()
        for name in ["a", "b", "c"] { _ = try await counter.agent(name) }
        _ = try await counter.administration.revokeAgent("b", by: Counter.olga)
        let page = await counter.send(.get, "/sdk/agents?limit=1&offset=1&include_revoked=true", by: app)
        #expect(page.member("total") == "3")
        #expect(page.member("has_more") == "true")
        #expect(await counter.send(.get, "/sdk/agents", by: app).member("total") == "2")
        #expect(await counter.send(.get, "/sdk/agents?name=a", by: app).member("items") != "[]")
        for name in ["b", "A", "a%20", "x"] {
            #expect(await counter.send(.get, "/sdk/agents?name=\(name)", by: app).member("items") == "[]")
        }
        for query in ["limit=0", "limit=1001", "offset=-1", "limit=x", "all=true"] {
            #expect(await counter.send(.get, "/sdk/agents?\(query)", by: app).status == 400)
        }
    }

    @Test("an agent is changed from the version that was seen, and what is unknown is refused")
    func changes() async throws {
        let counter = try Counter()
        let app = try await counter.appKey()
        let id = try await counter.agent().id
        let path = "/sdk/agents/\(id)"
        let scopes = #"{"scopes":{"github":["repo"]}}"#
        #expect(await counter.send(.patch, path, #"{"display_name":"B"}"#, by: app).member("display_name") == "B")
        #expect(await counter.send(.patch, path, scopes, by: app).status == 400)
        let stale = await counter.send(.patch, path + "?expected_version=1", scopes, by: app)
        #expect(stale.code == "agent_concurrent_update")
        let fresh = await counter.send(.patch, path + "?grace_seconds=0&expected_version=2", scopes, by: app)
        #expect(fresh.status == 200)
        for body in [#"{"owner":"me"}"#, #"{"status":"revoked"}"#, #"{"status":"active","metadata":{}}"#, "[]"] {
            #expect(await counter.send(.patch, path, body, by: app).status == 400)
        }
        for path in ["/sdk/agents/bot", "/sdk/agents/00000000-0000-4000-8000-000000000000"] {
            let missing = await counter.send(.patch, path, #"{"metadata":{}}"#, by: app)
            #expect(missing.status == 404)
            #expect(missing.code == "agent_not_found")
        }
    }

    @Test("a revoked agent stays revoked, and nothing can be made of it")
    func revoked() async throws {
        let counter = try Counter()
        let app = try await counter.appKey()
        let (id, key) = try await counter.agent()
        let first = await counter.send(.delete, "/sdk/agents/\(id)", by: app)
        #expect(first.member("status") == "revoked")
        let again = await counter.send(.delete, "/sdk/agents/\(id)", by: app)
        #expect(again.member("version") == first.member("version"))
        #expect(await counter.send(.patch, "/sdk/agents/\(id)", #"{"status":"active"}"#, by: app).status == 404)
        #expect(await counter.send(.post, "/sdk/agents/\(id)/keys", "{}", by: app).status == 404)
        #expect(await counter.send(.get, "/sdk/agents/\(id)", by: app).member("status") == "revoked")
        #expect(await counter.send(.get, "/sdk/agents/me", by: key).code == "agent_revoked")
    }

    @Test(
        "an agent's key makes no agents and no keys of others",
        arguments: [
            (.post, "/sdk/agents"), (.get, "/sdk/agents"), (.get, "/sdk/agents/ID"), (.patch, "/sdk/agents/ID"),
            (.delete, "/sdk/agents/ID"), (.post, "/sdk/agents/ID/keys"), (.get, "/sdk/agents/ID/keys"),
        ] as [(PosternCore.Method, String)]
    )
    func subagents(_ method: PosternCore.Method, _ path: String) async throws {
        let counter = try Counter()
        let (id, key) = try await counter.agent()
        let answer = await counter.send(method, path.replacing("ID", with: id), by: key)
        #expect(answer.status == 403)
        #expect(answer.code == "agent_cannot_mint_subagents")
    }
}
