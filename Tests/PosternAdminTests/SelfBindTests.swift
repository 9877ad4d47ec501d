import PosternAdmin
import PosternCore
import Testing

@Suite struct SelfBindTests {
    let office: Office
    let admin: Administration
    let olga = Office.olga

    init() async throws {
        office = try Office()
        admin = office.administration
        try await office.agent("bot")
    }

    @Test(
        "an agent binds to itself only what is open to it",
        arguments: [
            (false, nil, false), (false, ["bot"], false), (true, nil, true), (true, ["bot"], true),
            (true, ["eve", "bot"], true), (true, ["eve"], false), (true, [], false),
        ] as [(Bool, [String]?, Bool)]
    )
    func open(allowsSelfBind: Bool, binders: [String]?, isOpen: Bool) async throws {
        var new = NewSecret(name: "prod", provider: "anthropic", values: ["secret": secret()])
        new.allowsSelfBind = allowsSelfBind
        new.selfBinders = binders
        #expect(try await admin.createSecret(new, by: olga).mayBeBound(byAgent: "bot") == isOpen)
        #expect(await code { try await bind() } == (isOpen ? "accepted" : "self_bind_not_allowed"))
        // The operator needs no opening.
        try await office.grant(of: "prod")
    }

    @Test("nobody but an agent binds to itself") func onlyAgents() async throws {
        try await openSecret()
        _ = try await admin.createUser(NewUser(subject: "ana"), by: olga)
        for principal in [PrincipalReference.system, .group("ops"), .user("ana")] {
            await refused("self_bind_not_allowed") { try await bind(to: principal) }
        }
    }

    @Test("what was opened can be closed, and names are checked") func closed() async throws {
        try await openSecret()
        var change = SecretChange()
        change.selfBinders = .set(["eve", "eve"])
        #expect(try await admin.updateSecret("prod", change, by: olga).selfBinders == ["eve"])
        await refused("self_bind_not_allowed") { try await bind() }
        change.selfBinders = .set(["no name"])
        let refusedChange = change
        await refused("invalid_request") { _ = try await admin.updateSecret("prod", refusedChange, by: olga) }
        change.selfBinders = .set(nil)
        _ = try await admin.updateSecret("prod", change, by: olga)
        try await bind()
    }

    @Test("what was opened to a name is closed when its agent is revoked") func revoked() async throws {
        try await openSecret(to: ["bot", "eve"])
        try await office.secret("other")
        _ = try await admin.revokeAgent("bot", by: olga)
        #expect(try await admin.secret("prod").secret.selfBinders == ["eve"])
        #expect(try await admin.secret("other").secret.selfBinders == nil)
        try await office.agent("bot")
        await refused("self_bind_not_allowed") { try await bind() }
        try await office.agent("eve")
        _ = try await admin.revokeAgent("eve", by: olga)
        // It is open to nobody, and not to everybody.
        #expect(try await admin.secret("prod").secret.selfBinders == [])
        await refused("self_bind_not_allowed") { try await bind() }
    }

    @Test("an agent does not fill the store with its grants") func most() async throws {
        try await openSecret()
        for _ in 0..<64 { try await bind() }
        await refused("too_many_grants") { try await bind() }
    }

    private func openSecret(to binders: [String]? = nil) async throws {
        var new = NewSecret(name: "prod", provider: "anthropic", values: ["secret": secret()])
        new.allowsSelfBind = true
        new.selfBinders = binders
        _ = try await admin.createSecret(new, by: olga)
    }

    private func bind(to principal: PrincipalReference = .agent("bot")) async throws {
        var new = NewGrant(to: principal, of: "prod")
        new.isSelfBound = true
        _ = try await admin.createGrant(new, by: olga)
    }
}
