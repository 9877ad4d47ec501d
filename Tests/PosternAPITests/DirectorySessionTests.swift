import Foundation
import PosternControl
import Testing

@Suite("The directory by the control interface", .serialized)
struct DirectorySessionTests {
    @Test("An agent's key is answered once, and never again")
    func keyOnce() async throws {
        try await ControlFixture.with { fixture in
            let made = try await fixture.call(
                .post,
                "/v1/agents",
                body: AgentCreateRequest(name: "worker"),
                as: AgentAnswer.self
            )
            let key = try #require(made.key?.key)
            #expect(key.hasPrefix("alter_key_agent_"))
            let paths: [ControlPath] = [
                "/v1/agents", "/v1/agents/worker", "/v1/agents/\(made.id)", "/v1/agents/worker/keys",
            ]
            for path in paths {
                #expect(!(try await fixture.call(.get, path, as: RawJSON.self)).json.contains(key))
            }
            #expect(!fixture.sink.lines.joined().contains(key))
        }
    }

    @Test("An agent lives through pause and resume, and ends by revoke")
    func agentLife() async throws {
        try await ControlFixture.with { fixture in
            _ = try await fixture.call(
                .post,
                "/v1/agents",
                body: AgentCreateRequest(name: "worker"),
                as: AgentAnswer.self
            )
            for (verb, status) in [("pause", "paused"), ("resume", "active"), ("revoke", "revoked")] {
                let agent = try await fixture.call(.post, "/v1/agents/worker/\(verb)", as: AgentAnswer.self)
                #expect(agent.status == status)
            }
            #expect(try await fixture.refusal(.post, "/v1/agents/worker/resume").status == 409)
            let list = try await fixture.call(.get, "/v1/agents", as: ListAnswer<AgentAnswer>.self)
            #expect(list.total == 0)
            let all = try await fixture.call(
                .get,
                "/v1/agents?include_revoked=true&limit=1",
                as: ListAnswer<AgentAnswer>.self
            )
            #expect(all.total == 1)
            #expect(all.limit == 1)
        }
    }

    @Test("A change leaves what it does not name, and null empties")
    func patch() async throws {
        try await ControlFixture.with { fixture in
            var new = AgentCreateRequest(name: "worker")
            new.displayName = "Worker"
            new.requestsPerMinute = 60
            new.metadata = .object(["team": .text("a")])
            new.scopes = ["openai": ["chat"]]
            let made = try await fixture.call(.post, "/v1/agents", body: new, as: AgentAnswer.self)
            #expect(made.scopes == ["openai": ["chat"]])
            var change = AgentUpdateRequest()
            change.requestsPerMinute = .cleared
            change.concurrentRequests = .set(3)
            let changed = try await fixture.call(.patch, "/v1/agents/worker", body: change, as: AgentAnswer.self)
            #expect(changed.displayName == "Worker")
            #expect(changed.requestsPerMinute == nil)
            #expect(changed.concurrentRequests == 3)
            #expect(changed.metadata == .object(["team": .text("a")]))
            #expect(changed.version == made.version + 1)
        }
    }

    @Test("Keys are minted, deprecated and revoked, the last one by force")
    func keys() async throws {
        try await ControlFixture.with { fixture in
            var agent = AgentCreateRequest(name: "worker")
            agent.mintsKey = false
            _ = try await fixture.call(.post, "/v1/agents", body: agent, as: AgentAnswer.self)
            var mint = KeyMintRequest()
            mint.lifetimeSeconds = 3600
            for path: ControlPath in ["/v1/agents/worker/keys", "/v1/app/keys"] {
                let key = try await fixture.call(.post, path, body: mint, as: KeyAnswer.self)
                #expect(key.key?.hasPrefix("alter_key_") == true)
                #expect(key.expiresAt != nil)
                let one = ControlPath(stringLiteral: path.text + "/" + key.id)
                func ask(_ verb: String, _ body: KeyRevokeRequest? = nil) async throws -> KeyAnswer {
                    try await fixture.call(.post, ControlPath(stringLiteral: one.text + "/" + verb), body: body)
                }
                #expect(try await ask("deprecate").status == "deprecated")
                #expect(try await ask("undeprecate").status == "active")
                let revoke = ControlPath(stringLiteral: one.text + "/revoke")
                #expect(try await fixture.refusal(.post, revoke).code == "last_active_key")
                #expect(try await ask("revoke", KeyRevokeRequest(force: true)).status == "revoked")
            }
        }
    }

