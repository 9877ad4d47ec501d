import Foundation
import PosternAdmin
import PosternCore
import Synchronization

/// A provider in memory that is as strict as one may be: codes and refresh tokens are good for one use, and bound to what
/// they were asked for with.
final class RotatingGateway: OAuthGateway {
    /// What every token and code begins with, which must appear nowhere.
    static let marks = ["access-token-", "refresh-token-", "code-of-", "client-secret-"]

    private struct State {
        var codes: [String: Code] = [:]
        var refreshTokens: [String: String] = [:]
        var accounts: [String: String] = [:]
        var count = 0
        var failures: [(call: String, error: OAuthError)] = []
        var calls: [String] = []
        var lifetime: Duration? = .seconds(3600)
        var observer: (@Sendable () async -> Void)?
    }

    private struct Code {
        let challenge: String
        let redirectURL: String
        let account: String
    }

    private let state = Mutex(State())

    static func settings(_ name: String) -> OAuthClientSettings {
        OAuthClientSettings(
            authorizationEndpoint: "https://\(name).test/authorize?tenant=a%20b",
            tokenEndpoint: "https://\(name).test/token",
            revocationEndpoint: "https://\(name).test/revoke",
            accountEndpoint: "https://\(name).test/me",
            issuer: name == "hub" ? "https://hub.test" : nil,
            clientID: "us & them",
            clientSecret: "file:/client-secret-of-\(name)",
            defaultScopes: ["read", "profile"],
            allowedScopes: ["read", "profile", "write"],
            authorizationParameters: [
                "access_type": "offline", "state": "fixed", "redirect_uri": "https://evil.test", "prompt": "consent",
            ]
        )
    }

    /// What it was asked to do, in order.
    var calls: [String] { state.withLock { $0.calls } }
    /// How often it was asked to do something.
    func count(_ call: String) -> Int { calls.count { $0.hasPrefix(call) } }
    /// How long access tokens are said to live.
    func tokens(live lifetime: Duration?) { state.withLock { $0.lifetime = lifetime } }
    /// Has the next call of a kind fail.
    func fail(_ call: String, _ error: OAuthError) { state.withLock { $0.failures.append((call, error)) } }
    /// Calls `observer` before tokens are handed out.
    func observe(_ observer: (@Sendable () async -> Void)?) { state.withLock { $0.observer = observer } }

    /// A user consents: what the browser is sent back with.
    func consent(to url: String, as account: String) -> ConnectCallback {
        let parameters = RotatingGateway.parameters(of: url)
        let code = state.withLock { state in
            state.count += 1
            let code = "code-of-\(account)-\(state.count)"
            state.codes[code] = Code(
                challenge: parameters["code_challenge"] ?? "",
                redirectURL: parameters["redirect_uri"] ?? "",
                account: account
            )
            return code
        }
        // RFC 9207: one of the two says who answers.
        let issuer = url.hasPrefix("https://hub.test") ? "https://hub.test" : nil
        return ConnectCallback(state: parameters["state"], code: Secret(code.utf8), issuer: issuer)
    }

    /// The parameters of a URL, decoded.
    static func parameters(of url: String) -> [String: String] {
        guard let query = url.split(separator: "?", maxSplits: 1).last else { return [:] }
        var parameters: [String: String] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1).map { $0.removingPercentEncoding ?? "" }
            if parts.count == 2, parameters.updateValue(parts[1], forKey: parts[0]) != nil {
                parameters[parts[0]] = "(twice)"
            }
        }
        return parameters
    }

    func exchange(
        code: Secret,
        verifier: Secret,
        redirectURL: String,
        with provider: OAuthProvider
    ) async throws(OAuthError) -> OAuthTokens {
        try begin("exchange \(provider.name)")
        let challenge = String(decoding: Base64.encode(KeyDigest(ofKey: text(verifier).utf8).bytes), as: UTF8.self)
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        let known = state.withLock { $0.codes.removeValue(forKey: text(code)) }
        guard let known, known.challenge == challenge, known.redirectURL == redirectURL else {
            throw .refused(code: "invalid_grant")
        }
        return await tokens(for: known.account)
    }

    func refresh(_ refreshToken: Secret, with provider: OAuthProvider) async throws(OAuthError) -> OAuthTokens {
        try begin("refresh \(provider.name)")
        guard let account = state.withLock({ $0.refreshTokens.removeValue(forKey: text(refreshToken)) }) else {
            throw .refused(code: "invalid_grant")
        }
        return await tokens(for: account)
    }

    func account(of accessToken: Secret, with provider: OAuthProvider) async throws(OAuthError) -> OAuthAccount? {
        try begin("account \(provider.name)")
        let account = state.withLock { $0.accounts[text(accessToken)] }
        return account.map { OAuthAccount(identifier: $0, displayName: nil) }
    }

    func revoke(_ token: Secret, with provider: OAuthProvider) async throws(OAuthError) {
        try begin("revoke \(provider.name) \(text(token))")
        state.withLock { $0.refreshTokens[text(token)] = nil }
    }

    private func begin(_ call: String) throws(OAuthError) {
        let failure: OAuthError? = state.withLock { state in
            state.calls.append(call)
            guard let index = state.failures.firstIndex(where: { call.hasPrefix($0.call) }) else { return nil }
            return state.failures.remove(at: index).error
        }
        if let failure { throw failure }
    }

    private func tokens(for account: String) async -> OAuthTokens {
        let observer = state.withLock { $0.observer }
        await observer?()
        return state.withLock { state in
            state.count += 1
            let (access, refresh) = ("access-token-\(state.count)", "refresh-token-\(state.count)")
            // An account of this name is one about which the provider says nothing.
            if account != "nobody" { state.accounts[access] = account }
            state.refreshTokens[refresh] = account
            return OAuthTokens(
                accessToken: Secret(access.utf8),
                refreshToken: Secret(refresh.utf8),
                lifetime: state.lifetime,
                scopes: nil
            )
        }
    }
}
