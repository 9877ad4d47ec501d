internal import Synchronization

/// Remembers which tokens were got because the upstream refused the one before, so that an upstream which refuses them all
/// does not have every request renew one.
final class RefusedTokens: Sendable {
    /// How long such a token is taken as it is, in seconds.
    private static let pause: Int64 = 60
    private static let maxRemembered = 1024

    private struct Entry {
        let version: Int
        let until: Int64
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// Notes the token that was got; `now` is in seconds.
    func note(_ credential: String, version: Int, at now: Int64) {
        entries.withLock { entries in
            if entries.count >= RefusedTokens.maxRemembered { entries = entries.filter { $0.value.until > now } }
            entries[credential] = Entry(version: version, until: now + RefusedTokens.pause)
        }
    }

    /// Whether another one would hardly fare better.
    func isFutile(_ credential: String, version: Int, at now: Int64) -> Bool {
        entries.withLock { $0[credential].map { $0.version == version && now < $0.until } ?? false }
    }
}
