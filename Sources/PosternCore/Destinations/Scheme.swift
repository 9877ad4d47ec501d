/// The scheme of an upstream request.
package enum Scheme: String, Hashable, Sendable, CaseIterable {
    case http, https

    /// The port used when a URL names none.
    ///
    /// RFC 9110 section 4.2.
    package var defaultPort: UInt16 { self == .http ? 80 : 443 }
}
