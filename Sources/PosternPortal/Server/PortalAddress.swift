/// Where browsers find the portal: one scheme, host and port, and no other.
package struct PortalAddress: Hashable, Sendable {
    /// As browsers write it, such as `https://postern.example.com`; what every address of a page begins with.
    package let origin: String
    /// What `Host` has to be.
    let authority: String
    /// Whether browsers come over TLS, which somebody in front of the portal ends.
    let isSecure: Bool

    /// Reads `http://` or `https://` with a host and perhaps a port, in lower case; `nil` for anything else.
    package init?(_ url: String) {
        let scheme = url.hasPrefix("https://") ? "https" : "http"
        guard url.hasPrefix(scheme + "://") else { return nil }
        var authority = url.dropFirst(scheme.count + 3)
        // Browsers leave out the port that goes without saying.
        let usualPort = scheme == "https" ? ":443" : ":80"
        if authority.hasSuffix(usualPort) { authority = authority.dropLast(usualPort.count) }
        let isPlain = authority.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: "-.:[]".utf8.contains(byte)
            }
        }
        guard isPlain, !authority.isEmpty else { return nil }
        isSecure = scheme == "https"
        self.authority = String(authority)
        origin = "\(scheme)://\(authority)"
    }

    /// The address of a page; `path` begins with a slash.
    package func page(_ path: String) -> String { origin + path }
}
