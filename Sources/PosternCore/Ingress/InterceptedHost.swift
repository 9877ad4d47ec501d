/// The host to which a client opened a connection by CONNECT, and what it showed for that.
///
/// Every request inside is judged anew; CONNECT decides nothing but where they may go.
package struct InterceptedHost: Sendable {
    package let host: HostName
    package let port: UInt16
    /// The key in the CONNECT request's `Proxy-Authorization`.
    package let key: KeyDigest?
    /// Who opened it, for the records of what cannot be read as anybody's request.
    package let agent: String
    package let identity: AuditIdentity

    package init(host: HostName, port: UInt16, key: KeyDigest?, agent: String, identity: AuditIdentity) {
        self.host = host
        self.port = port
        self.key = key
        self.agent = agent
        self.identity = identity
    }

    /// Refuses a request that names another place: RFC 9110 section 7.4.
    ///
    /// - Throws: ``ProxyError/misdirectedRequest``.
    func require(_ authority: Authority, _ scheme: Scheme) throws(ProxyError) {
        // Clients leave a port out that is the scheme's own.
        guard scheme == .https, authority.host == host, authority.port ?? scheme.defaultPort == port else {
            throw .misdirectedRequest
        }
    }
}
