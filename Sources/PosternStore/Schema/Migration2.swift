/// The second schema: what the API for programs, connections and approvals need.
///
/// Tables with rows only gain columns, which are NULL in the rows that are there: their seals still hold. Those that are made
/// anew were never written to.
enum Migration2 {
    static let identifier = "2"

    static let sql = """
        ALTER TABLE agents ADD COLUMN kind TEXT CHECK (kind = 'service');
        ALTER TABLE agents ADD COLUMN pending_scopes TEXT
            CHECK (pending_scopes IS NULL OR (\(Rule.isObject("pending_scopes"))));
        ALTER TABLE agents ADD COLUMN scopes_apply_at INTEGER CHECK (scopes_apply_at >= 0);
        CREATE INDEX agents_scopes_apply_at ON agents (scopes_apply_at) WHERE scopes_apply_at IS NOT NULL;

        \(keyColumns("agent_keys"))
        \(keyColumns("app_keys"))

        ALTER TABLE secrets ADD COLUMN kind TEXT CHECK (kind = 'connection');
        ALTER TABLE secrets ADD COLUMN self_binders TEXT;

        ALTER TABLE users ADD COLUMN groups_issued_at INTEGER CHECK (groups_issued_at >= 0);

        DROP TABLE connections;
        CREATE TABLE connections (
            id TEXT NOT NULL UNIQUE CHECK (\(Rule.isUUID("id"))),
            user_id TEXT NOT NULL CHECK (\(Rule.isUUID("user_id"))),
            provider TEXT NOT NULL CHECK (length(provider) BETWEEN 1 AND 64),
            account TEXT NOT NULL CHECK (length(account) BETWEEN 1 AND 512),
            account_display_name TEXT CHECK (length(account_display_name) <= 512),
            scopes TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('active', 'broken', 'revoked')),
            secret_id TEXT NOT NULL UNIQUE REFERENCES secrets (id),
            token_ends_at INTEGER CHECK (token_ends_at >= 0),
            created_at INTEGER NOT NULL CHECK (created_at >= 0),
            updated_at INTEGER NOT NULL CHECK (updated_at >= 0),
            \(Rule.seal)
        ) STRICT;
        CREATE UNIQUE INDEX connections_account ON connections (user_id, provider, account, scopes)
            WHERE status <> 'revoked' AND account <> '(unknown)';

        CREATE TABLE connect_sessions (
            id TEXT NOT NULL UNIQUE CHECK (\(Rule.isUUID("id"))),
            poll_digest BLOB NOT NULL UNIQUE CHECK (length(poll_digest) = 32),
            page_digest BLOB NOT NULL UNIQUE CHECK (length(page_digest) = 32),
            user_id TEXT NOT NULL REFERENCES users (id),
            agent_id TEXT REFERENCES agents (id),
            request TEXT NOT NULL CHECK (\(Rule.isObject("request"))),
            status TEXT NOT NULL CHECK (status IN ('pending', 'completed', 'denied', 'failed', 'expired')),
            outcome TEXT NOT NULL CHECK (\(Rule.isObject("outcome"))),
            created_at INTEGER NOT NULL CHECK (created_at >= 0),
            expires_at INTEGER NOT NULL CHECK (expires_at >= 0),
            \(Rule.seal)
        ) STRICT;
        CREATE INDEX connect_sessions_user ON connect_sessions (user_id);
        CREATE INDEX connect_sessions_expiry ON connect_sessions (expires_at);

        DROP TABLE approvals;
        CREATE TABLE approvals (
            id TEXT NOT NULL UNIQUE CHECK (\(Rule.isUUID("id"))),
            principal TEXT NOT NULL CHECK (principal IN ('agent', 'user', 'app')),
            principal_id TEXT CHECK (length(principal_id) BETWEEN 1 AND 64),
            agent_id TEXT REFERENCES agents (id),
            key_id TEXT CHECK (\(Rule.isUUID("key_id"))),
            grant_id TEXT NOT NULL CHECK (length(grant_id) BETWEEN 1 AND 160),
            sender TEXT NOT NULL CHECK (sender IN ('daemon', 'client')),
            status TEXT NOT NULL CHECK (
                status IN ('pending', 'approved', 'executing', 'executed', 'failed', 'denied', 'expired')
            ),
            gates TEXT NOT NULL CHECK (gates GLOB '[[]*]'),
            fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
            sentence TEXT NOT NULL,
            asker TEXT NOT NULL,
            method TEXT NOT NULL,
            host TEXT NOT NULL,
            path TEXT NOT NULL,
            is_partial INTEGER NOT NULL CHECK (is_partial IN (0, 1)),
            body_kind TEXT CHECK (body_kind IN ('json', 'text', 'binary')),
            body_bytes INTEGER CHECK (body_bytes >= 0),
            body_sha256 BLOB CHECK (length(body_sha256) = 32),
            reason TEXT CHECK (length(CAST(reason AS BLOB)) <= 512),
            created_at INTEGER NOT NULL CHECK (created_at >= 0),
            expires_at INTEGER NOT NULL CHECK (expires_at >= 0),
            decided_at INTEGER CHECK (decided_at >= 0),
            decision_reason TEXT,
            executed_at INTEGER CHECK (executed_at >= 0),
            failure TEXT,
            \(Rule.seal),
            CHECK ((principal_id IS NULL) = (principal = 'app')),
            CHECK (agent_id IS NULL OR principal = 'agent'),
            CHECK ((body_kind IS NULL) = (body_bytes IS NULL) AND (body_kind IS NULL) = (body_sha256 IS NULL))
        ) STRICT;
        CREATE INDEX approvals_status ON approvals (status);
        CREATE INDEX approvals_asker ON approvals (principal, principal_id, status);
        CREATE INDEX approvals_fingerprint ON approvals (fingerprint);

        CREATE TABLE approval_contents (
            id TEXT NOT NULL UNIQUE REFERENCES approvals (id),
            kind TEXT NOT NULL CHECK (kind IN ('request', 'answer')),
            sealed BLOB NOT NULL CHECK (length(sealed) >= 28),
            \(Rule.seal)
        ) STRICT;

        CREATE TABLE idempotency (
            digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
            body_digest BLOB NOT NULL CHECK (length(body_digest) = 32),
            subject_id TEXT NOT NULL CHECK (\(Rule.isUUID("subject_id"))),
            asker TEXT NOT NULL,
            created_at INTEGER NOT NULL CHECK (created_at >= 0),
            expires_at INTEGER NOT NULL CHECK (expires_at >= 0),
            \(Rule.seal)
        ) STRICT;
        CREATE INDEX idempotency_asker ON idempotency (asker);
        CREATE INDEX idempotency_expiry ON idempotency (expires_at);

        DROP TABLE nonces;
        CREATE TABLE nonces (
            digest BLOB NOT NULL CHECK (length(digest) = 32),
            holder TEXT NOT NULL,
            expires_at INTEGER NOT NULL CHECK (expires_at >= 0)
        ) STRICT;
        """

    private typealias Rule = Migration1.Rule

    /// What keys of agents and of the application have gained.
    private static func keyColumns(_ table: String) -> String {
        """
        ALTER TABLE \(table) ADD COLUMN scopes TEXT;
            ALTER TABLE \(table) ADD COLUMN parent_id TEXT REFERENCES \(table) (id) CHECK (parent_id <> id);
            ALTER TABLE \(table) ADD COLUMN networks TEXT;
            ALTER TABLE \(table) ADD COLUMN requests_per_minute INTEGER CHECK (requests_per_minute >= 1);
            ALTER TABLE \(table) ADD COLUMN successor_id TEXT REFERENCES \(table) (id) CHECK (successor_id <> id);
            ALTER TABLE \(table) ADD COLUMN rotated_until INTEGER CHECK (rotated_until >= 0);
            ALTER TABLE \(table) ADD COLUMN end_reason TEXT
                CHECK (end_reason IN ('revoked', 'agent_revoked', 'parent_revoked'));
            CREATE INDEX \(table)_parent ON \(table) (parent_id) WHERE parent_id IS NOT NULL;
        """
    }
}
