internal import PosternCore

/// The URL at which a provider asks a user for consent.
///
/// RFC 6749 section 4.1.1, RFC 7636 section 4.3.
struct AuthorizationURL {
    let provider: OAuthProvider
    let scopes: [String]
    let state: Secret
    let verifier: Secret
    let redirectURL: String
    let asksForAccount: Bool

    var text: String {
        let settings = provider.settings
        var parameters = [
            ("response_type", "code"),
            ("client_id", settings.clientID),
            ("redirect_uri", redirectURL),
            ("state", state.text),
            // RFC 7636 section 4.2: always S256.
            ("code_challenge", String(decoding: RandomToken.urlSafe(verifier.digest.bytes), as: UTF8.self)),
            ("code_challenge_method", "S256"),
        ]
        if !scopes.isEmpty { parameters.append(("scope", scopes.joined(separator: settings.scopeSeparator))) }
        let ours = Set(parameters.map(\.0))
        // What the operator adds never takes the place of what protects the user.
        for (name, value) in settings.authorizationParameters.sorted(by: { $0.key < $1.key })
        where !ours.contains(name) && !(asksForAccount && name == "prompt") {
            parameters.append((name, value))
        }
        if asksForAccount { parameters.append(("prompt", "select_account")) }
        let query = parameters.map { "\(PercentText.encoded($0.0))=\(PercentText.encoded($0.1))" }
        let separator = settings.authorizationEndpoint.contains("?") ? "&" : "?"
        return settings.authorizationEndpoint + separator + query.joined(separator: "&")
    }
}

/// Texts as they stand in a query.
enum PercentText {
    /// Escapes all but what RFC 3986 section 2.3 calls unreserved.
    static func encoded(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(byte)
            default:
                encoded += [UInt8(ascii: "%"), HexDigit.upper[Int(byte >> 4)], HexDigit.upper[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
