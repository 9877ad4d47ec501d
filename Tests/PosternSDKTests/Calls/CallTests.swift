import PosternAdmin
import PosternCore
import Testing

@testable import PosternSDK

/// Using credentials through the API.
@Suite struct CallTests {
    let carrier = RecordingCarrier()
    let counter: Counter
    let bot: (id: String, key: TestKey)
    let app: TestKey

    init() async throws {
        counter = try Counter(carrier: carrier)
        bot = try await counter.agent("bot")
        app = try await counter.appKey()
        _ = try await counter.administration.createSecret(Self.secret, by: Counter.olga)
    }

    private static var secret: NewSecret {
        NewSecret(name: "prod", provider: "anthropic", values: ["secret": Secret("sk-very-secret-0123456789".utf8)])
    }

    /// Lets somebody use the secret.
    private func grant(
        _ principal: PrincipalReference = .agent("bot"),
        below parent: String? = nil,
        label: String? = nil,
        terms: String = "{}",
        expiry: Expiry = .never
    ) async throws -> String {
        var new = NewGrant(to: principal, of: "prod")
        new.parent = parent
        new.label = label
        new.terms = terms
        new.expiry = expiry
        new.isDelegable = true
        return try await counter.administration.createGrant(new, by: Counter.olga).grant.id
    }

    private func proxy(
        _ address: String = #""provider_id":"prod""#,
        url: String = "https://api.anthropic.com/v1/messages",
        more: String = "",
        by key: TestKey? = nil,
        fields: [(name: String, value: String)] = []
    ) async -> Answered {
        let body = #"{"method":"POST","url":"\#(url)",\#(address)\#(more)}"#
        return await counter.send(.post, "/sdk/proxy", body, by: key ?? bot.key, fields: fields)
    }

    private func token(_ address: String = #""provider_id":"prod""#, more: String = "", by key: TestKey? = nil) async
        -> Answered
    {
        let request = #""request":{"method":"GET","url":"https://api.anthropic.com/v1/models"},"reason":null"#
        return await counter.send(.post, "/sdk/token", "{\(request),\(address)\(more)}", by: key ?? bot.key)
    }

    @Test("a call is made with the agent's grant, and what came of it is told")
    func calls() async throws {
        let id = try await grant()
        let answer = await proxy(
            url: "https://api.anthropic.com/v1/a b",
            more: #","body":{"a": 1.0},"headers":{"X-Note":"n"},"query_params":{"q":["1",true]},"reason":"why""#
        )
        #expect(answer.status == 200)
        #expect(
            answer.text == #"{"status_code":201,"headers":{"content-type":"text/plain","x-a":"1, 2"},"#
                + #""body_b64":"aGk=","body_truncated":false,"duration_ms":5,"credential_hint":null}"#
        )
        let call = try #require(carrier.calls.first)
        #expect(call.principal == .agent("bot"))
        #expect(call.grant == id)
        #expect(call.method == .post)
        #expect(call.url == "https://api.anthropic.com/v1/a%20b?q=1&q=true")
        #expect(call.body.map { String(decoding: $0, as: UTF8.self) } == #"{"a": 1.0}"#)
        #expect(call.fields.map(\.name).contains("X-Note"))
        #expect(call.attribution.reason == "why")
        #expect(call.attribution.key == bot.key.id)
    }

