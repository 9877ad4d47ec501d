/// The first schema, in terms of SQL alone; never edited once released.
///
/// Times are nanoseconds since 1970. Every row ends with `seal`, which holds only for the row as it was written.
enum Migration1 {
    static let identifier = "1"

    static let sql = """
        CREATE TABLE meta (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            store_id TEXT NOT NULL CHECK (\(Rule.isUUID("store_id"))),
            created_at INTEGER NOT NULL CHECK (created_at >= 0),
            generation INTEGER NOT NULL CHECK (generation >= 1),
            \(Rule.seal)
        ) STRICT;

        CREATE TABLE wraps (
            id TEXT NOT NULL UNIQUE CHECK (\(Rule.isUUID("id"))),
            kind TEXT NOT NULL CHECK (kind IN ('key', 'passphrase')),
            salt BLOB NOT NULL CHECK (length(salt) IN (0, 16)),
            cost INTEGER NOT NULL CHECK (cost BETWEEN 0 AND 63),
            sealed BLOB NOT NULL CHECK (length(sealed) = 60),
            \(Rule.seal),
            CHECK (kind = 'passphrase' OR (cost = 0 AND length(salt) = 0))
        ) STRICT;

        CREATE TABLE apps (
            id TEXT NOT NULL UNIQUE CHECK (\(Rule.isUUID("id"))),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
            created_at INTEGER NOT NULL CHECK (created_at >= 0),
            \(Rule.seal)
        ) STRICT;

        CREATE TABLE agents (
            id TEXT NOT NULL UNIQUE CHECK (\(Rule.isUUID("id"))),
            name TEXT NOT NULL CHECK (\(Rule.isSlug("name"))),
            display_name TEXT CHECK (length(display_name) <= 256),
            status TEXT NOT NULL CHECK (status IN ('active', 'paused', 'revoked')),
            parent_id TEXT REFERENCES agents (id) CHECK (parent_id <> id),
            scopes TEXT NOT NULL CHECK (\(Rule.isObject("scopes"))),
            requests_per_minute INTEGER CHECK (requests_per_minute >= 0),
            concurrent_requests INTEGER CHECK (concurrent_requests >= 0),
            policy TEXT CHECK (policy IS NULL OR (\(Rule.isObject("policy")))),
            metadata TEXT NOT NULL CHECK (\(Rule.isObject("metadata"))),
            version INTEGER NOT NULL CHECK (version >= 1),
            created_at INTEGER NOT NULL CHECK (created_at >= 0),
            updated_at INTEGER NOT NULL CHECK (updated_at >= 0),
            \(Rule.seal)
        ) STRICT;
        CREATE UNIQUE INDEX agents_name ON agents (name) WHERE status <> 'revoked';
        CREATE INDEX agents_parent ON agents (parent_id) WHERE parent_id IS NOT NULL;

        CREATE TABLE agent_keys (
            id TEXT NOT NULL UNIQUE CHECK (\(Rule.isUUID("id"))),
            agent_id TEXT NOT NULL REFERENCES agents (id),
            \(keyColumns)
        ) STRICT;
        CREATE INDEX agent_keys_agent ON agent_keys (agent_id);

        CREATE TABLE app_keys (
            id TEXT NOT NULL UNIQUE CHECK (\(Rule.isUUID("id"))),
            app_id TEXT NOT NULL REFERENCES apps (id),
            \(keyColumns)
        ) STRICT;
        CREATE INDEX app_keys_app ON app_keys (app_id);

        CREATE TABLE providers (
            name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
            definition TEXT NOT NULL CHECK (\(Rule.isObject("definition"))),
            created_at INTEGER NOT NULL CHECK (created_at >= 0),
            updated_at INTEGER NOT NULL CHECK (updated_at >= 0),
            \(Rule.seal)
        ) STRICT;

        CREATE TABLE secrets (
            id TEXT NOT NULL UNIQUE CHECK (\(Rule.isUUID("id"))),
            name TEXT NOT NULL CHECK (\(Rule.isSlug("name"))),
            provider TEXT NOT NULL CHECK (length(provider) BETWEEN 1 AND 64),
            hosts TEXT NOT NULL,
            inputs TEXT NOT NULL CHECK (\(Rule.isObject("inputs"))),
            allows_self_bind INTEGER NOT NULL CHECK (allows_self_bind IN (0, 1)),
            version INTEGER NOT NULL CHECK (version >= 1),
            created_at INTEGER NOT NULL CHECK (created_at >= 0),
            updated_at INTEGER NOT NULL CHECK (updated_at >= 0),
            revoked_at INTEGER CHECK (revoked_at >= 0),
            \(Rule.seal)
        ) STRICT;
        CREATE UNIQUE INDEX secrets_name ON secrets (name) WHERE revoked_at IS NULL;

        CREATE TABLE secret_versions (
            id TEXT NOT NULL UNIQUE CHECK (\(Rule.isUUID("id"))),
            secret_id TEXT NOT NULL REFERENCES secrets (id),
            number INTEGER NOT NULL CHECK (number >= 1),
            sealed BLOB NOT NULL CHECK (length(sealed) >= 28),
            created_at INTEGER NOT NULL CHECK (created_at >= 0),
            retired_at INTEGER CHECK (retired_at >= 0),
            forget_at INTEGER CHECK (forget_at >= 0),
            \(Rule.seal),
            UNIQUE (secret_id, number)
        ) STRICT;
        CREATE UNIQUE INDEX secret_versions_current ON secret_versions (secret_id) WHERE retired_at IS NULL;

        CREATE TABLE users (
            id TEXT NOT NULL UNIQUE CHECK (\(Rule.isUUID("id"))),
            subject TEXT NOT NULL UNIQUE CHECK (length(subject) BETWEEN 1 AND 512),
            display_name TEXT CHECK (length(display_name) <= 256),
            is_suspended INTEGER NOT NULL CHECK (is_suspended IN (0, 1)),
            created_at INTEGER NOT NULL CHECK (created_at >= 0),
            updated_at INTEGER NOT NULL CHECK (updated_at >= 0),
            \(Rule.seal)
        ) STRICT;

        CREATE TABLE user_groups (
            id TEXT NOT NULL UNIQUE CHECK (\(Rule.isUUID("id"))),
            user_id TEXT NOT NULL REFERENCES users (id),
            name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 256),
            \(Rule.seal),
            UNIQUE (user_id, name)
        ) STRICT;
        CREATE INDEX user_groups_name ON user_groups (name);

        CREATE TABLE connections (
            id TEXT NOT NULL UNIQUE CHECK (\(Rule.isUUID("id"))),
            user_id TEXT NOT NULL REFERENCES users (id),
            provider TEXT NOT NULL CHECK (length(provider) BETWEEN 1 AND 64),
            account TEXT NOT NULL CHECK (length(account) BETWEEN 1 AND 512),
            scopes TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('active', 'broken', 'revoked')),
            sealed BLOB CHECK (length(sealed) >= 28),
            created_at INTEGER NOT NULL CHECK (created_at >= 0),
            updated_at INTEGER NOT NULL CHECK (updated_at >= 0),
            expires_at INTEGER CHECK (expires_at >= 0),
            \(Rule.seal),
            CHECK (status <> 'revoked' OR sealed IS NULL)
        ) STRICT;
        CREATE UNIQUE INDEX connections_account ON connections (user_id, provider, account) WHERE status <> 'revoked';

        CREATE TABLE grants (
            id TEXT NOT NULL UNIQUE CHECK (\(Rule.isUUID("id"))),
            principal TEXT NOT NULL CHECK (principal IN ('agent', 'user', 'group', 'system')),
            agent_id TEXT REFERENCES agents (id),
            user_id TEXT CHECK (user_id IS NULL OR (\(Rule.isUUID("user_id")))),
            group_name TEXT CHECK (length(group_name) BETWEEN 1 AND 256),
            secret_id TEXT NOT NULL REFERENCES secrets (id),
            parent_id TEXT REFERENCES grants (id) CHECK (parent_id <> id),
            is_delegable INTEGER NOT NULL CHECK (is_delegable IN (0, 1)),
            label TEXT CHECK (length(label) <= 256),
            terms TEXT NOT NULL CHECK (\(Rule.isObject("terms"))),
            max_uses INTEGER CHECK (max_uses >= 1),
            created_at INTEGER NOT NULL CHECK (created_at >= 0),
            expires_at INTEGER CHECK (expires_at >= 0),
            revoked_at INTEGER CHECK (revoked_at >= 0),
            \(Rule.seal),
            CHECK ((agent_id IS NOT NULL) = (principal = 'agent')),
            CHECK ((user_id IS NOT NULL) = (principal = 'user')),
            CHECK ((group_name IS NOT NULL) = (principal = 'group'))
        ) STRICT;
        CREATE INDEX grants_agent ON grants (agent_id) WHERE agent_id IS NOT NULL;
        CREATE INDEX grants_user ON grants (user_id) WHERE user_id IS NOT NULL;
        CREATE INDEX grants_group ON grants (group_name) WHERE group_name IS NOT NULL;
        CREATE INDEX grants_secret ON grants (secret_id);
        CREATE INDEX grants_parent ON grants (parent_id) WHERE parent_id IS NOT NULL;

        CREATE TABLE uses (
            grant_id TEXT NOT NULL UNIQUE CHECK (length(grant_id) BETWEEN 1 AND 160),
            count INTEGER NOT NULL CHECK (count >= 0),
            \(Rule.seal)
        ) STRICT;

        CREATE TABLE approvals (
            id TEXT NOT NULL UNIQUE CHECK (\(Rule.isUUID("id"))),
            grant_id TEXT NOT NULL REFERENCES grants (id),
            agent_id TEXT NOT NULL REFERENCES agents (id),
            status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'denied', 'expired', 'used')),
            request TEXT NOT NULL CHECK (\(Rule.isObject("request"))),
            created_at INTEGER NOT NULL CHECK (created_at >= 0),
            expires_at INTEGER NOT NULL CHECK (expires_at >= 0),
            decided_at INTEGER CHECK (decided_at >= 0),
            decided_by TEXT CHECK (length(decided_by) <= 256),
            \(Rule.seal)
        ) STRICT;
        CREATE INDEX approvals_grant ON approvals (grant_id);
        CREATE INDEX approvals_pending ON approvals (expires_at) WHERE status = 'pending';

        CREATE TABLE nonces (
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            purpose TEXT NOT NULL CHECK (length(purpose) BETWEEN 1 AND 64),
            created_at INTEGER NOT NULL CHECK (created_at >= 0),
            expires_at INTEGER NOT NULL CHECK (expires_at >= 0),
            \(Rule.seal)
        ) STRICT;
        CREATE INDEX nonces_expiry ON nonces (expires_at);
        """

    private static let keyColumns = """
        name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 128),
            prefix TEXT NOT NULL CHECK (length(prefix) BETWEEN 1 AND 32),
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            created_at INTEGER NOT NULL CHECK (created_at >= 0),
            expires_at INTEGER CHECK (expires_at >= 0),
            deprecated_at INTEGER CHECK (deprecated_at >= 0),
            revoked_at INTEGER CHECK (revoked_at >= 0),
            last_used_at INTEGER CHECK (last_used_at >= 0),
            \(Rule.seal)
        """
}
