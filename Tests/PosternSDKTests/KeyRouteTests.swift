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

    @Test("derived keys ask no more than the one above them, all together, and have no nonces of their own")
    func derivedLimits() async throws {
        let counter = try Counter()
        var new = NewKey()
        new.requestsPerMinute = 5
        let parent = try await counter.appKey(new)
        let other = try await counter.appKey()
        var children: [TestKey] = []
        for _ in 0..<2 {
            let body = #"{"scopes":["agents:read"],"expires_in":60}"#
            let made = await counter.send(.post, "/sdk/keys/derive", body, by: parent)
            children.append(TestKey(text: try #require(made.member("api_key"))))
        }
        for (key, left) in zip(children + [parent], ["2", "1", "0"]) {
            let answer = await counter.send(.get, "/sdk/agents", by: key)
            #expect(answer.status == 200)
            #expect(answer.field("x-ratelimit-limit") == "5")
            #expect(answer.field("x-ratelimit-remaining") == left)
        }
        for key in children + [parent] {
            #expect(await counter.send(.get, "/sdk/agents", by: key).code == "rate_limit_exceeded")
        }
        #expect(counter.nonces.holders == [parent.id])
        #expect(await counter.send(.get, "/sdk/agents", by: other).status == 200)
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

    @Test("a key rotates itself and what was derived from it, and the application's those of agents")
    func rotationOfOthers() async throws {
        let counter = try Counter()
        let (id, key) = try await counter.agent()
        let sibling = TestKey(try await counter.administration.mintKey(forAgent: id, NewKey(), by: Counter.olga))
        let app = try await counter.appKey()
        let other = try await counter.appKey()
        let body = #"{"scopes":["keys:admin","proxy:execute"],"expires_in":60}"#
        let child = TestKey(
            id: try #require(await counter.send(.post, "/sdk/keys/derive", body, by: key).member("id")),
            text: ""
        )
        for (rotated, asker, isRefused) in [
            (sibling, key, true), (other, app, true), (child, key, false), (sibling, app, false), (app, app, false),
        ] {
            let answer = await counter.send(.post, "/sdk/keys/\(rotated.id)/rotate", "{}", by: asker)
            #expect(answer.status == (isRefused ? 403 : 201))
            #expect(answer.code == (isRefused ? "scope_escalation" : nil))
        }
    }

    @Test("what a key was rotated into ends with it, unless the successor itself says so")
    func revokingRotated() async throws {
        let counter = try Counter()
        let (id, stolen) = try await counter.agent()
        _ = try await counter.administration.mintKey(forAgent: id, NewKey(), by: Counter.olga)
        let first = try await rotate(stolen, counter)
        let second = try await rotate(first, counter)
        #expect(await counter.send(.delete, "/sdk/keys/\(first.id)", by: second).status == 200)
        #expect(await counter.send(.get, "/sdk/agents/me", by: first).code == "key_revoked")
        #expect(await counter.send(.get, "/sdk/agents/me", by: second).status == 200)
        _ = try await counter.administration.revokeKey(stolen.id, force: false, by: Counter.olga)
        #expect(await counter.send(.get, "/sdk/agents/me", by: stolen).code == "key_revoked")
        #expect(await counter.send(.get, "/sdk/agents/me", by: second).code == "key_revoked")
    }

    private func rotate(_ key: TestKey, _ counter: Counter) async throws -> TestKey {
        let answer = await counter.send(.post, "/sdk/keys/\(key.id)/rotate", #"{"overlap_days":30}"#, by: key)
        return TestKey(id: try #require(answer.member("id")), text: try #require(answer.member("api_key")))
    }

    @Test("a key that is limited in anything makes no keys of agents", arguments: 0..<5)
    func limitedMinters(_ kind: Int) async throws {
        let counter = try Counter()
        let (id, _) = try await counter.agent()
        var new = NewKey()
        var fields: [(name: String, value: String)] = []
        switch kind {
        case 0: new.expiry = .after(.seconds(60))
        case 1: new.scopes = ["agents:admin", "proxy:execute"]
        case 2: fields = [("x-alter-scope-constraints", "agents:admin")]
        default: break
        }
        var key = try await counter.appKey(new)
        if kind == 3 {
            let body = #"{"scopes":["agents:admin"],"expires_in":60}"#
            let made = await counter.send(.post, "/sdk/keys/derive", body, by: key)
            key = TestKey(text: try #require(made.member("api_key")))
        }
        let minted = await counter.send(.post, "/sdk/agents/\(id)/keys", "{}", by: key, fields: fields)
        let made = await counter.send(.post, "/sdk/agents", #"{"name":"new"}"#, by: key, fields: fields)
        for answer in [minted, made] {
            #expect(answer.status == (kind == 4 ? 201 : 403))
            #expect(answer.code == (kind == 4 ? nil : "scope_escalation"))
        }
        #expect(try await counter.administration.findAgent(named: "new") == nil || kind == 4)
    }

    @Test("users are told, and made known, to keys that have a scope for it")
    func usersNeedScopes() async throws {
        let counter = try Counter()
        let known = try await counter.administration.createUser(NewUser(subject: "ada"), by: Counter.olga)
        let byID = #"{"app_user_id":"\#(known.id)"}"#
        let ada = #"{"user_token":"user:ada"}"#
        let profile = #"{"user_token":"user:ada","include_profile":true}"#
        let stranger = #"{"user_token":"user:bob"}"#
        let expected: [(scope: String, answers: [Int])] = [
            ("spans:emit", [403, 403, 403, 403]), ("idp_users:read", [200, 200, 200, 404]),
            ("proxy:execute", [403, 200, 403, 200]), ("idp_users:write", [200, 200, 200, 200]),
        ]
        for (scope, answers) in expected {
            var new = NewKey()
            new.scopes = [scope]
            let key = try await counter.appKey(new)
            for (body, status) in zip([byID, ada, profile, stranger], answers) {
                let answer = await counter.send(.post, "/sdk/identity/resolve", body, by: key)
                #expect(answer.status == status, "\(scope) \(body)")
                if status == 403 { #expect(answer.code == "insufficient_scope") }
            }
            #expect(await counter.send(.post, "/sdk/identity/resolve", "{}", by: key).status == 200)
            let bob = try? await counter.administration.user("bob")
            #expect((bob != nil) == (answers[3] == 200))
            if bob != nil { try await counter.administration.removeUser("bob", by: Counter.olga) }
        }
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
