internal import PosternCore

/// The keys that make the terms of a grant, in the configuration file and in the directory.
enum TermKeys {
    /// Reads all of them but `hosts`, which the caller has read.
    static func read(_ table: TableReader, hosts: [HostPattern]?) -> GrantTerms {
        let constraints = RuleKeys.constraints(table)
        return GrantTerms(
            hosts: hosts,
            constraints: constraints,
            limits: LimitKeys.read(table),
            allowsWebSocket: allowsWebSocket(table, constraints),
            givesPlaceholder: table.boolean("placeholder") ?? false,
            approval: ApprovalKeys.read(table)
        )
    }

    /// Reads `websocket`.
    ///
    /// What is sent over one is not looked into, so a rule about it would not be kept.
    static func allowsWebSocket(_ table: TableReader, _ constraints: RequestConstraints) -> Bool {
        let allows = table.boolean("websocket") ?? false
        if allows, constraints.body != nil || constraints.mcp != nil {
            table.refuse(
                "websocket",
                "stands beside rules about bodies, which cannot be kept in a WebSocket",
                hint: "make two grants, one for WebSockets and one for other requests"
            )
        }
        return allows
    }
}
