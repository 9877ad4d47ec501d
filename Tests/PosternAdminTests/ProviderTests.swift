import PosternAdmin
import PosternCore
import Testing

@Suite struct ProviderTests {
    let office: Office
    let admin: Administration
    let olga = Office.olga
    private let definition = #"{"hosts":["api.own.test"],"inject":[{"header":"X-Key","value":"{secret}"}]}"#

    init() throws {
        office = try Office()
        admin = office.administration
    }

    @Test("a provider is defined, changed and removed") func providerDefined() async throws {
        let first = try await admin.defineProvider("own", definition: definition, by: olga)
        #expect(try await admin.provider("own") == first)
        #expect(office.effects.last.providers == ["own"])
        office.time.pass(.seconds(3))
        let changed = try await admin.defineProvider("own", definition: definition, by: olga)
        #expect(changed.createdAt == first.createdAt)
        #expect(changed.updatedAt == first.createdAt + 3_000_000_000)
        #expect(try await admin.providers() == [changed])
        try await admin.removeProvider("own", by: olga)
        #expect(try await admin.providers().isEmpty)
        await refused("provider_not_found") { try await admin.removeProvider("own", by: olga) }
        await refused("provider_not_found") { _ = try await admin.provider("own") }
    }

    @Test(
        "a definition that cannot be used is refused",
        arguments: [
            ("own", "{}"), ("own", "["), ("own", #"{"hosts":["api.own.test"]}"#), ("ow/n", ""), ("", ""),
            ("own", #"{"hosts":[],"inject":[{"header":"X-Key","value":"{secret}"}]}"#),
            ("own", #"{"host":["a.test"],"inject":[{"header":"X-Key","value":"{secret}"}]}"#),
        ]
    )
    func definitionCannot(name: String, text: String) async throws {
        let refusal = await message {
            _ = try await admin.defineProvider(name, definition: text.isEmpty ? definition : text, by: olga)
        }
        #expect(refusal.hasPrefix("definition: "))
        #expect(try await admin.providers().isEmpty)
    }

    @Test("one of the configuration file is changed only there") func configurationFile() async throws {
        let refusal = await code { _ = try await admin.defineProvider("declared", definition: definition, by: olga) }
        #expect(refusal == "provider_declared")
    }

    @Test("a provider that a secret uses must go on to fit it, and stays") func providerSecret() async throws {
        _ = try await admin.defineProvider("own", definition: definition, by: olga)
        try await office.secret(provider: "own")
        let other = #"{"hosts":["api.own.test"],"inject":[{"header":"X-Key","value":"{secret}-{region}"}]}"#
        let refusal = await code { _ = try await admin.defineProvider("own", definition: other, by: olga) }
        #expect(refusal == "secret_does_not_fit")
        await refused("provider_in_use") { try await admin.removeProvider("own", by: olga) }
        #expect(try await admin.provider("own").definition == definition)
        _ = try await admin.revokeSecret("prod", by: olga)
        try await admin.removeProvider("own", by: olga)
    }
}
