internal import PosternAdmin
internal import PosternCore

/// How long a grant is to last, in the words of clients.
struct GrantPolicyMembers {
    private var ends: [Int64] = []

    /// Reads the member `grant_policy`, of whose limits the earliest holds.
    ///
    /// `now` is in nanoseconds since 1970.
    init(_ members: inout SDKMembers, now: Int64) throws(SDKRefusal) {
        guard var policy = try members.object("grant_policy") else { return }
        if let text = try policy.text("expires_at") {
            guard let end = Timestamp.parse(text) ?? Timestamp.parse(text + "Z") else {
                throw .invalid("grant_policy.expires_at is not an ISO 8601 time")
            }
            guard end > now else { throw .invalid("grant_policy.expires_at is over") }
            ends.append(end)
        }
        let longest = try policy.integer("max_ttl_seconds", in: 1...3_153_600_000)
        let usual = try policy.integer("default_ttl_seconds", in: 1...3_153_600_000)
        for seconds in [longest, usual] {
            if let seconds { ends.append(now + Int64(seconds) * 1_000_000_000) }
        }
        try policy.finish()
    }

    var expiry: Expiry { ends.min().map { .at($0) } ?? .never }
}
