/// A table whose rows are sealed: what stands in it, in the order in which it is sealed.
struct Table: Sendable {
    let name: String
    /// All columns but `seal`; the first one identifies the row.
    let columns: [String]
    /// How many of them the table was made with: the others were added later, and are sealed only where they are not NULL.
    let originalCount: Int

    let selection: String
    let insertion: String
    let replacement: String
    let deletion: String

    init(_ name: String, _ original: [String], added: [String] = []) {
        self.name = name
        columns = original + added
        originalCount = original.count
        let all = columns + ["seal"]
        let list = all.joined(separator: ", ")
        selection = "SELECT \(list) FROM \(name)"
        insertion = "INSERT INTO \(name) (\(list)) VALUES (\(all.map { _ in "?" }.joined(separator: ", ")))"
        let assignments = all.map { "\($0) = ?" }.joined(separator: ", ")
        replacement = "UPDATE \(name) SET \(assignments) WHERE \(columns[0]) = ?"
        deletion = "DELETE FROM \(name) WHERE \(columns[0]) = ?"
    }

    static let wraps = Table("wraps", ["id", "kind", "salt", "cost", "sealed"])
    static let apps = Table("apps", ["id", "name", "created_at"])
    static let agents = Table(
        "agents",
        [
            "id", "name", "display_name", "status", "parent_id", "scopes", "requests_per_minute",
            "concurrent_requests", "policy", "metadata", "version", "created_at", "updated_at",
        ],
        added: ["kind", "pending_scopes", "scopes_apply_at"]
    )
    static let agentKeys = Table("agent_keys", ["id", "agent_id"] + keyColumns, added: addedKeyColumns)
    static let appKeys = Table("app_keys", ["id", "app_id"] + keyColumns, added: addedKeyColumns)
    static let providers = Table("providers", ["name", "definition", "created_at", "updated_at"])
    static let secrets = Table(
        "secrets",
        [
            "id", "name", "provider", "hosts", "inputs", "allows_self_bind", "version", "created_at", "updated_at",
            "revoked_at",
        ],
        added: ["kind", "self_binders"]
    )
    static let secretVersions = Table(
        "secret_versions",
        ["id", "secret_id", "number", "sealed", "created_at", "retired_at", "forget_at"]
    )
    static let users = Table(
        "users",
        ["id", "subject", "display_name", "is_suspended", "created_at", "updated_at"],
        added: ["groups_issued_at"]
    )
    static let userGroups = Table("user_groups", ["id", "user_id", "name"])
    static let connections = Table(
        "connections",
        [
            "id", "user_id", "provider", "account", "account_display_name", "scopes", "status", "secret_id",
            "token_ends_at", "created_at", "updated_at",
        ]
    )
    static let connectSessions = Table(
        "connect_sessions",
        [
            "id", "poll_digest", "page_digest", "user_id", "agent_id", "request", "status", "outcome", "created_at",
            "expires_at",
        ]
    )
    static let grants = Table(
        "grants",
        [
            "id", "principal", "agent_id", "user_id", "group_name", "secret_id", "parent_id", "is_delegable", "label",
            "terms", "max_uses", "created_at", "expires_at", "revoked_at",
        ]
    )
    static let uses = Table("uses", ["grant_id", "count"])
    static let approvals = Table(
        "approvals",
        [
            "id", "principal", "principal_id", "agent_id", "key_id", "grant_id", "sender", "status", "gates",
            "fingerprint", "sentence", "asker", "method", "host", "path", "is_partial", "body_kind", "body_bytes",
            "body_sha256", "reason", "created_at", "expires_at", "decided_at", "decision_reason", "executed_at",
            "failure",
        ]
    )
    static let approvalContents = Table("approval_contents", ["id", "kind", "sealed"])
    static let idempotency = Table(
        "idempotency",
        ["digest", "body_digest", "subject_id", "asker", "created_at", "expires_at"]
    )

    /// Every table but `meta`, whose one row seals all the others together, and `nonces`.
    static let all = [
        wraps, apps, agents, agentKeys, appKeys, providers, secrets, secretVersions, users, userGroups, connections,
        connectSessions, grants, uses, approvals, approvalContents, idempotency,
    ]

    private static let keyColumns = [
        "name", "prefix", "digest", "created_at", "expires_at", "deprecated_at", "revoked_at", "last_used_at",
    ]
    private static let addedKeyColumns = [
        "scopes", "parent_id", "networks", "requests_per_minute", "successor_id", "rotated_until", "end_reason",
    ]
}
