import PosternAdmin
import PosternCore
import Testing

/// The code of the refusal that `body` ends in, or `accepted`.
func code(_ body: () async throws -> Void) async -> String {
    do {
        try await body()
        return "accepted"
    } catch let error as AdministrationError { return error.code } catch { return "\(error)" }
}

/// Expects a refusal with this code.
func refused(
    _ code: String,
    at location: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async {
    let found = await PosternAdminTests.code(body)
    #expect(found == code, sourceLocation: location)
}

/// What the refusal that `body` ends in says, or `accepted`.
func message(_ body: () async throws -> Void) async -> String {
    do {
        try await body()
        return "accepted"
    } catch { return "\(error)" }
}

/// A secret value.
func secret(_ text: String = Office.value) -> Secret { Secret(Array(text.utf8)) }

/// The bytes of a secret as text.
func text(_ secret: Secret) -> String { secret.withBytes { String(decoding: $0, as: UTF8.self) } }

/// The members of a record that tests look at.
func has(_ line: String, _ members: [String: String]) -> Bool {
    members.allSatisfy { line.contains("\"\($0)\":\"\($1)\"") }
}

// Acts of Olga's with what most tests do not care about filled in.
extension Office {
    @discardableResult
    func agent(_ name: String = "bot", below parent: String? = nil) async throws -> StoredAgent {
        var new = NewAgent(name: name)
        new.parent = parent
        return try await administration.createAgent(new, by: Office.olga).agent
    }

    @discardableResult
    func secret(
        _ name: String = "prod",
        provider: String = "anthropic",
        values: [String: String] = ["secret": Office.value],
        inputs: [String: String] = [:]
    ) async throws -> StoredSecret {
        var new = NewSecret(name: name, provider: provider, values: values.mapValues { Secret(Array($0.utf8)) })
        new.inputs = inputs
        return try await administration.createSecret(new, by: Office.olga)
    }

    @discardableResult
    func grant(
        to principal: PrincipalReference = .agent("bot"),
        of secret: String = "prod",
        below parent: String? = nil,
        isDelegable: Bool = true,
        terms: String = "{}",
        maxUses: Int? = nil,
        expiry: Expiry = .never
    ) async throws -> StoredGrant {
        var new = NewGrant(to: principal, of: secret)
        new.parent = parent
        new.isDelegable = isDelegable
        new.terms = terms
        new.maxUses = maxUses
        new.expiry = expiry
        return try await administration.createGrant(new, by: Office.olga).grant
    }
}
