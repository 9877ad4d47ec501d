internal import PosternCore

/// Why a key that was known opens nothing any more.
enum KeyStanding {
    /// The refusal of a key that the directory does not have, or whose time is over; times are nanoseconds since 1970.
    ///
    /// A key that died with its agent says so: whoever holds it needs another agent, not another key.
    static func refusal(_ key: StoredKey, of agent: StoredAgent?, now: Int64) -> SDKRefusal {
        if key.end == .agentRevoked { return agentRevoked }
        if key.revokedAt != nil || key.end != nil { return refusal("key_revoked", "the key was revoked") }
        if agent?.status == .revoked { return agentRevoked }
        if key.expiresAt.map({ $0 <= now }) ?? false { return expired }
        if key.rotatedUntil.map({ $0 <= now }) ?? false {
            return refusal("key_rotated_grace_expired", "another key has taken the place of this one")
        }
        return refusal("key_not_active", "the key does not work now")
    }

    static let expired = refusal("key_expired", "the time of the key is over")

    private static let agentRevoked = refusal("agent_revoked", "the agent was revoked, which is for ever")

    private static func refusal(_ code: String, _ message: String) -> SDKRefusal {
        SDKRefusal(status: 401, code: code, message: message)
    }
}
