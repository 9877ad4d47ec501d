internal import PosternCore
internal import Synchronization

/// What providers gave, until the browser that came back with it says whether it is to be kept.
///
/// It is in memory only: after a restart the user starts again from the page.
final class ArrivedTokens: Sendable {
    /// One account, of which nothing is written yet.
    struct Arrival {
        /// The token of the session's page.
        let page: Secret
        let provider: OAuthProvider
        let account: ArrivedAccount
        /// Nanoseconds since 1970.
        let endsAt: Int64

        /// What the provider is to forget if it is not kept.
        var forgotten: ForgottenToken {
            ForgottenToken(provider: provider, token: account.tokens.refreshToken ?? account.tokens.accessToken)
        }
    }

    /// How many are held at once.
    static let maxCount = 1_000
    /// How long users take at most, in nanoseconds.
    static let lifetime: Int64 = 600_000_000_000

    private let arrivals = Mutex<[KeyDigest: Arrival]>([:])

    /// Holds one under a new token; `nil` if there are too many.
    func hold(_ arrival: Arrival) -> Secret? {
        let token = RandomToken.secret()
        let isHeld = arrivals.withLock { arrivals in
            guard arrivals.count < ArrivedTokens.maxCount else { return false }
            arrivals[token.digest] = arrival
            return true
        }
        return isHeld ? token : nil
    }

    /// What is held under a token, which is good for one answer; `nil` if it is nothing, or too late.
    func take(_ token: String, at now: Int64) -> Arrival? {
        arrivals.withLock { arrivals in
            let digest = KeyDigest(ofKey: token.utf8)
            // One that has ended stays for `takeEnded`, which has its provider told.
            guard let arrival = arrivals[digest], arrival.endsAt > now else { return nil }
            arrivals[digest] = nil
            return arrival
        }
    }

    /// Lets go of those that nobody has answered in time.
    func takeEnded(at now: Int64) -> [Arrival] {
        arrivals.withLock { arrivals in
            let ended = arrivals.filter { $0.value.endsAt <= now }
            for digest in ended.keys { arrivals[digest] = nil }
            return Array(ended.values)
        }
    }
}
