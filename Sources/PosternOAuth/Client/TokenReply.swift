internal import PosternCore
internal import PosternFetch

/// Reads what a token endpoint answers.
///
/// RFC 6749 sections 5.1 and 5.2, and what providers make of them: errors with the status 200, scopes with commas.
enum TokenReply {
    /// What is shorter or longer could not be masked in answers.
    private static let accessTokenBytes = 8...ScrubPatterns.maximumSecretLength
    private static let refreshTokenBytes = 1...16_384
    private static let maxScopes = 200
    /// Ten years.
    private static let maxSeconds: Int64 = 315_360_000
    /// These want a proof that Postern does not give.
    private static let unusableTypes: Set<String> = ["dpop", "mac", "pop", "n_a"]

    /// The tokens in an answer.
    static func tokens(_ answer: FetchAnswer) throws(OAuthError) -> OAuthTokens {
        let result = answer.body.withJSON { read($0, status: answer.status) } ?? .failure(refusal(answer.status, nil))
        return try result.get()
    }

    /// What providers call `invalid_grant`, which RFC 6749 section 5.2 has them say of a refresh token that is dead; without any
    /// code, 400 can mean little else.
    private static let deadTokenCodes: Set<String> = [
        "http_400", "bad_refresh_token", "invalid_refresh_token", "token_revoked", "token_expired", "invalid_token",
        "expired_token", "interaction_required", "consent_required", "login_required",
    ]

    /// An error of refreshing, where a dead token has one name.
    static func ofRefreshing(_ error: OAuthError) -> OAuthError {
        if case .refused(let code) = error, deadTokenCodes.contains(code) { return .refused(code: "invalid_grant") }
        return error
    }

    /// Throws what an answer says went wrong; nothing if it says that all is well.
    static func check(_ answer: FetchAnswer) throws(OAuthError) {
        guard !(200...299).contains(answer.status) else { return }
        throw refusal(answer.status, answer.body.withJSON { errorCode($0) })
    }

    private static func read(_ reply: JSONValue, status: Int) -> Result<OAuthTokens, OAuthError> {
        let code = errorCode(reply)
        guard (200...299).contains(status), code == nil, !reply.hasDuplicates else {
            return .failure(refusal(status, code))
        }
        guard let access = token("access_token", reply, accessTokenBytes) else {
            return .failure(.unreachable(reason: "its token endpoint gave no token that can be used"))
        }
        if let type = reply["token_type"]?.text(atMost: 64), unusableTypes.contains(type.lowercased()) {
            return .failure(.misconfigured(reason: "its tokens need a proof of possession"))
        }
        return .success(
            OAuthTokens(
                accessToken: access,
                refreshToken: token("refresh_token", reply, refreshTokenBytes),
                lifetime: reply["expires_in"].flatMap(seconds).map { .seconds($0) },
                scopes: reply["scope"].flatMap(scopes)
            )
        )
    }

    private static func token(_ name: String, _ reply: JSONValue, _ length: ClosedRange<Int>) -> Secret? {
        guard let token = reply[name]?.secret, length.contains(token.count),
            token.withBytes({ $0.allSatisfy { (0x21...0x7e).contains($0) } })
        else { return nil }
        return token
    }

    /// A number, or the digits of one in a string; 0 is what providers say whose tokens do not end.
    private static func seconds(_ value: JSONValue) -> Int64? {
        let seconds = value.wholeNumber ?? value.text(atMost: 16).flatMap { Int64($0) }
        return seconds.flatMap { $0 > 0 ? min($0, maxSeconds) : nil }
    }

    private static func scopes(_ value: JSONValue) -> [String]? {
        let texts =
            value.kind == .array
            ? value.elements.compactMap { $0.text(atMost: 256) }
            : value.text(atMost: 8192)?.split { $0 == " " || $0 == "," }.map(String.init)
        return texts.map { Array($0.prefix(maxScopes)) }
    }

    /// The `error` of an answer, as far as it is a code and no sentence.
    private static func errorCode(_ reply: JSONValue) -> String? {
        guard let value = reply["error"] else { return nil }
        // Some put the code into an object.
        let text = value.text(atMost: 64) ?? value["code"]?.text(atMost: 64) ?? value["type"]?.text(atMost: 64)
        guard let text, !text.isEmpty, text.utf8.allSatisfy({ ByteClass.isToken($0) }) else {
            return value.kind == .null ? nil : "unknown_error"
        }
        return text
    }

    /// Whose fault it is, and whether it may be another time.
    private static func refusal(_ status: Int, _ code: String?) -> OAuthError {
        if status >= 500 || status == 429 || status == 408 || (300...399).contains(status) {
            return .unreachable(reason: "its endpoint answered \(status)")
        }
        switch code {
        case "temporarily_unavailable", "server_error", "slow_down":
            return .unreachable(reason: code ?? "")
        case "invalid_client", "unauthorized_client", "unsupported_grant_type":
            return .misconfigured(reason: "it answered \(code ?? "")")
        case let code?:
            return .refused(code: code)
        case nil:
            // Without a code, 401 is about the client (RFC 6749 section 5.2), and 400 is what is left for the rest. Whatever
            // else comes without one is not from a token endpoint.
            if status == 401 { return .misconfigured(reason: "it answered 401") }
            return status == 400 ? .refused(code: "http_400") : .unreachable(reason: "it answered \(status)")
        }
    }
}