    @Test("A secret goes in and never comes out")
    func secrets() async throws {
        try await ControlFixture.with { fixture in
            let planted = ControlFixture.plantedSecret
            let new = SecretCreateRequest(name: "openai-main", provider: "openai", values: ["secret": planted])
            var answers = [try await fixture.call(.post, "/v1/secrets", body: new, as: RawJSON.self).json]
            var rotation = SecretRotateRequest(values: ["secret": planted + "-2"])
            rotation.overlapSeconds = 600
            let rotated = try await fixture.call(
                .post,
                "/v1/secrets/openai-main/rotate",
                body: rotation,
                as: SecretAnswer.self
            )
            #expect(rotated.versions?.count == 2)
            #expect(rotated.versions?.last?.forgetAt != nil)
            for (method, path) in [
                (.get, "/v1/secrets"), (.get, "/v1/secrets/openai-main"), (.post, "/v1/secrets/openai-main/rollback"),
                (.post, "/v1/secrets/openai-main/revoke"), (.get, "/v1/secrets?include_revoked=true"),
            ] as [(ControlClient.Method, ControlPath)] {
                answers.append(try await fixture.call(method, path, as: RawJSON.self).json)
            }
            // Refused in the middle of reading, and by what it says.
            let wrong = ["name": "x y", "provider": "openai", "value": planted, "values": planted, "more": planted]
            answers.append(try await fixture.refusal(.post, "/v1/secrets", body: wrong).message)
            let unfit = SecretCreateRequest(name: "other", provider: "openai", values: [planted: planted])
            answers.append(try await fixture.refusal(.post, "/v1/secrets", body: unfit).code)
            #expect(!answers.joined().contains(planted))
            #expect(!fixture.sink.lines.joined().contains(planted))
        }
    }

    @Test("A grant is made with terms, found by its principal, and revoked with what is below it")
    func grants() async throws {
        try await ControlFixture.with { fixture in
            _ = try await fixture.call(
                .post,
                "/v1/agents",
                body: AgentCreateRequest(name: "worker"),
                as: AgentAnswer.self
            )
            let secret = SecretCreateRequest(
                name: "openai-main",
                provider: "openai",
                values: ["secret": ControlFixture.plantedSecret]
            )
            _ = try await fixture.call(.post, "/v1/secrets", body: secret, as: SecretAnswer.self)
            var new = GrantCreateRequest(secret: "openai-main")
            new.agent = "worker"
            new.delegable = true
            new.maxUses = 10
            new.terms = .object(["methods": .array([.text("POST")])])
            let parent = try await fixture.call(.post, "/v1/grants", body: new, as: GrantAnswer.self)
            #expect(parent.principal.name == "worker")
            #expect(parent.uses == 0)
            #expect(parent.terms == new.terms)
            new.parent = parent.id
            new.lifetimeSeconds = 60
            let child = try await fixture.call(.post, "/v1/grants", body: new, as: GrantAnswer.self)
            #expect(child.parent == parent.id)
            for path: ControlPath in [
                "/v1/grants?agent=worker", "/v1/grants?principal=agent%3Aworker&secret=openai-main",
            ] {
                #expect(try await fixture.call(.get, path, as: ListAnswer<GrantAnswer>.self).total == 2)
            }
            #expect(try await fixture.refusal(.get, "/v1/grants?principal=worker").status == 400)
            let end = try await fixture.call(.post, "/v1/grants/\(parent.id)/revoke", as: GrantRevocationAnswer.self)
            #expect(Set(end.revoked) == [parent.id, child.id])
            #expect(try await fixture.call(.get, "/v1/grants/\(child.id)", as: GrantAnswer.self).status == "revoked")
        }
    }

