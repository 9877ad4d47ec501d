import PosternAdmin
import PosternCore
import Testing

@testable import PosternSDK

@Suite struct KeyRouteTests {
    @Test("the last key of an agent is revoked only by force, and a revoked one changes no more")
    func agentKeys() async throws {
        let counter = try Counter()
        let app = try await counter.appKey()
        let (id, key) = try await counter.agent()
        let path = "/sdk/agents/\(id)/keys/\(key.id)"
        #expect(await counter.send(.delete, path, by: app).code == "last_active_key")
        #expect(await counter.send(.delete, path + "?force=true", by: app).status == 200)
        let late = await counter.send(.patch, path + "/deprecate", "{}", by: app)
        #expect(late.status == 409)
        #expect(late.code == "key_revoked")
        let foreign = try await counter.agent("other").key.id
        #expect(await counter.send(.delete, "/sdk/agents/\(id)/keys/\(foreign)", by: app).code == "key_not_found")
    }

    @Test("a derived key may no more than its parent, derives none, and dies with it")
    func derived() async throws {
        let counter = try Counter()
        var new = NewKey()
        new.scopes = ["agents:read", "keys:derive", "keys:admin"]
        let parent = try await counter.appKey(new)
        _ = try await counter.appKey()
        let body = #"{"scopes":["agents:read"],"expires_in":60}"#
        let made = await counter.send(.post, "/sdk/keys/derive", body, by: parent)
        #expect(made.status == 201)
        #expect(made.member("key_type") == "dk")
        #expect(made.member("parent_key_id") == parent.id)
        let child = TestKey(text: try #require(made.member("api_key")))
        #expect(await counter.send(.get, "/sdk/agents", by: child).status == 200)
        #expect(await counter.send(.post, "/sdk/keys/derive", body, by: child).code == "insufficient_scope")
        for wider in [#"["agents:write"]"#, #"["agents:read","keys:derive"]"#, "[]", #"["*"]"#, #""agents:read""#] {
            let answer = await counter.send(
                .post,
                "/sdk/keys/derive",
                #"{"scopes":\#(wider),"expires_in":60}"#,
                by: parent
            )
            #expect((400...403).contains(answer.status), "\(wider)")
        }
        let narrowed = [(name: "x-alter-scope-constraints", value: "keys:derive")]
        let limited = await counter.send(.post, "/sdk/keys/derive", body, by: parent, fields: narrowed)
        #expect(limited.code == "scope_escalation")
        #expect(await counter.send(.delete, "/sdk/keys/\(parent.id)", by: parent).status == 200)
        #expect(await counter.send(.get, "/sdk/agents", by: child).code == "key_revoked")
    }

    @Test("a key is rotated into one that may no more than whoever asks")
    func rotation() async throws {
        let counter = try Counter()
        let (_, key) = try await counter.agent()
        let app = try await counter.appKey()
        let rotated = await counter.send(.post, "/sdk/keys/\(key.id)/rotate", #"{"overlap_days":1}"#, by: key)
        #expect(rotated.status == 201)
        #expect(await counter.send(.get, "/sdk/agents/me", by: key).status == 200)
        counter.time.advance(86_401)
        #expect(await counter.send(.get, "/sdk/agents/me", by: key).code == "key_rotated_grace_expired")
        var narrow = NewKey()
        narrow.scopes = ["keys:admin"]
        let weak = try await counter.appKey(narrow)
        #expect(await counter.send(.post, "/sdk/keys/\(app.id)/rotate", "{}", by: weak).code == "scope_escalation")
        let stranger = try await counter.agent("other").key
        #expect(await counter.send(.post, "/sdk/keys/\(app.id)/rotate", "{}", by: stranger).code == "key_not_found")
        #expect(await counter.send(.delete, "/sdk/keys/\(app.id)", by: stranger).code == "key_not_found")
    }

    @Test("users are verified, and made known where they are asked about")
    func users() async throws {
        let counter = try Counter()
        let app = try await counter.appKey()
        let key = try await counter.agent().key
        let wrong = await counter.send(.post, "/sdk/auth/verify-token", #"{"token":"x"}"#, by: app)
        #expect(wrong.status == 401)
        #expect(wrong.code == "jwt_validation_error")
        #expect(
            await counter.send(.post, "/sdk/auth/verify-token", #"{"token":"user:ada"}"#, by: key).member("sub")
                == "ada"
        )
        let body = #"{"user_token":"user:ada","include_profile":true}"#
        let found = await counter.send(.post, "/sdk/identity/resolve", body, by: app)
        #expect(found.member("external_subject_id") == "ada")
        #expect(found.member("email") == "ada@id.test")
        let id = try #require(found.member("app_user_id"))
        let byID = #"{"app_user_id":"\#(id)"}"#
        #expect(await counter.send(.post, "/sdk/identity/resolve", byID, by: app).member("app_user_id") == id)
        #expect(await counter.send(.post, "/sdk/identity/resolve", byID, by: key).status == 404)
    }

    @Test("what is reported is in the log, without bodies and queries, or is refused")
    func reports() async throws {
        let counter = try Counter()
        let key = try await counter.agent().key
        let report = #"{"grant_id":"g1","method":"GET","url":"https://a.test/x?key=hidden","request_body":"hidden"}"#
        #expect(await counter.send(.post, "/sdk/oauth/audit/api-call", report, by: key).status == 200)
        #expect(counter.sink.last.contains(#""event.action":"client_call""#))
        #expect(counter.sink.last.contains(#""url.full":"https://a.test/x""#))
        #expect(counter.sink.last.contains(#""postern.agent":"bot""#))
        #expect(!counter.sink.last.contains("hidden"))
        counter.sink.refuses = true
        #expect(await counter.send(.post, "/sdk/oauth/audit/api-call", report, by: key).code == "audit_unavailable")
    }
}
