package import PosternCore

/// What a provider sent the browser back with.
///
/// RFC 6749 section 4.1.2, RFC 9207.
package struct ConnectCallback: Sendable {
    package var state: String?
    package var code: Secret?
    package var error: String?
    package var issuer: String?

    package init(state: String?, code: Secret? = nil, error: String? = nil, issuer: String? = nil) {
        self.state = state
        self.code = code
        self.error = error
        self.issuer = issuer
    }
}

/// What comes next in the browser.
package enum ConnectOutcome: Hashable, Sendable {
    /// The session goes on at its page.
    case open(pageURL: String)
    /// A provider has let Postern in; the user is asked whether that is to be kept.
    case arrived(ConnectArrival)
    /// It is completed, with these accounts; the browser goes back where the application wants it.
    case completed([ConnectedGrant], returnURL: String?)
    /// Nothing was connected, since the user did not want it.
    case denied(returnURL: String?)
    /// Nothing was connected, since it did not work.
    case failed(message: String, returnURL: String?)
    /// It belongs to no session of this browser, and changed nothing.
    case refused(reason: String)
}
