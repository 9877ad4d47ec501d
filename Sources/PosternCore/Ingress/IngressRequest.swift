/// A request as it was read: framing, target and path are checked, nothing is yet known of who asks or whether they may.
///
/// Everything later — policy, the dialled address, Host, the audit record, the bytes sent upstream — is computed from
/// this value and from nothing else.
package final class IngressRequest: Sendable {
    /// What the client addressed.
    package enum Target: Sendable {
        /// An absolute URL: the scheme, host and port as written.
        case destination(Scheme, HostName, UInt16?)
        /// A base URL, `/via/<provider>/…`.
        case provider(String)
        /// CONNECT, RFC 9110 section 9.3.6: the host and port to which bytes are to go.
        case tunnel(HostName, UInt16)
        /// Postern's own API.
        case own
    }

    package let head: RequestHead
    package let target: Target
    /// The path for the upstream: for a base URL, what follows the provider's name.
    package let path: Range<Int>
    package let hazards: RequestPath.Hazards
    package let query: Range<Int>?
    /// What it says of a WebSocket, if it is to become one.
    let webSocket: WebSocketUpgrade?
    /// Whether it asks for a WebSocket.
    package var isUpgrade: Bool { webSocket != nil }
    package let peer: Peer
    /// The key that was shown to open the connection which the request came through.
    package let tunnelKey: KeyDigest?

    /// Reads a head as a request to the proxy, or, inside of a connection that CONNECT opened, as one to its host.
    ///
    /// `ownPort` is the TCP port on which Postern was reached: a URL of this machine with that port means Postern itself.
    /// With `isUnaware` the client believes to speak to the host itself, which only Host names.
    ///
    /// - Throws: ``ProxyError/methodNotSupported`` for TRACE, ``ProxyError/malformedRequest(_:)`` for a target that is none
    ///   of those a proxy takes, for a Host that differs from it, and for a WebSocket that no server could open,
    ///   ``ProxyError/misdirectedRequest`` for another host than the one CONNECT named.
    package init(
        _ head: RequestHead,
        from peer: Peer,
        inside intercepted: InterceptedHost? = nil,
        ownPort: UInt16? = nil,
        isUnaware: Bool = false
    ) throws(ProxyError) {
        self.head = head
        self.peer = peer
        tunnelKey = intercepted?.key
        if head.method == .connect {
            guard intercepted == nil else { throw .methodNotSupported }
            target = try IngressRequest.tunnelTarget(head)
            path = head.target.upperBound..<head.target.upperBound
            hazards = []
            query = nil
            webSocket = nil
            return
        }
        guard head.method.isForwardable else { throw .methodNotSupported }
        let target = try RequestTarget(head)
        switch target.form {
        case .absolute(let scheme, let authority, let place):
            try IngressRequest.requireHost(of: head, toBe: authority, at: place, scheme)
            if let intercepted { try intercepted.require(authority, scheme) }
            let isOwn =
                intercepted == nil
                && IngressRequest.namesAPI(scheme, authority, ownPort, head[target.path.range])
            self.target = isOwn ? .own : .destination(scheme, authority.host, authority.port)
            path = target.path.range
        case .origin where intercepted != nil:
            self.target = try IngressRequest.interceptedTarget(head, intercepted)
            path = target.path.range
        case .origin where isUnaware:
            guard let range = head.host, let authority = Authority(head[range]), authority.port ?? 80 == 80 else {
                throw .malformedRequest("Host does not name one plain host")
            }
            let isOwn = IngressRequest.namesAPI(.http, authority, nil, head[target.path.range])
            self.target = isOwn ? .own : .destination(.http, authority.host, authority.port)
            path = target.path.range
        case .origin:
            try IngressRequest.requireOwnHost(of: head)
            guard !IngressRequest.isAPIPath(head[target.path.range]) else {
                self.target = .own
                path = target.path.range
                webSocket = nil
                hazards = target.path.hazards
                query = target.query
                return
            }
            let (provider, rest) = try IngressRequest.baseURL(head, target.path.range)
            self.target = .provider(provider)
            path = rest
        }
        webSocket = try WebSocketUpgrade(head)
        hazards = target.path.hazards
        query = target.query
    }

    /// The provider that a base URL names.
    package var providerName: String? { if case .provider(let name) = target { name } else { nil } }

    /// RFC 9112 section 3.2.3: a host and a port, both there, and nothing else.
    private static func tunnelTarget(_ head: RequestHead) throws(ProxyError) -> Target {
        guard let authority = Authority(head[head.target]), let port = authority.port else {
            throw .malformedRequest("CONNECT names one plain host and a port, as in `api.example.com:443`")
        }
        guard head.body == .none, !head.fields.contains(where: { $0.known == .contentLength }) else {
            throw .malformedRequest("CONNECT has no body")
        }
        if let range = head.host {
            guard let host = Authority(head[range]), host.host == authority.host, host.port ?? port == port else {
                throw .malformedRequest("Host does not name the host of CONNECT")
            }
        }
        return .tunnel(authority.host, port)
    }

    private static func interceptedTarget(
        _ head: RequestHead,
        _ intercepted: InterceptedHost?
    ) throws(ProxyError) -> Target {
        guard let intercepted, let range = head.host, let authority = Authority(head[range]) else {
            throw .malformedRequest("Host does not name one plain host")
        }
        try intercepted.require(authority, .https)
        return .destination(.https, intercepted.host, intercepted.port)
    }

    private static let apiPrefix = Array("/sdk".utf8)

    private static func isAPIPath(_ path: ArraySlice<UInt8>) -> Bool {
        path.starts(with: apiPrefix) && path.dropFirst(apiPrefix.count).first ?? UInt8(ascii: "/") == UInt8(ascii: "/")
    }

    /// Whether an absolute URL means Postern's own API: by the name that only Postern has, or by the loopback address and port
    /// at which it was reached, which clients ask their proxy for like any other.
    private static func namesAPI(
        _ scheme: Scheme,
        _ authority: Authority,
        _ ownPort: UInt16?,
        _ path: ArraySlice<UInt8>
    ) -> Bool {
        guard scheme == .http, isAPIPath(path) else { return false }
        if authority.host.text == "postern.internal" { return authority.port ?? 80 == 80 }
        guard let ownPort, authority.port == ownPort else { return false }
        return authority.host.text == "localhost" || authority.host.text == "127.0.0.1"
            || authority.host.address?.bytes == [UInt8](repeating: 0, count: 15) + [1]
    }

    private static let basePrefix = Array("/via/".utf8)

    private static func baseURL(_ head: RequestHead, _ path: Range<Int>) throws(ProxyError) -> (String, Range<Int>) {
        let bytes = head[path]
        guard bytes.starts(with: basePrefix) else {
            throw .malformedRequest("a path alone names no upstream; use the proxy form, or /via/<provider>/")
        }
        let name = bytes.dropFirst(basePrefix.count).prefix { $0 != UInt8(ascii: "/") }
        guard !name.isEmpty, name.endIndex < bytes.endIndex,
            name.allSatisfy({ ByteClass.isToken($0) && $0 != UInt8(ascii: "%") })
        else { throw .unknownProvider }
        return (String(decoding: name, as: UTF8.self), name.endIndex..<path.upperBound)
    }

    /// RFC 9112 section 3.2.2 lets a proxy ignore Host beside an absolute URL; two names in one request are refused all
    /// the same, since only a client with something to hide sends them.
    private static func requireHost(
        of head: RequestHead,
        toBe authority: Authority,
        at place: Range<Int>,
        _ scheme: Scheme
    ) throws(ProxyError) {
        // Spelt alike, which they nearly always are, they need not be compared by their meaning.
        guard let range = head.host, head[range] != head[place] else { return }
        guard let host = Authority(head[range]), host.host == authority.host,
            host.port ?? scheme.defaultPort == authority.port ?? scheme.defaultPort
        else { throw .malformedRequest("Host does not name the host of the URL") }
    }

    /// A page in a browser can be made to send requests here under a name of its own; only our names are answered.
    private static func requireOwnHost(of head: RequestHead) throws(ProxyError) {
        guard let range = head.host else { return }
        guard let host = Authority(head[range])?.host, isOwn(host) else {
            throw .malformedRequest("Host does not name this proxy; use localhost or its loopback address")
        }
    }

    private static func isOwn(_ host: HostName) -> Bool {
        // Nobody can make a browser believe that an address belongs to their page.
        host.address != nil || host.text == "localhost" || host.text == "postern" || host.text == "postern.internal"
    }
}
