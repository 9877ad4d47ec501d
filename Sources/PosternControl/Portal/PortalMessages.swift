/// `POST /v1/portal/login`.
package struct PortalLoginRequest: Encodable, Sendable {
    /// By which name approvals ask for whoever logs in; an operator without one.
    package var approver: String?

    package init() {}
}

/// How somebody gets into the portal.
package struct PortalLoginAnswer: Codable, Hashable, Sendable {
    /// To be opened in a browser; it works once.
    package let url: String
    package let expiresAt: String

    enum CodingKeys: String, CodingKey {
        case url
        case expiresAt = "expires_at"
    }

    package init(url: String, expiresAt: String) {
        self.url = url
        self.expiresAt = expiresAt
    }
}