    @Test("Provisioning makes all or nothing")
    func provision() async throws {
        try await ControlFixture.with { fixture in
            let agents = [AgentCreateRequest(name: "one"), AgentCreateRequest(name: "two")]
            var grant = GrantCreateRequest(secret: "absent")
            grant.agent = "one"
            let wrong = ProvisionRequest(agents: agents, grants: [grant])
            #expect(try await fixture.refusal(.post, "/v1/provision", body: wrong).status == 404)
            #expect(try await fixture.call(.get, "/v1/agents", as: ListAnswer<AgentAnswer>.self).total == 0)
            let right = ProvisionRequest(agents: agents)
            let made = try await fixture.call(.post, "/v1/provision", body: right, as: ProvisionAnswer.self)
            #expect(made.agents.map(\.name) == ["one", "two"])
            #expect(made.agents.allSatisfy { $0.key?.key != nil })
        }
    }

    @Test("Users and providers are kept")
    func others() async throws {
        try await ControlFixture.with { fixture in
            var user = UserCreateRequest(subject: "auth0|7/8")
            user.groups = ["staff"]
            _ = try await fixture.call(.post, "/v1/users", body: user, as: UserAnswer.self)
            var change = UserUpdateRequest()
            change.suspended = true
            let changed = try await fixture.call(.patch, "/v1/users/\("auth0|7/8")", body: change, as: UserAnswer.self)
            #expect(changed.suspended)
            #expect(changed.groups == ["staff"])
            let removed = try await fixture.call(.delete, "/v1/users/\("auth0|7/8")", as: RemovalAnswer.self)
            #expect(removed.removed == ["auth0|7/8"])

            let definition = RawJSON.object([
                "hosts": .array([.text("api.corp.test")]),
                "inject": .array([.object(["header": .text("Authorization"), "value": .text("Bearer {secret}")])]),
            ])
            let defined = try await fixture.refusal(.put, "/v1/providers/corp", body: definition)
            if defined.status == 200 {
                let list = try await fixture.call(
                    .get,
                    "/v1/providers?catalogue=true",
                    as: ListAnswer<ProviderAnswer>.self
                )
                #expect(list.items.map(\.name) == ["configured", "corp", "openai"])
                _ = try await fixture.call(.delete, "/v1/providers/corp", as: RemovalAnswer.self)
            } else {
                Issue.record("\(defined)")
            }
            #expect(try await fixture.call(.get, "/v1/providers/openai", as: ProviderAnswer.self).source == "other")
            #expect(try await fixture.refusal(.get, "/v1/providers/corp").code == "provider_not_found")
        }
    }

    @Test("What the audit log does not take is not done")
    func auditFirst() async throws {
        try await ControlFixture.with { fixture in
            fixture.sink.refuseRecords()
            let refused = try await fixture.refusal(.post, "/v1/agents", body: AgentCreateRequest(name: "worker"))
            #expect(refused.status == 503)
            #expect(refused.code == "audit_unavailable")
            #expect(try await fixture.call(.get, "/v1/agents", as: ListAnswer<AgentAnswer>.self).total == 0)
        }
    }

    @Test("Every act is recorded with the user id of whoever asked")
    func recorded() async throws {
        try await ControlFixture.with { fixture in
            _ = try await fixture.call(
                .post,
                "/v1/agents",
                body: AgentCreateRequest(name: "worker"),
                as: AgentAnswer.self
            )
            let line = try #require(fixture.sink.lines.first { $0.contains("\"agent_create\"") })
            #expect(line.contains("\"user.id\":\(getuid())"))
        }
    }
}
