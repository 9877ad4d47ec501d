internal import PosternAdmin
internal import PosternCore
internal import PosternPortal

/// Who is let in at the portal, over its sessions.
struct PortalDoor: PortalLogins {
    let sessions: PortalSessions

    func redeem(_ code: Secret) async -> Secret? {
        sessions.redeem(text(code)).map { Secret(Array($0.token.utf8)) }
    }

    func person(of token: Secret) async -> PortalPerson? {
        sessions.session(text(token)).map { $0.approver.map { .approver($0) } ?? .operator }
    }

    func end(_ token: Secret) async { sessions.end(text(token)) }

    private func text(_ secret: Secret) -> String { secret.withBytes { String(decoding: $0, as: UTF8.self) } }
}
