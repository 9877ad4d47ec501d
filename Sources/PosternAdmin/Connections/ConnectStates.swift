internal import PosternCore
internal import Synchronization

/// The authorization requests whose answers are waited for.
///
/// They are in memory only: after a restart the user starts again from the page.
final class ConnectStates: Sendable {
    /// One user's way to a provider and back.
    struct Journey {
        /// The token of the session's page.
        let page: Secret
        let provider: String
        let browser: KeyDigest
        /// RFC 7636 section 4.1.
        let verifier: Secret
        let redirectURL: String
        /// Nanoseconds since 1970.
        let endsAt: Int64
    }

    /// How many are waited for at once.
    static let maxCount = 10_000
    /// How long users take at most, in nanoseconds.
    static let lifetime: Int64 = 600_000_000_000

    private let journeys = Mutex<[KeyDigest: Journey]>([:])

    /// Notes a journey under a new state; another one of the same page to the same provider ends.
    ///
    /// - Returns: `nil` if there are too many.
    func begin(_ journey: Journey, at now: Int64) -> Secret? {
        let state = RandomToken.secret()
        let isNoted = journeys.withLock { journeys in
            journeys = journeys.filter { _, other in
                other.endsAt > now && !(other.provider == journey.provider && other.page.isEqual(to: journey.page))
            }
            guard journeys.count < ConnectStates.maxCount else { return false }
            journeys[state.digest] = journey
            return true
        }
        return isNoted ? state : nil
    }

    /// The journey of a state, which is good for one answer from the browser that began it.
    ///
    /// Also what comes from another one ends it: whoever else knows the state may know the code.
    func end(_ state: String, browser: Secret, at now: Int64) -> Journey? {
        let journey = journeys.withLock { $0.removeValue(forKey: KeyDigest(ofKey: state.utf8)) }
        guard let journey, journey.endsAt > now, journey.browser == browser.digest else { return nil }
        return journey
    }
}
