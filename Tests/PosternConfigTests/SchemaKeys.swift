/// The keys of the schema, table by table.
///
/// A key that is missing here is refused by no test, so add it with the key.
enum SchemaKeys {
    static let all = Array(Set(byTable.values.joined()).union(nested)).sorted()

    /// The keys of conditions and tools.
    static let nested =
        ["pointer", "equals", "in", "max", "min", "matches", "optional", "arguments"] + oauth + [
            "approvers", "ttl_s",
        ]

    /// The keys of `oauth`.
    static let oauth = [
        "authorization_endpoint", "token_endpoint", "revocation_endpoint", "account_endpoint", "account_member",
        "issuer", "client_id", "client_secret", "client_auth", "scopes", "allowed_scopes", "authorization_parameters",
    ]

    static let byTable: [String: [String]] = [
        "[proxy]": ["listen", "allow_remote_clients", "state_dir", "event_loops", "max_connections"],
        "[timeouts]": [
            "request_head_s", "client_idle_s", "client_stall_s", "connect_s", "first_byte_s", "upstream_idle_s",
            "tunnel_idle_s", "total_s", "pooled_connection_s", "drain_s", "audit_s",
        ],
        "[limits]": [
            "max_head_bytes", "max_field_bytes", "max_fields", "max_pooled_connections", "max_upstream_connections",
        ],
        "[audit]": ["durability", "segment_bytes", "checkpoint_interval_s"],
        "[store]": ["master_key", "passphrase"],
        "[control]": ["socket"],
        "[portal]": ["listen", "url"],
        "[identity]": [
            "issuer", "audience", "jwks_url", "subject_claim", "groups_claim", "allow_private", "ca_file",
        ],
        "[api]": ["identity_blending", "clock_skew_s", "placeholder_lifetime_s", "requests_per_minute"],
        "[approvals]": ["hold_s", "max_pending", "max_body_bytes"],
        "[run]": ["socket", "max_sandboxes"],
        "[[runner]]": ["users", "agents"],
        "[[socket]]": ["path", "listen", "systemd", "agent", "uids", "mode"],
        "[[provider]]": [
            "name", "hosts", "scheme", "auth", "inject", "tenant_hosts", "allow_private", "connect_to", "ca_file",
            "audit_header", "user_agent_suffix", "pass_cookies", "token_paths", "oauth",
        ],
        "[[secret]]": ["name", "provider", "value", "values", "inputs"],
        "[[agent]]": ["name", "key", "keys", "requests_per_minute", "concurrent_requests"],
        "[[grant]]": [
            "websocket",
            "name", "agent", "secret", "hosts", "methods", "paths", "query_keys", "allow_encoded_slash",
            "max_body_bytes", "requests_per_minute", "concurrent_requests", "expires", "placeholder", "max_uses",
            "requires_approval",
            "hours",
            "body", "max_inspected_bytes", "mcp_tools", "mcp_methods",
        ],
        "[[egress]]": [
            "agents",
            "name", "agent", "hosts", "tunnel", "scheme", "methods", "paths", "query_keys", "allow_encoded_slash",
            "max_body_bytes", "requests_per_minute", "concurrent_requests", "websocket", "allow_private", "connect_to",
            "ca_file", "hours", "body", "max_inspected_bytes", "mcp_tools", "mcp_methods",
        ],
    ]
}
