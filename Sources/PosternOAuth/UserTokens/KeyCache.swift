internal import PosternCore

/// Keeps the keys of the identity provider, and fetches them when it has to.
///
/// All who need them wait for one fetch. A key that is not known is looked for at most every 30 s: tokens with invented key
/// ids would else have us ask all the time.
actor KeyCache {
    /// After so many seconds the keys are fetched again, so that one which was withdrawn is not taken for ever.
    private static let freshSeconds: Int64 = 900
    /// If that fails, they are used for so long.
    private static let usableSeconds: Int64 = 3600
    private static let pauseSeconds: Int64 = 30
    private static let pauseAfterFailureSeconds: Int64 = 2

    private let fetch: @Sendable () async -> Result<KeySet, UserTokenError>
    private let uptime: @Sendable () -> Int64

    private var keys: KeySet?
    private var fetchedAt: Int64 = 0
    private var notBefore = Int64.min
    private var failure = UserTokenError.unavailable(reason: "not fetched yet")
    private var underWay: Task<Void, Never>?

    /// Takes what fetches keys, and a clock in seconds that does not go back.
    init(
        fetch: @escaping @Sendable () async -> Result<KeySet, UserTokenError>,
        uptime: @escaping @Sendable () -> Int64
    ) {
        self.fetch = fetch
        self.uptime = uptime
    }

    /// The keys, with the one that has an id if that can be had.
    func keys(with id: String?) async throws(UserTokenError) -> KeySet {
        if let keys, keys.holds(id), uptime() - fetchedAt < KeyCache.freshSeconds { return keys }
        if underWay == nil, uptime() >= notBefore {
            // Not cancelled with whoever happened to come first: others wait for it.
            underWay = Task { await self.renew() }
        }
        await underWay?.value
        guard let keys, uptime() - fetchedAt < KeyCache.usableSeconds else { throw failure }
        return keys
    }

    private func renew() async {
        let result = await fetch()
        underWay = nil
        switch result {
        case .success(let new):
            keys = new
            fetchedAt = uptime()
            notBefore = fetchedAt + KeyCache.pauseSeconds
        case .failure(let error):
            failure = error
            notBefore = uptime() + KeyCache.pauseAfterFailureSeconds
        }
    }
}
