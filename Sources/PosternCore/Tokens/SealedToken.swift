/// A token that an upstream issued to an agent through Postern, of which the agent knows a placeholder alone.
package final class SealedToken: Sendable {
    /// Who may use it, and for what.
    ///
    /// Agents and credentials of the store by their ids: one that takes over a name does not take over tokens.
    struct Owner: Hashable, Sendable {
        let agent: String
        let provider: String
        /// The credential with which it was asked for.
        let credential: String
    }

    let owner: Owner
    let value: Secret
    /// When it ends, in nanoseconds of the monotonic clock.
    let end: UInt64
    /// What must not come back in answers to requests that it was written into.
    let scrubbing: ScrubPatterns

    init(_ value: Secret, owner: Owner, end: UInt64) {
        self.value = value
        self.owner = owner
        self.end = end
        scrubbing = ScrubPatterns(secrets: [value])
    }
}
