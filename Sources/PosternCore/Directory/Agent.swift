/// A workload that may call through Postern.
package struct Agent: Sendable {
    package let name: String
    /// The digests of its keys; empty for an agent that only comes through a socket of its own.
    package let keys: [KeyDigest]
    package let limits: Limits

    package init(name: String, keys: [KeyDigest], limits: Limits) {
        self.name = name
        self.keys = keys
        self.limits = limits
    }
}

/// How often and how many at once.
///
/// `nil` is no limit.
package struct Limits: Hashable, Sendable {
    package var requestsPerMinute: Int?
    package var concurrentRequests: Int?

    package init(requestsPerMinute: Int? = nil, concurrentRequests: Int? = nil) {
        self.requestsPerMinute = requestsPerMinute
        self.concurrentRequests = concurrentRequests
    }
}
