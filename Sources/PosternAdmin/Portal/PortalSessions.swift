internal import CLinux
internal import PosternCore
internal import Synchronization

/// Who is logged in at the portal: everybody whom an operator gave a code that was redeemed.
///
/// It is kept in memory, as digests: when the daemon ends, everybody is logged out.
package final class PortalSessions: Sendable {
    /// How long a code can be redeemed.
    package static let codeLifetime = Duration.seconds(120)
    /// How long a session lasts.
    package static let sessionLifetime = Duration.seconds(8 * 3600)
    /// The most codes, and the most sessions, that are kept; beyond it the oldest goes.
    private static let maxCount = 256

    private let state = Mutex(State())
    /// Nanoseconds since 1970.
    private let now: @Sendable () -> Int64

    private struct State {
        var codes: [KeyDigest: Entry] = [:]
        var sessions: [KeyDigest: Entry] = [:]
    }

    private struct Entry {
        let session: PortalSession
        let issued: Int64
    }

    /// Starts with nobody.
    package init(now: @escaping @Sendable () -> Int64 = { postern_realtime_ns() }) { self.now = now }

    /// Makes a code that lets somebody in once: an approver of this name, or an operator if it is `nil`.
    package func issueCode(for approver: String?) -> (code: String, expiresAt: Int64) {
        let code = RandomText.make(count: 32)
        let end = PortalSessions.end(PortalSessions.codeLifetime, from: now())
        let entry = Entry(session: PortalSession(approver: approver, expiresAt: end), issued: now())
        state.withLock { PortalSessions.add(entry, code, to: &$0.codes, now: now()) }
        return (code, end)
    }

    /// Makes a session of a code, whose token the browser shows from now on; `nil` if the code is none, or was redeemed.
    package func redeem(_ code: String) -> (token: String, session: PortalSession)? {
        let now = now()
        let token = RandomText.make(count: 32)
        return state.withLock { state in
            guard let entry = state.codes.removeValue(forKey: KeyDigest(ofKey: code.utf8)),
                entry.session.expiresAt > now
            else { return nil }
            let end = PortalSessions.end(PortalSessions.sessionLifetime, from: now)
            let session = PortalSession(approver: entry.session.approver, expiresAt: end)
            PortalSessions.add(Entry(session: session, issued: now), token, to: &state.sessions, now: now)
            return (token, session)
        }
    }

    /// The session of a token; `nil` if it is none, or is over.
    package func session(_ token: String) -> PortalSession? {
        let found = state.withLock { $0.sessions[KeyDigest(ofKey: token.utf8)]?.session }
        return found.flatMap { $0.expiresAt > now() ? $0 : nil }
    }

    /// Ends the session of a token, if it is one.
    package func end(_ token: String) {
        state.withLock { _ = $0.sessions.removeValue(forKey: KeyDigest(ofKey: token.utf8)) }
    }

    private static func add(_ entry: Entry, _ text: String, to entries: inout [KeyDigest: Entry], now: Int64) {
        entries = entries.filter { $0.value.session.expiresAt > now }
        if entries.count >= maxCount, let oldest = entries.min(by: { $0.value.issued < $1.value.issued }) {
            entries[oldest.key] = nil
        }
        entries[KeyDigest(ofKey: text.utf8)] = entry
    }

    private static func end(_ lifetime: Duration, from now: Int64) -> Int64 {
        now + lifetime.components.seconds * 1_000_000_000
    }
}

/// Somebody who is logged in at the portal.
package struct PortalSession: Hashable, Sendable {
    /// The name by which approvals ask for this person; `nil` for an operator.
    package let approver: String?
    /// Nanoseconds since 1970.
    package let expiresAt: Int64

    package init(approver: String?, expiresAt: Int64) {
        self.approver = approver
        self.expiresAt = expiresAt
    }

    /// Whether this is an operator, who sees everything.
    package var isOperator: Bool { approver == nil }
}
