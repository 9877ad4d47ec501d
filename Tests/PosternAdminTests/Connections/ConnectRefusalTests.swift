import PosternAdmin
import PosternCore
import PosternStore
import Testing

@Suite struct ConnectRefusalTests {
    @Test(
        "an application cannot send a browser just anywhere",
        arguments: [
            ("http://app.test/", nil), ("javascript:alert(1)", nil), ("//evil.test/", nil), ("/done", nil),
            ("https://evil.test@app.test/", nil), ("https://app.test\\@evil.test/", nil), ("https:///x", nil),
            ("https://app.test/#x", nil), ("https://app.test/\u{e9}", nil), ("https://app.test/a b", nil),
            ("https://app.test:0/", nil), ("https://app.test:/", nil), ("http://localhost.evil.test/", nil),
            ("http://127.0.0.1.evil.test/", nil), ("https://app.test.evil.test/", "https://app.test"),
            ("http://localhost:8000/", "http://localhost:8001"), ("https://app.test/", "http://localhost"),
            ("https://app.test/", "https://app.test/"), ("https://app.test/", "https://app.test?"),
            ("https://app.test/", "*"), ("https://app.test/", "app.test"), ("", nil),
        ] as [(String, String?)]
    )
    func justAnywhere(url: String, origin: String?) async throws {
        let desk = try await Desk()
        await refused("invalid_request") {
            _ = try await desk.begin { new in
                new.returnURL = url
                new.allowedOrigin = origin
            }
        }
    }

    @Test(
        "an application may send it to itself",
        arguments: [
            ("https://app.test/done?x=%2F", "https://app.test"), ("https://APP.test:443", "https://app.test"),
            ("http://localhost:8000/", nil), ("http://[::1]:8000/x", "http://[::1]:8000"),
        ] as [(String, String?)]
    )
    func toItself(url: String, origin: String?) async throws {
        let desk = try await Desk()
        _ = try await desk.begin { new in
            new.returnURL = url
            new.allowedOrigin = origin
        }
    }

