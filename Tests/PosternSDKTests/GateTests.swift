import PosternAdmin
import PosternCore
import Testing

@testable import PosternSDK

@Suite struct GateTests {
    @Test("a request that a key has signed is answered, with its id and not to be kept")
    func passes() async throws {
        let counter = try Counter()
        let answer = await counter.send(.get, "/sdk/scopes", by: try await counter.appKey())
        #expect(answer.status == 200)
        #expect(answer.field("x-request-id") == "01J2N9XQ4E8T7Y6R5W3V2B1C0D")
        #expect(answer.field("cache-control") == "no-store")
        #expect(answer.field("content-type") == "application/json")
        #expect(answer.field("x-alter-key-deprecated") == nil)
    }

    @Test("a key that nobody has is refused, recorded, and slowed")
    func unknown() async throws {
        let counter = try Counter()
        let key = TestKey(text: "alter_key_app_" + String(repeating: "z", count: 36))
        for _ in 0..<20 {
            let answer = await counter.send(.get, "/sdk/scopes", by: key)
            #expect(answer.status == 401)
            #expect(answer.code == "invalid_key")
        }
        #expect(counter.sink.last.contains(#""error.code":"invalid_key""#))
        let slowed = await counter.send(.get, "/sdk/scopes", by: key)
        #expect(slowed.status == 429)
        #expect(slowed.member("scope") == "ip")
        #expect(slowed.field("retry-after") != nil)
        // Whoever has a key is not slowed with the guesser.
        #expect(await counter.send(.get, "/sdk/scopes", by: try await counter.appKey()).status == 200)
        counter.time.advance(2)
        #expect(await counter.send(.get, "/sdk/scopes", by: key).status == 401)
    }

    @Test("a request is answered once, also by another key of the same text")
    func replay() async throws {
        let counter = try Counter()
        let call = SignedCall(.get, "/sdk/scopes", by: try await counter.appKey(), at: counter.time.now).request()
        #expect(await counter.send(call).status == 200)
        let again = await counter.send(call)
        #expect(again.status == 401)
        #expect(again.code == "replayed_request")
    }

    @Test("a wrong signature spends no nonce")
    func nonces() async throws {
        let counter = try Counter()
        var call = SignedCall(.get, "/sdk/scopes", by: try await counter.appKey(), at: counter.time.now)
        let right = call.request()
        call.target = "/sdk/agents"
        let wrong = ServiceRequest(
            id: right.id,
            method: right.method,
            path: "/sdk/agents",
            fields: right.fields,
            peer: right.peer,
            receivedAt: 0
        )
        #expect(await counter.send(wrong).code == "invalid_signature")
        #expect(await counter.send(right).status == 200)
    }

    @Test("while nonces cannot be written down, nobody is answered")
    func nonceLedger() async throws {
        let counter = try Counter()
        counter.nonces.isUnavailable = true
        #expect(await counter.send(.get, "/sdk/scopes", by: try await counter.appKey()).status == 503)
    }

    @Test("a clock that is off by more than the skew is refused")
    func clock() async throws {
        let counter = try Counter()
        let key = try await counter.appKey()
        for (offset, status) in [(-300, 200), (300, 200), (-301, 401), (301, 401)] as [(Int64, Int)] {
            var call = SignedCall(.get, "/sdk/scopes", by: key, at: counter.time.now)
            call.timestamp += offset
            #expect(await counter.send(call.request()).status == status)
        }
    }

    @Test("a key tells how it ended, and an agent's end is not its key's")
    func endedKeys() async throws {
        let counter = try Counter()
        let (id, first) = try await counter.agent()
        let second = TestKey(
            try await counter.administration.mintKey(forAgent: id, NewKey(), by: Counter.olga)
        )
        _ = try await counter.administration.revokeKey(agent: id, key: first.id, force: false, by: Counter.olga)
        #expect(await counter.send(.get, "/sdk/scopes", by: first).code == "key_revoked")
        // Whoever has a key that opens nothing takes no room with it.
        #expect(counter.nonces.holders.isEmpty)
        #expect(await counter.send(.get, "/sdk/agents/me", by: second).status == 200)
        _ = try await counter.administration.revokeAgent(id, by: Counter.olga)
        #expect(await counter.send(.get, "/sdk/agents/me", by: second).code == "agent_revoked")
        #expect(await counter.send(.get, "/sdk/agents/me", by: first).code == "key_revoked")
    }

