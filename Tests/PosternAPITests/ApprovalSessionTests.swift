import PosternAdmin
import PosternControl
import PosternCore
import Testing

@Suite("Approvals and the portal by the control interface", .serialized)
struct ApprovalSessionTests {
    @Test("A request that waits is shown in words, and approved")
    func approve() async throws {
        try await ControlFixture.with { fixture in
            let id = try await fixture.approval()
            let list = try await fixture.call(.get, "/v1/approvals", as: ListAnswer<ApprovalEntry>.self)
            #expect(list.items.map(\.id) == [id])
            #expect(list.items.first?.gate == list.items.first?.gates.first?.id)
            #expect(list.items.first?.request?.sentence.hasPrefix("Agent worker posts to (POST) /v1/charges") == true)
            let decided = try await fixture.call(
                .post,
                "/v1/approvals/\(id)/approve",
                body: ApprovalApproveRequest(),
                as: ApprovalEntry.self
            )
            #expect(decided.status == "approved")
            #expect(try await fixture.call(.get, "/v1/approvals", as: ListAnswer<ApprovalEntry>.self).total == 0)
            let path = ControlPath(stringLiteral: "/v1/approvals").with("status", "all")
            #expect(try await fixture.call(.get, path, as: ListAnswer<ApprovalEntry>.self).total == 1)
            let again = try await fixture.refusal(.post, "/v1/approvals/\(id)/approve")
            #expect(again.status == 409)
            #expect(again.code == "approval_decided")
        }
    }

    @Test("Whoever has the socket decides for others by their names, which is recorded")
    func byName() async throws {
        try await ControlFixture.with { fixture in
            let id = try await fixture.approval(under: [ApprovalTerms(approvers: ["ada"])])
            #expect(try await fixture.refusal(.post, "/v1/approvals/\(id)/approve").code == "approval_not_yours")
            var request = ApprovalDenyRequest()
            request.approver = "ada"
            request.reason = "no"
            let path: ControlPath = "/v1/approvals/\(id)/deny"
            let denied = try await fixture.call(.post, path, body: request, as: ApprovalEntry.self)
            #expect(denied.status == "denied")
            #expect(denied.decisionReason == "no")
            #expect(denied.gates.first?.decidedBy == "ada")
            let record = try #require(fixture.sink.lines.last { $0.contains("approval_deny") })
            #expect(record.contains("as ada"))
            #expect(record.contains("\"user.id\""))
        }
    }

    @Test(
        "What is no approval is not found, and what is no state refused",
        arguments: [
            (ControlPath("/v1/approvals/x"), 404), ("/v1/approvals/7f0c7a55-94a5-4c7e-8a55-0f4a5b1f3f10", 404),
            (ControlPath(stringLiteral: "/v1/approvals").with("status", "x"), 400),
        ]
    )
    func refused(_ path: ControlPath, _ status: Int) async throws {
        try await ControlFixture.with { fixture in
            let refusal = try await fixture.refusal(.get, path)
            #expect(refusal.status == status)
        }
    }

    @Test("What is long is not approved by the way")
    func partial() async throws {
        try await ControlFixture.with { fixture in
            let id = try await fixture.approval(of: String(repeating: "long", count: 10_000))
            #expect(try await fixture.refusal(.post, "/v1/approvals/\(id)/approve").code == "approval_partly_shown")
            var request = ApprovalApproveRequest()
            request.unseen = true
            let path: ControlPath = "/v1/approvals/\(id)/approve"
            #expect(try await fixture.call(.post, path, body: request, as: ApprovalEntry.self).status == "approved")
        }
    }

    @Test("An address lets somebody into the portal once", arguments: [nil, "ada"])
    func login(_ approver: String?) async throws {
        try await ControlFixture.with { fixture in
            var request = PortalLoginRequest()
            request.approver = approver
            let login = try await fixture.call(.post, "/v1/portal/login", body: request, as: PortalLoginAnswer.self)
            let beginning = "http://127.0.0.1:3129/login?code="
            #expect(login.url.hasPrefix(beginning))
            let code = String(login.url.dropFirst(beginning.count))
            #expect(fixture.sessions.redeem(code)?.session.approver == approver)
            #expect(fixture.sessions.redeem(code) == nil)
            #expect(!fixture.sink.lines.joined().contains(code))
            #expect(fixture.sink.lines.contains { $0.contains("portal_login") })
        }
    }

    @Test("Without connected accounts there are none")
    func noConnections() async throws {
        try await ControlFixture.with { fixture in
            let list = try await fixture.call(.get, "/v1/connections", as: ListAnswer<ConnectionAnswer>.self)
            #expect(list.total == 0)
            for path in ["/v1/connections/x", "/v1/connections/7f0c7a55-94a5-4c7e-8a55-0f4a5b1f3f10"] {
                let refusal = try await fixture.refusal(.get, ControlPath(stringLiteral: path))
                #expect(refusal.status == 404)
            }
        }
    }

    @Test("A key is minted for some things, and says so")
    func scopes() async throws {
        try await ControlFixture.with { fixture in
            var request = KeyMintRequest()
            request.scopes = ["grants:read"]
            request.networks = ["10.0.0.0/8"]
            let key = try await fixture.call(.post, "/v1/app/keys", body: request, as: KeyAnswer.self)
            #expect(key.scopes == ["grants:read"])
            #expect(key.networks == ["10.0.0.0/8"])
            request.scopes = ["everything"]
            #expect(try await fixture.refusal(.post, "/v1/app/keys", body: request).status == 400)
        }
    }
}
