internal import PosternCommand
internal import PosternCore

/// Which records `postern audit tail` shows.
package struct AuditFilter: Sendable {
    package var agent: String?
    package var provider: String?
    /// `allow` or `deny`.
    package var decision: String?
    /// Nanoseconds since 1970.
    package var since: Int64?
    /// Also intents, whose outcome says the same and more, and checkpoints.
    package var showsAll = false

    package init() {}

    /// Whether a record is to be shown.
    ///
    /// A line that is no record always is: it should not be there.
    package func matches(_ entry: AuditEntry) -> Bool {
        guard entry.isRecord else { return true }
        let action = entry["event.action"]
        if !showsAll, action == "intent" || action == "checkpoint" { return false }
        if let agent, entry["postern.agent"] != Printable.text(agent.utf8) { return false }
        if let provider, entry["postern.provider"] != Printable.text(provider.utf8) { return false }
        if let decision, entry["postern.decision"] != decision { return false }
        guard let since else { return true }
        return entry["@timestamp"].flatMap { Timestamp.parse($0) }.map { $0 >= since } ?? true
    }
}
