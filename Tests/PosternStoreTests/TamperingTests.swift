import Foundation
import PosternCore
import PosternStore
import Testing

/// What whoever can write the file, but has no key, can do to it.
@Suite struct TamperingTests {
    @Test(arguments: [
        ("a value", "UPDATE agents SET status = 'active' WHERE name = 'bot'"),
        ("another name", "UPDATE secrets SET name = 'other' WHERE name = 'gh'"),
        ("a wider host", "UPDATE secrets SET hosts = 'evil.test'"),
        ("nothing for something", "UPDATE agent_keys SET expires_at = NULL"),
        ("something for nothing", "UPDATE grants SET parent_id = NULL, revoked_at = NULL WHERE parent_id IS NOT NULL"),
        ("text for a number", "UPDATE agents SET display_name = '60' WHERE name = 'bot'"),
        ("a count", "UPDATE uses SET count = -1"),
        (
            "two rows' seals exchanged",
            """
            UPDATE agents SET seal = (SELECT other.seal FROM agents AS other WHERE other.id <> agents.id)
            """
        ),
        (
            "a value of another version",
            """
            UPDATE secret_versions SET sealed = (SELECT sealed FROM secret_versions WHERE number = 1) WHERE number = 2
            """
        ),
        (
            "a value and a seal of another version",
            """
            UPDATE secret_versions SET (sealed, seal) = (SELECT sealed, seal FROM secret_versions WHERE number = 1)
                WHERE number = 2
            """
        ),
        (
            "a key's digest that is known",
            "UPDATE agent_keys SET digest = (SELECT digest FROM app_keys) WHERE name = 'bot-1'"
        ),
        ("a key that is known", "INSERT INTO agent_keys SELECT * FROM app_keys"),
        ("an agent gone", "DELETE FROM agents WHERE name = 'bot-child'"),
        ("a user's group gone", "DELETE FROM user_groups WHERE name = 'ops'"),
        ("a key gone", "DELETE FROM agent_keys"),
        ("a count gone", "DELETE FROM uses"),
        ("a generation", "UPDATE meta SET generation = 1000"),
        ("another id of the store", "UPDATE meta SET store_id = '00000000-0000-4000-8000-000000000000'"),
        ("no wrap", "DELETE FROM wraps"),
        (
            "a row where none was ever",
            """
            INSERT INTO idempotency
                VALUES (zeroblob(32), zeroblob(32), '00000000-0000-4000-8000-000000000001', 'x', 1, 1, zeroblob(32))
            """
        ),
        ("a scope more", "UPDATE agent_keys SET scopes = 'agents:admin' WHERE name = 'derived'"),
        ("no scopes, which is all", "UPDATE agent_keys SET scopes = NULL WHERE name = 'derived'"),
        ("scopes where there were none", "UPDATE app_keys SET scopes = 'agents:admin'"),
        ("no parent", "UPDATE agent_keys SET parent_id = NULL WHERE name = 'derived'"),
        ("one value in the column of another", "UPDATE agent_keys SET networks = scopes, scopes = networks"),
        ("a connection's secret for the operator's", "UPDATE secrets SET kind = NULL"),
        ("a decision", "UPDATE approvals SET status = 'approved'"),
        ("other words for what is asked", "UPDATE approvals SET sentence = 'harmless'"),
        (
            "a request for another's",
            "UPDATE approval_contents SET sealed = (SELECT sealed FROM approval_contents ORDER BY id DESC LIMIT 1)"
        ),
        ("a user for another", "UPDATE connections SET user_id = '00000000-0000-4000-8000-000000000001'"),
        ("a trigger", "CREATE TRIGGER t AFTER INSERT ON agents BEGIN DELETE FROM grants; END"),
        (
            "a trigger on what is not sealed",
            "CREATE TRIGGER t AFTER INSERT ON grdb_migrations BEGIN DELETE FROM grants; END"
        ),
        ("a view in the place of a table", "ALTER TABLE grants RENAME TO g; CREATE VIEW grants AS SELECT * FROM g"),
        ("a constraint gone", "DROP INDEX agents_name"),
        ("a table gone", "DROP TABLE providers"),
        ("no meta", "DELETE FROM meta"),
        (
            "an index that hides a row",
            """
            CREATE INDEX other ON agent_keys (agent_id) WHERE name <> 'bot-1';
            PRAGMA writable_schema = ON;
            UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'other')
                WHERE name = 'agent_keys_agent';
            DELETE FROM sqlite_schema WHERE name = 'other';
            """
        ),
        ("a newer schema", "INSERT INTO grdb_migrations VALUES ('999')"),
    ])
    func isRefused(name: String, sql: String) throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        try fixture.tamper(sql)
        #expect(try fixture.openingError() != nil, "\(name)")
        #expect(try fixture.openingError(acceptsRestored: true) != nil, "\(name)")
    }

    @Test func aRowAsItWasBeforeIsRefused() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        let old: [Data] = try fixture.query("SELECT seal FROM agent_keys WHERE name = 'bot-1'")
        try fixture.withStore { store throws in
            try store.write { writer throws in
                var key = sample.key
                key.revokedAt = 50
                try writer.update(key)
            }
        }
        let seal = old[0].map { String(format: "%02x", $0) }.joined()
        try fixture.tamper("UPDATE agent_keys SET revoked_at = NULL, seal = x'\(seal)' WHERE name = 'bot-1'")
        guard case .corrupt = try fixture.openingError(acceptsRestored: true) else {
            Issue.record("a revoked key came back")
            return
        }
    }

    @Test func theErrorNamesTheRow() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        try fixture.tamper("UPDATE agents SET status = 'active' WHERE name = 'bot'")
        #expect(try fixture.openingError() == .tampered(table: "agents", id: sample.agent.id))
        try fixture.tamper("INSERT INTO grdb_migrations VALUES ('999')")
        #expect(try fixture.openingError() == .tooNew(version: "schema 999"))
    }

    @Test func aFlippedByteIsRefusedOrChangesNothing() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        let files = try fixture.files()
        let database = try #require(files["store.db"])
        // Most of a small database is empty; what is flipped there is nothing.
        let filled = database.indices.filter { database[$0] != 0 }
        var refused = 0
        for step in 0..<200 {
            var damaged = database
            damaged[filled[step * filled.count / 200]] ^= step.isMultiple(of: 2) ? 0x01 : 0xff
            try fixture.restore(files.merging(["store.db": damaged]) { $1 })
            do { try fixture.expectSample() } catch is StoreError { refused += 1 }
        }
        #expect(refused > 100)
    }

    @Test(arguments: [0, 1, 100, 4095, 4096, 8192, 40_960, -1, -4095, -4096])
    func aTruncatedStoreIsRefusedOrTheSame(length: Int) throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        var files = try fixture.files()
        let database = try #require(files["store.db"])
        files["store.db"] = database.prefix(length < 0 ? database.count + length : length)
        try fixture.restore(files)
        do {
            try fixture.expectSample()
            // The end of the last page may be empty.
            #expect(length == -1)
        } catch is StoreError {}
    }

    @Test func aLogOfAnotherTimeIsRefused() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        var logs: [Data] = []
        try fixture.withStore { store throws in
            for number in 300..<303 {
                try store.write { writer throws in
                    try writer.insert(StoredAgent(id: uuid(number), name: "a\(number)", createdAt: 1, updatedAt: 1))
                }
                logs.append(try #require(try fixture.files()["store.db-wal"]))
            }
        }
        let files = try fixture.files()
        for (index, log) in logs.enumerated() {
            try fixture.restore(files.merging(["store.db-wal": log]) { $1 })
            do {
                try fixture.withStore { store throws in
                    #expect(try store.read { try $0.agentCount(includingRevoked: true) } == 5, "log \(index)")
                }
            } catch is StoreError {}
        }
    }
}
