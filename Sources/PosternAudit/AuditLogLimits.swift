/// The bounds and waits of the writer.
///
/// Not settings: the daemon uses the defaults, tests use smaller ones.
package struct AuditLogLimits: Sendable {
    /// Records that wait for the writer; further batches are refused.
    package var pendingBytes = 64 << 20
    /// Records of what has happened, kept while nothing can be written; further ones are counted and lost.
    package var backlogBytes = 4 << 20
    /// Records written by one system call, as far as a batch is not larger: what stays in a core's cache.
    package var groupBytes = 1 << 18
    /// How long after a failed write the next is tried without being asked.
    package var retryInterval: Duration = .milliseconds(200)

    package init() {}
}
