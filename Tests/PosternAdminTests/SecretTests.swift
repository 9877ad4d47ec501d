import PosternAdmin
import PosternCore
import Testing

@Suite struct SecretTests {
    let office: Office
    let admin: Administration
    let olga = Office.olga

    init() throws {
        office = try Office()
        admin = office.administration
    }

    private func rotate(_ value: String, overlap: Duration = .zero) async throws -> StoredSecret {
        try await admin.rotateSecret("prod", values: ["secret": secret(value)], overlap: overlap, by: olga)
    }

    /// The numbers of the versions that are kept, the one in use with an asterisk.
    private func versions() async throws -> [String] {
        try await admin.secret("prod").versions.map { "\($0.number)" + ($0.retiredAt == nil ? "*" : "") }
    }

    private func current() async throws -> String? {
        try await admin.secret("prod").versions.first { $0.retiredAt == nil }?.values["secret"].map(text)
    }

    @Test("a secret is stored for the hosts of its provider") func secretStored() async throws {
        let stored = try await office.secret()
        #expect(stored.hosts == ["api.anthropic.com"])
        #expect(stored.provider == "anthropic")
        #expect(try await admin.secret(stored.id).secret == stored)
        #expect(try await current() == Office.value)
        #expect(try await versions() == ["1*"])
        #expect(office.effects.last.secrets == [stored.id])
        #expect(
            try await office.secret("own", provider: "declared").hosts == [
                "api.declared.test", "up.declared.test:8443",
            ]
        )
    }

    @Test("a provider of the store is found") func providerStore() async throws {
        let definition = #"{"hosts":["api.own.test"],"inject":[{"header":"X-Key","value":"{secret}"}]}"#
        _ = try await admin.defineProvider("own", definition: definition, by: olga)
        #expect(try await office.secret(provider: "own").hosts == ["api.own.test"])
    }

    @Test("a provider that is unknown, or says too little, is refused") func providerUnknown() async throws {
        await refused("provider_not_found") { try await office.secret(provider: "antropic") }
        let tenant = await message { try await office.secret(provider: "okta") }
        #expect(tenant.hasPrefix("provider: "))
        #expect(try await admin.secrets(includingRevoked: true).isEmpty)
    }

    @Test(
        "values that do not fit are refused without being shown",
        arguments: [
            [:], ["secret": ""], ["secret": "pass123"], ["secret": "two\nlines-of-text"], ["token": Office.value],
            ["secret": Office.value, "more": Office.value], ["secret": "bad\u{7f}character"],
        ]
    )
    func valuesDo(values: [String: String]) async throws {
        let refusal = await message { try await office.secret(values: values) }
        #expect(refusal.hasPrefix("values: "))
        for value in values.values where !value.isEmpty { #expect(!refusal.contains(value)) }
        try await office.secret()
        let rotation = await message {
            _ = try await admin.rotateSecret("prod", values: values.mapValues { secret($0) }, by: olga)
        }
        #expect(rotation.hasPrefix("values: "))
        #expect(try await versions() == ["1*"])
    }

    @Test("names of secrets that are not revoked are unique") func namesSecrets() async throws {
        let first = try await office.secret()
        await refused("secret_name_exists") { try await office.secret() }
        _ = try await admin.revokeSecret("prod", by: olga)
        #expect(try await office.secret().id != first.id)
        for name in ["", "Prod", "a b", String(repeating: "a", count: 65)] {
            await refused("invalid_request") { try await office.secret(name) }
        }
    }

    @Test("rotating puts a new version in use and forgets the old one at once") func rotatingPuts() async throws {
        let stored = try await office.secret()
        office.time.pass(.seconds(1))
        let rotated = try await rotate("sk-second-0123456789")
        #expect(rotated.id == stored.id)
        #expect(rotated.version == 2)
        #expect(try await versions() == ["2*"])
        #expect(try await current() == "sk-second-0123456789")
        #expect(office.effects.last.secrets == [stored.id])
        await refused("unchanged") { _ = try await rotate("sk-second-0123456789") }
        await refused("nothing_to_roll_back") { _ = try await admin.rollbackSecret("prod", by: olga) }
    }

    @Test("the old values are kept for the overlap, and can be taken back") func oldValues() async throws {
        try await office.secret()
        _ = try await rotate("sk-second-0123456789", overlap: .seconds(60))
        #expect(try await versions() == ["2*", "1"])
        _ = try await admin.rollbackSecret("prod", by: olga)
        #expect(try await versions() == ["2", "1*"])
        #expect(try await current() == Office.value)
        _ = try await admin.rollbackSecret("prod", by: olga)
        #expect(try await versions() == ["2*", "1"])

        office.time.pass(.seconds(59))
        #expect(try await admin.forgetDueVersions().isEmpty)
        office.time.pass(.seconds(1))
        await refused("nothing_to_roll_back") { _ = try await admin.rollbackSecret("prod", by: olga) }
        office.sink.forget()
        #expect(try await admin.forgetDueVersions().count == 1)
        #expect(try await versions() == ["2*"])
        #expect(has(office.sink.last, ["event.action": "secret_forget", "postern.secret": "prod"]))
        #expect(try await admin.forgetDueVersions().isEmpty)
        #expect(office.sink.lines.count == 1)
    }

    @Test("an overlap beyond reason is refused", arguments: [-1, 31 * 86_400 + 1, .max] as [Int64])
    func overlapBeyond(seconds: Int64) async throws {
        try await office.secret()
        await refused("invalid_request") { _ = try await rotate("sk-second-0123456789", overlap: .seconds(seconds)) }
        #expect(try await current() == Office.value)
    }

    @Test("rotating takes the hosts from the provider anew") func rotatingTakes() async throws {
        func define(_ host: String) async throws {
            let definition = #"{"hosts":["\#(host)"],"inject":[{"header":"X-Key","value":"{secret}"}]}"#
            _ = try await admin.defineProvider("own", definition: definition, by: olga)
        }
        try await define("api.own.test")
        try await office.secret(provider: "own")
        try await define("eu.own.test")
        #expect(try await admin.secret("prod").secret.hosts == ["api.own.test"])
        #expect(try await rotate("sk-second-0123456789", overlap: .seconds(9)).hosts == ["eu.own.test"])
        #expect(try await versions() == ["2*", "1"])
    }

    @Test("what is not secret can be changed if it fits") func secretCan() async throws {
        let definition = """
            {"hosts":["api.own.test"],"inject":[{"header":"X-Key","value":"{secret}"},{"header":"X-App","value":"{app}"}]}
            """
        _ = try await admin.defineProvider("own", definition: definition, by: olga)
        await refused("invalid_request") { try await office.secret(provider: "own") }
        try await office.secret(provider: "own", inputs: ["app": "a\"\\1"])
        #expect(try await rotate("sk-second-0123456789").inputs == #"{"app":"a\"\\1"}"#)
        var change = SecretChange()
        change.inputs = .set(["app": "2"])
        change.allowsSelfBind = .set(true)
        let changed = try await admin.updateSecret("prod", change, by: olga)
        #expect(changed.inputs == #"{"app":"2"}"#)
        #expect(changed.allowsSelfBind)
        #expect(changed.version == 3)
        change.inputs = .set(["ap": "2"])
        await refused("invalid_request") { [change] in _ = try await admin.updateSecret("prod", change, by: olga) }
        let rotated = try await admin.rotateSecret("prod", values: ["secret": secret()], inputs: ["app": "3"], by: olga)
        #expect(rotated.inputs == #"{"app":"3"}"#)
    }

    @Test("revoking a secret forgets its values and ends its grants") func revokingSecret() async throws {
        try await office.agent()
        let stored = try await office.secret()
        try await office.secret("other", values: ["secret": "sk-other-0123456789"])
        let grant = try await office.grant()
        let child = try await office.grant(below: grant.id)
        let kept = try await office.grant(of: "other")
        _ = try await admin.revokeSecret("prod", by: olga)
        #expect(try await admin.secret(stored.id).versions.isEmpty)
        #expect(try await admin.grants().items.map(\.grant.id) == [kept.id])
        #expect(try await admin.grant(child.id).grant.revokedAt == office.time.now)
        #expect(office.effects.last.secrets == [stored.id])
        let again = try await admin.revokeSecret(stored.id, by: olga)
        #expect(again.version == 2)
        await refused("secret_not_found") { _ = try await admin.secret("prod") }
        await refused("secret_revoked") { try await office.grant(of: stored.id) }
        await refused("secret_revoked") { _ = try await admin.rollbackSecret(stored.id, by: olga) }
        await refused("secret_revoked") { _ = try await admin.updateSecret(stored.id, SecretChange(), by: olga) }
        let rotation = await code {
            _ = try await admin.rotateSecret(stored.id, values: ["secret": secret("sk-new-0123456789")], by: olga)
        }
        #expect(rotation == "secret_revoked")
    }
}
