package import PosternControl

/// The running daemon, for people.
package enum ServiceText {
    /// What it is, where it listens, and how much it looks after.
    package static func facts(_ status: StatusAnswer) -> Facts {
        var facts = Facts()
        facts.add("posternd", "\(status.version), process \(status.processID)")
        facts.add("started", When(status.startedAt)?.long)
        for listener in status.listeners {
            facts.add("listens on", listener.address + (listener.agent.map { " for \($0)" } ?? ""))
        }
        facts.add("pages at", status.portal)
        facts.add("configuration", status.configuration)
        facts.add("state", status.stateDirectory)
        let counts = status.counts
        facts.add(
            "looks after",
            [
                counted(counts.agents, "agent"), counted(counts.secrets, "secret"), counted(counts.grants, "grant"),
                counted(counts.users, "user"),
            ]
        )
        if status.auditIsWritable {
            facts.add("audit log", "writable", .good)
        } else {
            facts.add("audit log", "not writable; requests are refused", .bad)
        }
        return facts
    }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