    @Test("a key ends with its time")
    func expiredKey() async throws {
        let counter = try Counter()
        let key = try await counter.appKey(NewKey(expiry: .after(.seconds(60))))
        #expect(await counter.send(.get, "/sdk/scopes", by: key).status == 200)
        counter.time.advance(61)
        let answer = await counter.send(.get, "/sdk/scopes", by: key)
        #expect(answer.status == 401)
        #expect(answer.code == "key_expired")
    }

    @Test("a paused agent may ask who it is and report what it did, and nothing else")
    func paused() async throws {
        let counter = try Counter()
        let (id, key) = try await counter.agent()
        _ = try await counter.administration.pauseAgent(id, by: Counter.olga)
        let me = await counter.send(.get, "/sdk/agents/me", by: key)
        #expect(me.member("status") == "inactive")
        let report = #"{"grant_id":"g","method":"GET","url":"https://a.test/","response_status":200}"#
        #expect(await counter.send(.post, "/sdk/oauth/audit/api-call", report, by: key).status == 200)
        for (method, target) in [(.get, "/sdk/scopes"), (.post, "/sdk/proxy"), (.get, "/sdk/nothing")]
            as [(PosternCore.Method, String)]
        {
            let answer = await counter.send(method, target, by: key)
            #expect(answer.status == 401)
            #expect(answer.code == "agent_inactive")
        }
        let app = try await counter.appKey()
        let named = await counter.send(.get, "/sdk/agents/me", by: app, fields: caller(id))
        #expect(named.status == 404)
        #expect(named.code == "caller_agent_unresolved")
    }

    @Test("a deprecated key works, and every answer says so")
    func deprecated() async throws {
        let counter = try Counter()
        let (id, key) = try await counter.agent()
        _ = try await counter.administration.deprecateKey(agent: id, key: key.id, by: Counter.olga)
        #expect(await counter.send(.get, "/sdk/scopes", by: key).field("x-alter-key-deprecated") == "true")
        let refused = await counter.send(.get, "/sdk/agents", by: key)
        #expect(refused.status == 403)
        #expect(refused.field("x-alter-key-deprecated") == "true")
    }

