/// How an agent was recognised.
package enum AuditIdentity: Hashable, Sendable, CaseIterable {
    /// By the unix socket it connected to.
    case socket
    /// By the TCP port it connected to.
    case port
    /// By the sandbox that it runs in.
    case sandbox
    /// By the key in `Proxy-Authorization`.
    case proxyAuthorization
    /// By what `postern run --no-isolate` lends, in `Proxy-Authorization`.
    case runToken
    /// By the key in the credential slot of a base-URL request.
    case urlKey
    /// By the key that signed a request to the API.
    case signedKey
    /// By an approval, which the daemon carries out.
    case approval

    var text: StaticString {
        switch self {
        case .socket: "socket"
        case .port: "port"
        case .sandbox: "sandbox"
        case .proxyAuthorization: "proxy_authorization"
        case .runToken: "run_token"
        case .urlKey: "url_key"
        case .signedKey: "signed_key"
        case .approval: "approval"
        }
    }
}