    @Test(
        "a call that cannot be made is refused before it is",
        arguments: [
            (#","headers":{"Cookie":"x"}"#, "https://api.anthropic.com/", 422, "forbidden_header"),
            ("", "https://evil.test/", 422, "blocked_destination"),
            ("", "http://api.anthropic.com/", 422, "blocked_destination"),
            ("", "https://api.anthropic.com:8443/", 422, "blocked_destination"),
            ("", "https://api.anthropic.com@evil.test/", 422, "blocked_destination"),
            (#","acount":"x""#, "https://api.anthropic.com/", 400, "invalid_request"),
            (#","query_params":[]"#, "https://api.anthropic.com/", 400, "invalid_request"),
            (#","query_params":{"a":{}}"#, "https://api.anthropic.com/", 400, "invalid_request"),
        ]
    )
    func refuses(more: String, url: String, status: Int, code: String) async throws {
        _ = try await grant()
        let answer = await proxy(url: url, more: more)
        #expect(answer.status == status)
        #expect(answer.code == code)
        #expect(carrier.calls.isEmpty)
    }

    @Test(
        "which grant is meant is said in one way",
        arguments: [
            #""grant_id":"x","provider_id":"prod""#, #""reason":"x""#, #""grant_id":"x","account":"a""#,
        ]
    )
    func address(members: String) async throws { #expect(await proxy(members).code == "invalid_request") }

    @Test("an agent reaches what is its own, and is told nothing of the rest")
    func agents() async throws {
        let none = await proxy()
        #expect(none.status == 404)
        #expect(none.code == "no_delegated_grant")
        #expect(none.member("provider_id") == "prod")
        #expect(none.member("agent_id") == bot.id)
        let own = try await grant()
        let systems = try await grant(.system)
        #expect(await proxy(#""grant_id":"\#(own)""#).status == 200)
        for id in [systems, "0b54b5a2-7a0c-4a36-8f0c-0d6b9f3c1e11", "nonsense"] {
            let answer = await proxy(#""grant_id":"\#(id)""#)
            #expect(answer.status == 404)
            #expect(answer.code == "grant_not_found")
        }
        _ = try await counter.administration.revokeGrant(own, by: Counter.olga)
        #expect(await proxy(#""grant_id":"\#(own)""#).status == 410)
        #expect(await proxy().code == "no_delegated_grant")
    }

    @Test("the application reaches its own grants, and as an agent what that one reaches")
    func application() async throws {
        let systems = try await grant(.system)
        let bots = try await grant()
        #expect(await proxy(by: app).status == 200)
        #expect(carrier.calls.last?.principal == .app)
        #expect(await proxy(#""grant_id":"\#(bots)""#, by: app).code == "grant_not_found")
        let caller = [("x-alter-caller", bot.id), ("x-alter-caller-type", "agent")]
        #expect(await proxy(by: app, fields: caller).status == 200)
        #expect(carrier.calls.last?.grant == bots)
        #expect(await proxy(#""grant_id":"\#(systems)""#, by: app, fields: caller).code == "grant_not_found")
        _ = try await counter.administration.revokeGrant(systems, by: Counter.olga)
        let revoked = await proxy(#""grant_id":"\#(systems)""#, by: app)
        #expect(revoked.status == 403)
        #expect(revoked.code == "grant_revoked")
        #expect(await proxy(by: app).code == "grant_not_found")
    }

    @Test("a user's token makes the application's call the user's")
    func users() async throws {
        let answer = await proxy(more: #","user_token":"user:ana""#, by: app)
        #expect(answer.code == "grant_not_found")
        let id = try await grant(.user("ana"))
        #expect(await proxy(more: #","user_token":"user:ana""#, by: app).status == 200)
        #expect(carrier.calls.last?.grant == id)
        #expect(await proxy(more: #","user_token":"user:bob""#, by: app).code == "grant_not_found")
        #expect(await proxy(#""grant_id":"\#(id)""#, more: #","user_token":"user:bob""#, by: app).status == 404)
        let forged = await proxy(more: #","user_token":"ana""#, by: app)
        #expect(forged.status == 401)
        #expect(forged.code == "jwt_validation_error")
    }

    @Test("a user's token beside an agent's key only tells its delegations apart")
    func blending() async throws {
        let users = #","user_token":"user:ana""#
        #expect(await proxy(more: users).code == "agent_key_user_token_forbidden")
        _ = try await counter.administration.createUser(NewUser(subject: "ana"), by: Counter.olga)
        _ = try await counter.administration.createUser(NewUser(subject: "bob"), by: Counter.olga)
        let own = try await grant(label: "own")
        #expect(await proxy(more: users).code == "agent_key_user_token_forbidden")
        let anas = try await grant(.user("ana"))
        #expect(await proxy(more: users).code == "agent_key_user_token_forbidden")
        let delegated = try await grant(below: anas)
        #expect(await proxy(more: users).status == 200)
        #expect(carrier.calls.last?.grant == delegated)
        #expect(carrier.calls.last?.principal == .agent("bot"))
        for refused in [
            await proxy(#""grant_id":"\#(delegated)""#, more: users),
            await proxy(#""grant_id":"\#(own)""#, more: users),
            await proxy(more: #","user_token":"user:bob""#), await proxy(more: #","user_token":"user:eve""#),
        ] {
            #expect(refused.status == 400)
            #expect(refused.code == "agent_key_user_token_forbidden")
        }
        #expect(await proxy(more: #","user_token":"forged""#).status == 401)
        // Without it, two grants are meant.
        let several = await proxy()
        #expect(several.status == 409)
        #expect(several.member("candidates_truncated") == "false")
        #expect(several.text.contains(delegated) && several.text.contains(own))
        #expect(await proxy(more: #","label":"own""#).status == 200)
    }

    @Test("blending can be switched off")
    func strict() async throws {
        var settings = APISettings()
        settings.identityBlending = .strict
        let counter = try Counter(settings, carrier: carrier)
        let key = try await counter.agent().key
        let answer = await counter.send(
            .post,
            "/sdk/token",
            #"{"provider_id":"prod","user_token":"user:ana","request":{"method":"GET","url":"https://api.test/"}}"#,
            by: key
        )
        #expect(answer.code == "agent_key_user_token_forbidden")
    }

    @Test("a grant whose time is over says so")
    func expired() async throws {
        let id = try await grant(expiry: .after(.seconds(60)))
        counter.time.advance(61)
        for answer in [await proxy(), await proxy(#""grant_id":"\#(id)""#), await token()] {
            #expect(answer.status == 403)
            #expect(answer.code == "grant_expired")
        }
    }

    @Test("a call that waits for a person is answered with where they decide")
    func pending() async throws {
        let id = "0b54b5a2-7a0c-4a36-8f0c-0d6b9f3c1e11"
        let end = counter.time.now + 60_000_000_000
        let gate = PendingApproval.Gate(id: id, expiresAt: end, url: "http://portal.test/approvals/1")
        let approval = PendingApproval(id: id, expiresAt: end, gates: [gate])
        let waiting = try Counter(carrier: RecordingCarrier(.pending(approval)))
        let key = try await waiting.agent().key
        _ = try await waiting.administration.createSecret(Self.secret, by: Counter.olga)
        _ = try await waiting.administration.createGrant(NewGrant(to: .agent("bot"), of: "prod"), by: Counter.olga)
        let body = #"{"method":"GET","url":"https://api.anthropic.com/v1/models","provider_id":"prod"}"#
        let answer = await waiting.send(.post, "/sdk/proxy", body, by: key)
        #expect(answer.status == 202)
        #expect(answer.member("approval_id") == id)
        #expect(answer.member("approval_group_id") == id)
        #expect(answer.member("status") == "pending")
        #expect(answer.member("expires_in") == "60")
        #expect(answer.member("approval_url") == gate.url)
        #expect(answer.member("gates")?.contains(#""approval_url":"http://portal.test/approvals/1""#) == true)
    }

    @Test("a placeholder stands for a grant towards one host, for a while")
    func tokens() async throws {
        let id = try await grant()
        let answer = await token()
        #expect(answer.status == 200)
        #expect(answer.member("access_token") == "alter-ph-0")
        #expect(answer.member("grant_id") == id)
        #expect(answer.member("provider_id") == "prod")
        #expect(answer.member("expires_in") == "300")
        #expect(answer.member("injection_header")?.lowercased() == "x-api-key")
        #expect(answer.member("injection_format") == "{token}")
        #expect(!answer.text.contains("sk-very"))
        let elsewhere = await counter.send(
            .post,
            "/sdk/token",
            #"{"provider_id":"prod","request":{"method":"GET","url":"https://evil.test/"}}"#,
            by: bot.key
        )
        #expect(elsewhere.status == 422)
    }

    @Test("what a person has to approve has no placeholder")
    func approvals() async throws {
        _ = try await grant(terms: #"{"requires_approval":true}"#)
        let answer = await token()
        #expect(answer.status == 400)
        #expect(answer.code == "hitl_grant_requires_proxy")
    }

    @Test(
        "a request rule takes away",
        arguments: [
            (#"{"rule_type":"json_match","rule_body":{"when":{"method":"POST"},"effect":"deny"}}"#, 403, 403),
            (#"{"rule_type":"json_match","rule_body":{"when":{"method":"GET"},"effect":"deny"}}"#, 200, 403),
            (#"{"rule_type":"cel","rule_body":{}}"#, 400, 400), (#"{"rule_type":"json_match"}"#, 400, 400),
            (#"{"rule_type":"json_match","rule_body":[]}"#, 400, 400), ("[]", 400, 400), ("", 200, 200),
            (
                #"{"rule_type":"content_match","rule_body":{"match":{"families":["send"]},"effect":"redact","redact":{"fields":["a"]}}}"#,
                200, 403
            ),
        ]
    )
    func rules(rule: String, proxied: Int, released: Int) async throws {
        _ = try await grant()
        let encoded = String(decoding: Base64.encode(Array(rule.utf8)), as: UTF8.self)
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        let fields = [("x-alter-request-rule", encoded)]
        #expect(await proxy(more: #","body":{"a":1,"b":2}"#, fields: fields).status == proxied)
        if rule.contains("redact") {
            #expect(carrier.calls.last?.body.map { String(decoding: $0, as: UTF8.self) } == #"{"b":2}"#)
        }
        let body = #"{"provider_id":"prod","request":{"method":"POST","url":"https://api.anthropic.com/"}}"#
        #expect(await counter.send(.post, "/sdk/token", body, by: bot.key, fields: fields).status == released)
    }
}