    @Test("a caller that looks like an id must be an active agent, and the key's own")
    func callers() async throws {
        let counter = try Counter()
        let (id, key) = try await counter.agent()
        let other = try await counter.agent("other").id
        let app = try await counter.appKey()
        let nobody = "00000000-0000-4000-8000-000000000000"
        let rows: [(key: TestKey, caller: String, status: Int, code: String?)] = [
            (app, id, 200, nil), (app, id.uppercased(), 200, nil), (app, nobody, 404, "caller_agent_unresolved"),
            (key, id, 200, nil), (key, other, 400, "caller_agent_mismatch"),
            (key, nobody, 404, "caller_agent_unresolved"), (key, "a label", 200, nil),
            (app, "a label", 403, "me_requires_agent_key"), (app, "caf\u{e9}", 400, "invalid_request"),
            (app, String(repeating: "x", count: 256), 400, "invalid_request"),
        ]
        for row in rows {
            let answer = await counter.send(.get, "/sdk/agents/me", by: row.key, fields: caller(row.caller))
            #expect(answer.status == row.status, "\(row.caller)")
            #expect(answer.code == row.code)
            if row.status == 200 { #expect(answer.member("id") == id) }
        }
    }

    @Test("a request can only limit itself to what its key may")
    func constraints() async throws {
        let counter = try Counter()
        var new = NewKey()
        new.scopes = ["agents:write", "keys:derive"]
        let key = try await counter.appKey(new)
        let rows = [
            ("agents:read", 200, nil), ("agents:admin", 400, "constraint_not_narrowing"),
            ("*", 400, "constraint_not_narrowing"), ("agents:read,proxy:execute", 400, "constraint_not_narrowing"),
            ("agents:read,", 400, "constraint_not_narrowing"), ("keys:derive", 403, "insufficient_scope"),
        ]
        for (constraints, status, code) in rows {
            let fields = [(name: "x-alter-scope-constraints", value: constraints)]
            let answer = await counter.send(.get, "/sdk/agents", by: key, fields: fields)
            #expect(answer.status == status, "\(constraints)")
            #expect(answer.code == code)
        }
    }

    @Test("a key without the scope of a route learns which one it lacks")
    func scopes() async throws {
        let counter = try Counter()
        var new = NewKey()
        new.scopes = ["agents:read"]
        let answer = await counter.send(.post, "/sdk/agents", "{}", by: try await counter.appKey(new))
        #expect(answer.status == 403)
        #expect(answer.code == "insufficient_scope")
        #expect(answer.member("required") == #"["agents:write"]"#)
        #expect(answer.member("granted") == #"["agents:read"]"#)
        #expect(answer.member("missing") == #"["agents:write"]"#)
    }

    @Test("a key that is bound to networks works from there only, and never by way of a unix socket")
    func networks() async throws {
        let counter = try Counter()
        var new = NewKey()
        new.networks = ["10.1.0.0/16"]
        let key = try await counter.appKey(new)
        let peers: [(String?, Int)] = [("10.1.2.3", 200), ("10.2.0.1", 403), ("::ffff:10.1.2.3", 200), (nil, 403)]
        for (address, status) in peers {
            var call = SignedCall(.get, "/sdk/scopes", by: key, at: counter.time.now)
            if let address { call.peer = Peer(origin: .address(try #require(IPAddress(address)), port: 9)) }
            #expect(await counter.send(call.request()).status == status)
        }
    }

    @Test("on an agent's own listener only its own keys work")
    func listeners() async throws {
        let counter = try Counter()
        let own = try await counter.agent().key
        let other = try await counter.agent("other").key
        for (key, status) in [(own, 200), (other, 403), (try await counter.appKey(), 403)] {
            var call = SignedCall(.get, "/sdk/scopes", by: key, at: counter.time.now)
            call.listenerAgent = "bot"
            #expect(await counter.send(call.request()).status == status)
        }
    }

    @Test("who asks too often is told when to come back")
    func rates() async throws {
        let counter = try Counter()
        let key = try await counter.agent(limits: Limits(requestsPerMinute: 2)).key
        let first = await counter.send(.get, "/sdk/scopes", by: key)
        #expect(first.field("x-ratelimit-limit") == "2")
        #expect(first.field("x-ratelimit-remaining") == "1")
        #expect(await counter.send(.get, "/sdk/scopes", by: key).field("x-ratelimit-remaining") == "0")
        let refused = await counter.send(.get, "/sdk/scopes", by: key)
        #expect(refused.status == 429)
        #expect(refused.field("retry-after") == "30")
        #expect(refused.fields.filter { $0.name == "x-ratelimit-limit" }.count == 1)
    }

    @Test(
        "what is not served says so, and never that there is no such grant",
        arguments: [
            (.get, "/sdk/provider-specs?kind=x"), (.post, "/sdk/identity/assert"), (.post, "/sdk/auth/session"),
            (.post, "/sdk/auth/poll"), (.get, "/sdk/oauth/provider-catalog"), (.post, "/sdk/grants/x/delegate"),
            (.post, "/sdk/grants/x/mint"), (.post, "/sdk/grants/x/report-scope-mismatch"),
            (.post, "/sdk/managed-secrets/connect/session"), (.get, "/sdk/agents/"), (.get, "/sdk"),
        ] as [(PosternCore.Method, String)]
    )
    func unserved(_ method: PosternCore.Method, _ target: String) async throws {
        let counter = try Counter()
        let answer = await counter.send(method, target, by: try await counter.appKey())
        #expect(answer.status == 501)
        #expect(answer.code == "not_supported")
    }

    @Test("another method, another place, and a body that is too long are refused")
    func others() async throws {
        let counter = try Counter()
        let key = try await counter.appKey()
        let method = await counter.send(.put, "/sdk/agents", by: key)
        #expect(method.status == 405)
        #expect(method.field("allow") == "POST, GET")
        #expect(await counter.send(.get, "/elsewhere", by: key).status == 404)
        #expect(await counter.send(.get, "/sdk/agents/a%2Fb", by: key).status == 400)
        let long = String(repeating: " ", count: (1 << 20) + 1)
        #expect(await counter.send(.post, "/sdk/agents", long, by: key).status == 413)
    }

    @Test("every refusal is recorded with its request, and no key is in any record")
    func records() async throws {
        let counter = try Counter()
        let (_, key) = try await counter.agent()
        _ = await counter.send(.get, "/sdk/agents?limit=secret", by: key)
        let last = counter.sink.last
        #expect(last.contains(#""event.action":"denied""#))
        #expect(last.contains(#""error.code":"agent_cannot_mint_subagents""#))
        #expect(last.contains(#""postern.agent":"bot""#))
        #expect(last.contains(#""http.response.status_code":403"#))
        #expect(!counter.sink.lines.contains { $0.contains(key.text) || $0.contains("secret") })
    }

    private func caller(_ name: String) -> [(name: String, value: String)] {
        [("x-alter-caller", name), ("x-alter-caller-type", "agent")]
    }
}