    @Test("a session cannot be begun for what could not be granted") func begunFor() async throws {
        let desk = try await Desk()
        let admin = desk.admin
        let rows: [(String, (inout NewConnectSession) -> Void)] = [
            ("agent_not_found", { $0.agent = "nobody" }),
            ("agent_not_found", { $0.agent = "12345678-1234-4234-8234-123456789abc" }),
            ("user_not_found", { $0.userID = "12345678-1234-4234-8234-123456789abc" }),
            ("provider_not_found", { $0.providers = ["hub", "nowhere"] }),
            ("connect_config_error", { $0.providers = ["declared"] }),
            ("invalid_request", { $0.providers = [] }),
            ("scope_not_allowed", { $0.scopes = ["hub": ["admin"]] }),
            ("invalid_request", { $0.scopes = ["hub": ["read write"]] }),
            ("invalid_request", { $0.scopes = ["hub": [""]] }),
            ("invalid_request", { $0.scopes = ["mail": ["read"]] }),
            ("invalid_request", { $0.terms = #"{"hosts":["api.evil.test"]}"# }),
            ("invalid_request", { $0.terms = "[]" }),
            ("invalid_request", { $0.expiry = .at(1) }),
            ("invalid_request", { $0.label = "a\nb" }),
        ]
        for (code, change) in rows {
            await refused(code) { _ = try await desk.begin(["hub"], change) }
        }
        _ = try await admin.pauseAgent("bot", by: Office.olga)
        await refused("agent_not_found") { _ = try await desk.begin() }
        var change = UserChange()
        change.isSuspended = .set(true)
        _ = try await admin.updateUser("ann", change, by: Office.olga)
        await refused("user_suspended") { _ = try await desk.begin(agent: nil) }
    }

    @Test("names of providers are taken in any letters") func anyLetters() async throws {
        let desk = try await Desk()
        #expect(try await desk.begin(["HUB", "hub"]).providers == ["hub"])
    }

    @Test("an answer is good once, in time, for the browser that asked") func goodOnce() async throws {
        let desk = try await Desk()
        let session = try await desk.begin()
        func url() async throws -> String {
            try await desk.desk.approve(page: desk.page(session), provider: "hub", browser: desk.browser)
        }
        func expectRefused(
            _ answer: ConnectCallback,
            _ browser: Secret?,
            at location: SourceLocation = #_sourceLocation
        ) async {
            guard case .refused = await desk.desk.callback(answer, browser: browser) else {
                Issue.record("taken", sourceLocation: location)
                return
            }
        }
        var answer = desk.gateway.consent(to: try await url(), as: "ann@hub.test")
        let good = answer.state
        answer.state = nil
        await expectRefused(answer, desk.browser)
        answer.state = ""
        await expectRefused(answer, desk.browser)
        answer.state = "another"
        await expectRefused(answer, desk.browser)
        answer.state = good
        await expectRefused(answer, nil)
        await expectRefused(answer, Secret("cookie-of-eve".utf8))
        // Whoever else knows it has used it up.
        await expectRefused(answer, desk.browser)

        let former = desk.gateway.consent(to: try await url(), as: "ann@hub.test")
        answer = desk.gateway.consent(to: try await url(), as: "ann@hub.test")
        await expectRefused(former, desk.browser)
        desk.office.time.pass(.seconds(601))
        await expectRefused(answer, desk.browser)
        #expect(desk.gateway.calls.isEmpty)

        answer = desk.gateway.consent(to: try await url(), as: "ann@hub.test")
        #expect(await desk.desk.callback(answer, browser: desk.browser).isCompleted())
        await expectRefused(answer, desk.browser)
        #expect(desk.gateway.count("exchange") == 1)
    }

    @Test("what does not work leaves nothing behind, and tells the application why", arguments: failures)
    func doesNotWork(_ failure: Failure) async throws {
        let desk = try await Desk()
        let session = try await desk.begin { $0.returnURL = "https://app.test/" }
        let url = try await desk.desk.approve(page: desk.page(session), provider: "hub", browser: desk.browser)
        var answer = desk.gateway.consent(to: url, as: "ann@hub.test")
        try await failure.happens(desk, &answer)
        let outcome = await desk.desk.callback(answer, browser: desk.browser)
        guard case .failed(let message, returnURL: "https://app.test/") = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(try await desk.progress(session).state == .failed(code: failure.code, message: message))
        #expect(try await desk.admin.connections(includingRevoked: true).isEmpty)
        #expect(try await desk.admin.grants().total == 0)
        #expect(try desk.office.store.read { try $0.secrets(includingRevoked: true).isEmpty })
        #expect(desk.gateway.count("exchange") == (failure.isBefore ? 0 : 1))
        try desk.expectNothingLeaked()
    }

    struct Failure: CustomTestStringConvertible, Sendable {
        let code: String
        var isBefore = false
        let happens: @Sendable (Desk, inout ConnectCallback) async throws -> Void
        var testDescription: String { code }
    }

    static let failures = [
        Failure(code: "issuer_mismatch", isBefore: true) { $1.issuer = "https://mail.test" },
        Failure(code: "issuer_mismatch", isBefore: true) { $1.issuer = nil },
        Failure(code: "provider_error", isBefore: true) { $1.error = "server_error" },
        Failure(code: "provider_error", isBefore: true) { $1.code = nil },
        Failure(code: "token_exchange_failed") { $1.code = Secret("stolen".utf8) },
        Failure(code: "invalid_client") { desk, _ in desk.gateway.fail("exchange", .refused(code: "invalid_client")) },
        Failure(code: "connect_config_error") { desk, _ in
            desk.gateway.fail("exchange", .misconfigured(reason: "no file"))
        },
        Failure(code: "account_unknown") { desk, _ in desk.gateway.fail("account", .unreachable(reason: "down")) },
        Failure(code: "agent_not_found") { desk, _ in _ = try await desk.admin.pauseAgent("bot", by: Office.olga) },
        Failure(code: "user_suspended") { desk, _ in
            var change = UserChange()
            change.isSuspended = .set(true)
            _ = try await desk.admin.updateUser("ann", change, by: Office.olga)
        },
    ]

    @Test("what cannot be recorded is not kept, and the provider is told") func cannotBeRecorded() async throws {
        let desk = try await Desk()
        let session = try await desk.begin()
        let url = try await desk.desk.approve(page: desk.page(session), provider: "hub", browser: desk.browser)
        let answer = desk.gateway.consent(to: url, as: "ann@hub.test")
        let sink = desk.office.sink
        desk.gateway.observe { sink.refuses = true }
        let outcome = await desk.desk.callback(answer, browser: desk.browser)
        guard case .refused = outcome else {
            Issue.record("\(outcome)")
            return
        }
        sink.refuses = false
        #expect(try await desk.admin.connections(includingRevoked: true).isEmpty)
        #expect(try await desk.admin.grants().total == 0)
        await until { desk.gateway.count("revoke hub refresh-token-") == 1 }
        // The user can try again.
        desk.gateway.observe(nil)
        #expect(try await desk.connect(session).isCompleted())
    }
}
