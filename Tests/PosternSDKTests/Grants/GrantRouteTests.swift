import PosternAdmin
import PosternCore
import Testing

@testable import PosternSDK

/// Giving, listing and ending grants through the API.
@Suite struct GrantRouteTests {
    let counter: Counter
    let bot: (id: String, key: TestKey)
    let app: TestKey
    let secret: StoredSecret

    init() async throws {
        counter = try Counter()
        bot = try await counter.agent("bot")
        app = try await counter.appKey()
        let value = Secret("sk-very-secret-0123456789".utf8)
        var new = NewSecret(name: "prod", provider: "anthropic", values: ["secret": value])
        new.allowsSelfBind = true
        new.selfBinders = ["bot"]
        secret = try await counter.administration.createSecret(new, by: Counter.olga)
    }

    private func bind(
        _ principal: String,
        policy: String = "{}",
        secret: String = "prod",
        by key: TestKey,
        fields: [(name: String, value: String)] = []
    ) async -> Answered {
        let body = #"{"principal":\#(principal),"grant_policy":\#(policy)}"#
        return await counter.send(.post, "/sdk/managed-secrets/\(secret)/grants", body, by: key, fields: fields)
    }

    private func list(_ members: String = "", by key: TestKey) async -> Answered {
        await counter.send(.post, "/sdk/grants/list", #"{"limit":10,"offset":0\#(members)}"#, by: key)
    }

    @Test("an agent binds to itself what is open to it")
    func selfBinding() async throws {
        let answer = await bind(#"{"type":"agent","label":"mine"}"#, by: bot.key)
        #expect(answer.status == 201)
        #expect(answer.member("principal_type") == "agent")
        #expect(answer.member("label") == "mine")
        let eve = try await counter.agent("eve")
        let closed = await bind(#"{"type":"agent"}"#, by: eve.key)
        #expect(closed.status == 403)
        #expect(closed.code == "self_bind_not_allowed")
        for other in [#"{"type":"system"}"#, #"{"type":"user","user_token":"user:ana","label":"a"}"#] {
            #expect(await bind(other, by: bot.key).status == 403)
        }
    }

    @Test("an agent is not told whether there is a secret that is not open to it")
    func hiding() async throws {
        let eve = try await counter.agent("eve")
        for principal in [#"{"type":"agent"}"#, #"{"type":"system"}"#, #"{"type":"user","user_token":"user:eve"}"#] {
            let there = await bind(principal, by: eve.key)
            let nowhere = await bind(principal, secret: "nothing", by: eve.key)
            #expect(there.status == 403)
            #expect(there.text == nowhere.text)
        }
        let guess = #"{"principal":{"type":"agent"},"grant_policy":{},"credential_id":"\#(secret.id)"}"#
        let answer = await counter.send(.post, "/sdk/managed-secrets/prod/grants", guess, by: eve.key)
        #expect(answer.code == "self_bind_not_allowed")
    }

    @Test("the application binds to whom it wants")
    func binding() async throws {
        #expect(await bind(#"{"type":"system"}"#, by: app).member("principal_type") == "system")
        #expect(await bind(#"{"type":"user","user_token":"user:ana","label":"a"}"#, by: app).status == 201)
        #expect(
            await bind(#"{"type":"group","external_group_id":"g","idp_id":"i","label":"g"}"#, by: app)
                .member("principal_type") == "group"
        )
        let nobody = await bind(#"{"type":"agent"}"#, by: app)
        #expect(nobody.status == 422)
        let eve = try await counter.agent("eve")
        #expect(await bind(#"{"type":"agent"}"#, by: app, fields: [("x-alter-caller", eve.id)]).status == 201)
        #expect(await bind(#"{"type":"system"}"#, secret: secret.id, by: app).status == 201)
        #expect(await bind(#"{"type":"system"}"#, secret: "ms_other", by: app).code == "secret_not_found")
    }

    @Test(
        "what is no grant is refused",
        arguments: [
            (#"{"type":"robot"}"#, "{}"), ("{}", "{}"), ("null", "{}"), (#"{"type":"user","label":"a"}"#, "{}"),
            (#"{"type":"system","agent_id":"x"}"#, "{}"), (#"{"type":"system"}"#, #"{"expires_at":"soon"}"#),
            (#"{"type":"system"}"#, #"{"expires_at":"2001-01-01T00:00:00Z"}"#),
            (#"{"type":"system"}"#, #"{"max_ttl_seconds":0}"#), (#"{"type":"system"}"#, #"{"maxTtlSeconds":5}"#),
        ]
    )
    func invalid(principal: String, policy: String) async throws {
        #expect(await bind(principal, policy: policy, by: app).status == 400)
    }

    @Test("the earliest limit of a policy holds")
    func policy() async throws {
        let id = try #require(
            await bind(#"{"type":"system"}"#, policy: #"{"max_ttl_seconds":600,"default_ttl_seconds":60}"#, by: app)
                .member("grant_id")
        )
        let grant = try await counter.administration.grant(id).grant
        #expect(grant.expiresAt == counter.time.now + 60_000_000_000)
    }

    @Test("an agent lists its own grants, the application all, and filters narrow")
    func lists() async throws {
        _ = await bind(#"{"type":"agent","label":"mine"}"#, by: bot.key)
        _ = await bind(#"{"type":"system"}"#, by: app)
        let users = try #require(
            await bind(#"{"type":"user","user_token":"user:ana","label":"a"}"#, by: app).member("grant_id")
        )
        let own = await list(by: bot.key)
        #expect(own.member("total") == "1")
        #expect(own.text.contains(#""grant_kind":"managed_secret","managed_secret_id":"\#(secret.id)""#))
        #expect(own.text.contains(#""access_via":"ownership""#))
        let all = await list(by: app)
        #expect(all.member("total") == "3")
        #expect(all.member("has_more") == "false")
        for (members, total) in [
            (#","provider_id":"prod""#, "3"), (#","provider_id":"other""#, "0"), (#","label":"mine""#, "1"),
            (#","status":"active""#, "3"), (#","status":"revoked""#, "0"), (#","user_token":"user:ana""#, "1"),
            (#","user_token":"user:eve""#, "0"), (#","account":"x""#, "0"),
        ] { #expect(await list(members, by: app).member("total") == total, "\(members)") }
        #expect(await list(#","status":"lost""#, by: app).status == 400)
        let page = await counter.send(.post, "/sdk/grants/list", #"{"limit":1,"offset":1}"#, by: app)
        #expect(page.member("total") == "3")
        #expect(page.member("has_more") == "true")
        _ = try await counter.administration.revokeGrant(users, by: Counter.olga)
        #expect(await list(by: app).member("total") == "2")
        #expect(await list(#","status":"revoked""#, by: app).member("total") == "1")
    }

    @Test("a delegation says so to its agent, and ends by either way")
    func delegations() async throws {
        var root = NewGrant(to: .system, of: "prod")
        root.isDelegable = true
        let parent = try await counter.administration.createGrant(root, by: Counter.olga).grant.id
        var child = NewGrant(to: .agent("bot"), of: "prod")
        child.parent = parent
        _ = try await counter.administration.createGrant(child, by: Counter.olga)
        let listed = await list(by: bot.key)
        #expect(listed.text.contains(#""access_via":"ms_delegation""#))
        #expect(listed.text.contains(#""parent_grant_id":"\#(parent)","depth":1"#))
        let path = "/sdk/grants/\(parent)/delegations/"
        #expect(await counter.send(.delete, path + bot.id, by: bot.key).code == "use_self_revoke_path")
        #expect(await counter.send(.delete, path + "me", by: app).code == "agent_key_required")
        for _ in 0..<2 { #expect(await counter.send(.delete, path + "me", by: bot.key).status == 204) }
        #expect(await list(by: bot.key).member("total") == "0")
        _ = try await counter.administration.createGrant(child, by: Counter.olga)
        for _ in 0..<2 { #expect(await counter.send(.delete, path + bot.id, by: app).status == 204) }
        #expect(await list(by: bot.key).member("total") == "0")
        let unknown = "/sdk/grants/0b54b5a2-7a0c-4a36-8f0c-0d6b9f3c1e11/delegations/\(bot.id)"
        #expect(await counter.send(.delete, unknown, by: app).status == 204)
        #expect(try await counter.administration.grant(parent).grant.revokedAt == nil)
    }

    @Test("the application ends grants, of a user only with that one's token if it shows one")
    func revokes() async throws {
        let id = try #require(
            await bind(#"{"type":"user","user_token":"user:ana","label":"a"}"#, by: app).member("grant_id")
        )
        let path = "/sdk/oauth/grants/\(id)/revoke"
        #expect(await counter.send(.post, path, "{}", by: bot.key).status == 403)
        #expect(await counter.send(.post, path, #"{"user_token":"user:bob"}"#, by: app).code == "grant_not_found")
        for _ in 0..<2 {
            let answer = await counter.send(.post, path, #"{"reason":"over","user_token":"user:ana"}"#, by: app)
            #expect(answer.status == 200)
            #expect(answer.member("success") == "true")
            #expect(answer.member("grant_id") == id)
            #expect(answer.member("revoked_at") != nil)
        }
        #expect(await counter.send(.post, "/sdk/oauth/grants/none/revoke", "{}", by: app).code == "grant_not_found")
    }
}
