import Foundation
import GRDB
import PosternCore
import PosternStore
import Testing

/// A store that an earlier version made and filled: its dump is beside the tests, its master key here.
@Suite struct MigrationTests {
    private static let masterKey = "d58f6b0b13a2739b54d799e8cf274fbc2593e1461c2723f44004864b2c73ce86\n"
    private static let generation = "00000000000000000009\n"
    private static let dump = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../data/store-schema-1.sql")

    @Test func theFirstSchemasRowsHoldStill() throws {
        let fixture = try oldStore()
        try fixture.withStore { store throws in
            #expect(try store.check() == [])
            try store.read { reader throws in
                let agents = try reader.agents(includingRevoked: true, Page())
                #expect(agents.map(\.name) == ["bot", "child"])
                #expect(agents.allSatisfy { $0.kind == .agent && $0.pendingScopes == nil && $0.scopesApplyAt == nil })
                let keys = try reader.agentKeys()
                #expect(keys.map(\.name) == ["bot-1", "child-1", "second"])
                #expect(keys.allSatisfy { $0.scopes == nil && $0.networks == nil && $0.end == nil })
                let secret = try #require(try reader.secret(named: "gh"))
                #expect(secret.kind == .managed && secret.selfBinders == nil)
                let values = try reader.versions(ofSecret: secret.id).map(Readable.init).map(\.values)
                #expect(values == [["secret": Array("new-value-1234".utf8)], ["secret": Array("old-value-1234".utf8)]])
                #expect(try reader.grantCount(GrantFilter()) == 1)
                #expect(try reader.users().map(\.groups) == [["ops"]])
                #expect(try reader.users().map(\.groupsIssuedAt) == [nil])
            }
        }
    }

    @Test func theirColumnsAreSealedOnceTheyAreSet() throws {
        let fixture = try oldStore()
        try fixture.withStore { store throws in
            try store.write { writer throws in
                var agent = try #require(try writer.agent(named: "bot"))
                agent.pendingScopes = "{}"
                agent.scopesApplyAt = 5
                try writer.update(agent)
            }
        }
        try fixture.withStore { store throws in
            #expect(try store.read { try $0.agent(named: "bot")?.scopesApplyAt } == 5)
        }
        try fixture.tamper("UPDATE agents SET pending_scopes = NULL, scopes_apply_at = NULL")
        #expect(try fixture.openingError() != nil)
    }

    @Test(arguments: [
        "UPDATE agent_keys SET revoked_at = NULL",
        "DELETE FROM agents WHERE name = 'child'",
        "UPDATE meta SET generation = generation + 1",
    ])
    func whatWasTamperedWithIsRefusedAllTheSame(sql: String) throws {
        let fixture = try oldStore()
        try fixture.tamper(sql)
        #expect(try fixture.openingError() != nil)
    }

    private func oldStore() throws -> StoreFixture {
        let fixture = try StoreFixture()
        let queue = try DatabaseQueue(path: fixture.database)
        let dump = try String(contentsOf: MigrationTests.dump, encoding: .utf8)
        try queue.writeWithoutTransaction { try $0.execute(sql: dump) }
        try queue.close()
        for (path, text) in [
            (fixture.masterKey, MigrationTests.masterKey), (fixture.generation, MigrationTests.generation),
        ] { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
        for path in [fixture.database, fixture.masterKey, fixture.generation] {
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        }
        return fixture
    }
}
