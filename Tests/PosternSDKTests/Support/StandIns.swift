import PosternAdmin
import PosternCore
import Synchronization

@testable import PosternSDK

/// A clock that stands until it is set.
final class SetTime: Sendable {
    private let nanoseconds = Mutex<Int64>(Vector.seconds * 1_000_000_000)

    /// Nanoseconds since 1970.
    var now: Int64 { nanoseconds.withLock { $0 } }

    func advance(_ seconds: Int64) { nanoseconds.withLock { $0 += seconds * 1_000_000_000 } }
}

/// The directory in force, as the daemon would show it.
final class ShownDirectory: DirectoryView {
    private let shown: Mutex<Directory>
    private let live: LiveDirectory

    init(_ live: LiveDirectory) {
        self.live = live
        shown = Mutex(live.directory)
    }

    var directory: Directory { shown.withLock { $0 } }

    func apply(_ impact: Impact) throws -> Bool {
        try live.apply(impact)
        let directory = live.directory
        shown.withLock { $0 = directory }
        return true
    }
}

/// An audit log in memory, which can be made to refuse.
final class KeptRecords: AuditSink {
    private let state = Mutex<(lines: [String], refuses: Bool)>(([], false))

    var lines: [String] { state.withLock { $0.lines } }
    var last: String { lines.last ?? "" }
    var refuses: Bool {
        get { state.withLock { $0.refuses } }
        set { state.withLock { $0.refuses = newValue } }
    }

    func submit(_ batch: borrowing AuditBatch, completion: @escaping @Sendable (_ intentsRecorded: Bool) -> Void) {
        let lines = batch.lines
        let takes = state.withLock { state in
            if !state.refuses { state.lines += lines }
            return !state.refuses
        }
        completion(takes)
    }
}

/// Nonces in memory.
final class NonceMemory: NonceLedger {
    private let state = Mutex<(known: [KeyDigest: String], isUnavailable: Bool)>(([:], false))

    var isUnavailable: Bool {
        get { state.withLock { $0.isUnavailable } }
        set { state.withLock { $0.isUnavailable = newValue } }
    }

    /// Whose room those take that are remembered.
    var holders: Set<String> { state.withLock { Set($0.known.values) } }

    func admit(_ digest: KeyDigest, of holder: String, until expiresAt: Int64) async -> NonceAdmission {
        state.withLock { state in
            if state.isUnavailable { return .unavailable }
            return state.known.updateValue(holder, forKey: digest) == nil ? .fresh : .replayed
        }
    }
}

/// Takes `user:<subject>` for a token.
struct SpelledUsers: UserTokenVerifier {
    func verify(_ token: Secret) async throws(UserTokenError) -> VerifiedUser {
        let text = token.withBytes { String(decoding: $0, as: UTF8.self) }
        guard text.hasPrefix("user:") else { throw .invalid(reason: "it is not signed") }
        return VerifiedUser(
            subject: String(text.dropFirst(5)),
            issuer: "https://id.test",
            displayName: "Ada",
            email: "ada@id.test"
        )
    }
}

/// Reaches no upstream.
struct NoCarrier: CallCarrier {
    func carry(_ call: ProxiedCall) async -> CallResult { .refused(.internalError) }
}

/// Begins no sessions.
struct NoConnect: ConnectSessions {
    func begin(
        _ new: NewConnectSession,
        by operator: Operator
    ) async throws(AdministrationError) -> BegunConnectSession {
        throw .notFound(kind: "provider", name: "any")
    }

    func poll(_ token: String) async throws(AdministrationError) -> ConnectProgress {
        throw .notFound(kind: "session", name: "any")
    }
}

/// Knows no approvals.
struct NoApprovals: ApprovalFollowing {
    func status(
        _ id: String,
        of asker: Asker,
        wait: Duration
    ) async throws(AdministrationError) -> ApprovalStatus? { nil }

    func result(_ id: String, of asker: Asker) async throws(AdministrationError) -> ApprovalResult? { nil }
}
