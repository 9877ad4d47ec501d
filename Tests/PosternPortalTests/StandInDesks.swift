import PosternCore
import Synchronization

@testable import PosternPortal

/// Stands in for all desks: answers what it is told to, and remembers what was done.
final class StandInDesks: ConnectPages, ApprovalPages, WalletPages, PortalLogins {
    struct State {
        var done: [String] = []
        var sessions: [String: PortalPerson] = [:]
        var authorizationURL = "https://provider.test/authorize?state=s"
        var isBodyCut = false
    }

    let state = Mutex(State())

    var done: [String] { state.withLock { $0.done } }

    private func note(_ what: String) { state.withLock { $0.done.append(what) } }

    func redeem(_ code: Secret) async -> Secret? {
        let person: PortalPerson? =
            switch code.text {
            case "operator-code": .operator
            case "approver-code": .approver("ada")
            default: nil
            }
        guard let person else { return nil }
        let token = "session-token-of-\(code.text)"
        state.withLock { $0.sessions[token] = person }
        return Secret(text: token)
    }

    func person(of token: Secret) async -> PortalPerson? { state.withLock { $0.sessions[token.text] } }

    func end(_ token: Secret) async { state.withLock { $0.sessions[token.text] = nil } }

    func consent(to pageToken: Secret) async throws(PageRefusal) -> ConsentRequest {
        guard pageToken.text == "page" else { throw .notFound }
        return ConsentRequest(
            agent: "research-bot",
            agentDisplayName: "<script>alert(1)</script>",
            user: "ada@example.com",
            providers: [ConsentProvider(name: "github", displayName: "GitHub", scopes: ["repo"])],
            expiresAt: 2_000_000_000_000_000_000
        )
    }

    func approve(_ pageToken: Secret, provider: String, browser: KeyDigest) async throws(PageRefusal) -> String {
        note("connect \(provider)")
        return state.withLock { $0.authorizationURL }
    }

    func deny(_ pageToken: Secret) async throws(PageRefusal) -> ConnectStep {
        note("deny \(pageToken.text)")
        return .denied(returnURL: "https://app.test/back")
    }

    func callback(_ response: AuthorizationResponse, browser: KeyDigest) async throws(PageRefusal) -> ConnectStep {
        note("callback \(response.state.text) \(response.code?.text ?? "-") \(response.error ?? "-")")
        switch response.state.text {
        case "held":
            return .confirm(
                ConnectConfirmation(
                    token: Secret(text: "arrival"),
                    request: try await consent(to: Secret(text: "page")),
                    provider: "GitHub",
                    account: "ada",
                    scopes: ["repo"],
                    endsAt: 600_000_000_000
                )
            )
        case "more": return .more(pageToken: Secret(text: "page/2"))
        case "unsafe": return .completed(accounts: [], returnURL: "javascript:alert(1)")
        case "good":
            return .completed(
                accounts: [ConnectedAccount(provider: "GitHub", account: "ada")],
                returnURL: "https://app.test/back"
            )
        default: throw .notFound
        }
    }

    func keep(_ token: Secret) async throws(PageRefusal) -> ConnectStep {
        note("keep \(token.text)")
        return .completed(accounts: [ConnectedAccount(provider: "GitHub", account: "ada")], returnURL: nil)
    }

    func discard(_ token: Secret) async throws(PageRefusal) -> ConnectStep {
        note("discard \(token.text)")
        return .denied(returnURL: nil)
    }

    func approvals(for person: PortalPerson) async throws(PageRefusal) -> [ApprovalSummary] { [summary("1")] }

    func approval(_ id: String, for person: PortalPerson) async throws(PageRefusal) -> ApprovalDetails {
        guard id == "1" else { throw .notFound }
        return ApprovalDetails(
            summary: summary(id),
            words: "research-bot wants to create an issue",
            sender: .daemon,
            body: BodyPreview(text: "{}", isCut: state.withLock { $0.isBodyCut }, byteCount: 2, digest: "00"),
            reason: "<b>approved</b>",
            decisions: [ApprovalDecision(approver: nil, status: .pending)]
        )
    }

    func approve(_ id: String, unseen: Bool, by person: PortalPerson) async throws(PageRefusal) {
        guard unseen || !state.withLock({ $0.isBodyCut }) else { throw .invalid("Not all is shown.") }
        note("approve \(id) by \(person)")
    }

    func deny(_ id: String, reason: String?, by person: PortalPerson) async throws(PageRefusal) {
        note("deny \(id) because \(reason ?? "-")")
    }

    func wallet(of user: String?) async throws(PageRefusal) -> Wallet {
        Wallet(connections: [], grants: [WalletGrant(id: "g", holder: "agent x", subject: "secret y")])
    }

    func revokeConnection(_ id: String, by person: PortalPerson) async throws(PageRefusal) {
        note("revoke connection \(id)")
    }

    func revokeGrant(_ id: String, by person: PortalPerson) async throws(PageRefusal) { note("revoke grant \(id)") }

    private func summary(_ id: String) -> ApprovalSummary {
        ApprovalSummary(
            id: id,
            status: .pending,
            asker: "agent research-bot",
            method: "POST",
            host: "api.test",
            path: "/issues",
            createdAt: 0,
            expiresAt: 3_600_000_000_000,
            isWaitedFor: true
        )
    }
}
