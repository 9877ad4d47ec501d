package import PosternAdmin
internal import PosternControl
internal import PosternCore

extension ControlRoute {
    static let portal: [ControlRoute] = [
        ControlRoute(.post, "/v1/portal/login") { call in
            let approver = try call.members { members throws(ControlRefusal) in try members.text("approver") }
            guard let portal = call.services.portal, let url = portal.url() else {
                throw ControlRefusal(
                    status: 409,
                    code: "portal_not_configured",
                    message: "this daemon has no portal",
                    hint: "add [portal] to its configuration and restart it"
                )
            }
            let (code, expiresAt) = try await call.administration.issueCode(
                from: portal.sessions,
                for: approver,
                by: call.operator
            )
            return .created(
                PortalLoginAnswer(url: "\(url)/login?code=\(code)", expiresAt: Timestamp.text(expiresAt))
            )
        }
    ]
}

/// What the control interface has to do with the portal: it lets people in there.
package struct PortalAccess: Sendable {
    let sessions: PortalSessions
    /// What the addresses of its pages begin with; `nil` while there is none.
    let url: @Sendable () -> String?

    package init(sessions: PortalSessions, url: @escaping @Sendable () -> String?) {
        self.sessions = sessions
        self.url = url
    }
}
