import Foundation
import PosternCore
import PosternStore
import Testing

/// What a process that ends at once leaves behind.
@Suite struct KillTests {
    @Test func noAcknowledgedChangeIsLost() async throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        try Data().write(to: URL(fileURLWithPath: fixture.path + "/notes"))
        for round in 0..<8 {
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = fixture.path as String, round = round as Int] in
                try KillTests.write(path, round)
            }
            try expectAcknowledged(fixture)
        }
        #expect(try fixture.files()["notes"]?.isEmpty == false)
    }

    @Test func theFileOpensTheStoreWhereverARekeyEnds() async throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        for round in 0..<8 {
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = fixture.path as String, round = round as Int] in
                let key = try MasterKeyFile(stateDirectory: path).read()
                let store = try SQLiteStore.open(stateDirectory: path, masterKey: key)
                KillTests.endSoon(milliseconds: 2 + round * 3)
                while true { try store.rekeyFile(at: path + "/master.key") }
            }
            try fixture.expectSample()
            #expect(try fixture.files().keys.sorted() == ["master.key", "store.db", "store.generation"])
        }
    }

    private static func endSoon(milliseconds: Int) {
        Thread.detachNewThread {
            usleep(UInt32(1_000 * milliseconds))
            kill(getpid(), SIGKILL)
        }
    }

    /// Writes pairs of rows, and notes each pair once it is stored, until it is killed.
    private static func write(_ path: String, _ round: Int) throws {
        let key = try MasterKeyFile(stateDirectory: path).read()
        let store = try SQLiteStore.open(stateDirectory: path, masterKey: key)
        endSoon(milliseconds: 3 + round * 5)
        let notes = try #require(FileHandle(forWritingAtPath: path + "/notes"))
        try notes.seekToEnd()
        for step in 0..<100_000 {
            let number = 10_000 * (round + 1) + 2 * step
            try store.write { writer in
                for (id, name) in [(number, "a\(number)"), (number + 1, "b\(number)")] {
                    try writer.insert(StoredAgent(id: uuid(id), name: name, createdAt: 1, updatedAt: 1))
                }
            }
            _ = try store.countUse(of: [UseLimit(grant: sample.grant.id, maxUses: 1_000_000)])
            try notes.write(contentsOf: Data("\(number)\n".utf8))
        }
    }

    private func expectAcknowledged(_ fixture: StoreFixture) throws {
        let notes = try String(contentsOfFile: fixture.path + "/notes", encoding: .utf8)
        let acknowledged = notes.split(separator: "\n").compactMap { Int($0) }
        try fixture.withStore { store in
            #expect(try store.check() == [])
            let (agents, uses) = try store.read { reader in
                (try reader.agents(includingRevoked: true, Page()), try reader.uses(ofGrant: sample.grant.id))
            }
            let ids = Set(agents.map(\.id))
            for number in acknowledged { #expect(ids.contains(uuid(number)) && ids.contains(uuid(number + 1))) }
            // Each change is there whole or not at all.
            #expect(
                agents.count(where: { $0.name.hasPrefix("a") }) == agents.count(where: { $0.name.hasPrefix("b") }) - 2
            )
            #expect(uses >= acknowledged.count)
        }
    }
}
