/// Remembers which signed requests were seen, so that none is taken twice, not after a restart either.
package protocol NonceLedger: Sendable {
    /// Notes a nonce durably until a time in nanoseconds since 1970; whoever asks is answered when it is written.
    ///
    /// `digest` is of 32 bytes: of the key's id and the nonce. `holder` is whose nonce it is: nobody fills the room of all.
    func admit(_ digest: KeyDigest, of holder: String, until expiresAt: Int64) async -> NonceAdmission
}

/// What became of a nonce.
package enum NonceAdmission: Hashable, Sendable {
    case fresh
    /// It was seen before.
    case replayed
    /// Its holder has as many remembered as one may.
    case crowded
    /// It could not be written down.
    case unavailable
}
