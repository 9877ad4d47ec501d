internal import PosternAdmin
internal import PosternCore

extension SDKGate {
    /// A key that was shown: one that works, or one that was known, and why it works no more.
    enum PresentedKey {
        case held(HeldKey)
        case ended(SDKRefusal)

        func key() throws(SDKRefusal) -> HeldKey {
            switch self {
            case .held(let key): return key
            case .ended(let refusal): throw refusal
            }
        }
    }

    /// Finds a key; whoever shows unknown ones is slowed.
    func presentedKey(_ digest: KeyDigest, peer: Peer, now: Int64) async throws -> PresentedKey {
        let held = services.directory.directory.key(digest)
        if let held, held.isValid(at: now / 1_000_000_000) { return .held(held) }
        // Before the store is asked, so that guesses do not keep it busy.
        let source = peer.source
        guard !attempts.isExhausted(source, now: monotonic()) else { throw SDKRefusal.tooOften(scope: "ip", wait: 1) }
        if let state = try await services.administration.keyState(digest) {
            return .ended(KeyStanding.refusal(state.0, of: state.1, now: now))
        }
        if held != nil { return .ended(KeyStanding.expired) }
        _ = attempts.isExhausted(afterWrongKeyFrom: source, now: monotonic())
        throw SDKRefusal.unknownKey
    }
}
