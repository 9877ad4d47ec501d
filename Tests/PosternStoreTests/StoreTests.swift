import Foundation
import PosternCore
import PosternStore
import Testing

@Suite struct StoreTests {
    @Test func keepsOneOfEverything() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        try fixture.expectSample()
        try fixture.withStore { store throws in #expect(try store.check() == []) }
    }

    @Test func changesWhatIsThere() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        var agent = sample.agent
        agent.status = .revoked
        agent.version += 1
        var user = sample.user
        user.groups = ["admins", "others"]
        var key = sample.key
        key.revokedAt = 40
        var grant = sample.grant
        grant.revokedAt = 41
        var provider = sample.provider
        provider.definition = "{}"
        try fixture.withStore { store throws in
            try store.write { writer throws in
                try writer.update(agent)
                try writer.update(user)
                try writer.update(key)
                try writer.update(grant)
                try writer.update(provider)
            }
        }
        try fixture.withStore { store throws in
            try store.read { reader throws in
                #expect(try reader.agent(id: agent.id) == agent)
                #expect(try reader.agent(named: agent.name) == nil)
                #expect(try reader.agents(includingRevoked: false, Page()) == [sample.child])
                #expect(try reader.user(id: user.id) == user)
                #expect(try reader.key(id: key.id) == key)
                #expect(try reader.grant(id: grant.id) == grant)
                #expect(try reader.provider(named: provider.name) == provider)
            }
        }
    }

    @Test(arguments: [
        "", "\u{FEFF}x", "e\u{301}", "\u{E9}", "👩‍👩‍👧", "\u{FFFD}", "\u{FFFF}", "'; --", "\u{1}\r\n", "a\\u0000",
    ])
    func givesBackTheSameText(text: String) throws {
        let fixture = try StoreFixture()
        let agent = StoredAgent(id: uuid(1), name: "a", displayName: text, createdAt: 1, updatedAt: 1)
        try fixture.withStore { store in try store.write { try $0.insert(agent) } }
        try fixture.withStore { store throws in
            let read = try store.read { try $0.agent(id: agent.id) }
            #expect(read?.displayName.map { Array($0.utf8) } == Array(text.utf8))
        }
    }

    @Test(arguments: ["\0", "a\0b", "a\0"])
    func refusesTextThatSQLiteWouldCut(text: String) throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        try fixture.withStore { store throws in
            var agent = sample.agent
            agent.displayName = text
            let changed = agent
            #expect(throws: StoreError.conflict(table: "agents")) { try store.write { try $0.update(changed) } }
            let user = StoredUser(id: uuid(100), subject: text, groups: [text], createdAt: 1, updatedAt: 1)
            #expect(throws: StoreError.conflict(table: "users")) { try store.write { try $0.insert(user) } }
        }
        try fixture.expectSample()
    }

    @Test func doesNothingOfAWriteThatThrows() throws {
        struct Refusal: Error {}
        let fixture = try StoreFixture()
        try fixture.withStore { store throws in
            #expect(throws: Refusal.self) {
                try store.write { writer throws in
                    try writer.insert(sample.agent)
                    throw Refusal()
                }
            }
            try store.read { reader throws in #expect(try reader.agentCount(includingRevoked: true) == 0) }
            try store.write { try sample.insert(into: $0) }
        }
        try fixture.expectSample()
    }

    @Test func keepsItsFilesToTheirOwner() throws {
        let fixture = try StoreFixture()
        try fixture.withStore { store throws in
            try store.write { try sample.insert(into: $0) }
            for name in try FileManager.default.contentsOfDirectory(atPath: fixture.path) {
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(fixture.path)/\(name)")
                #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
            }
        }
    }

    @Test func isOpenOnlyOnce() throws {
        let fixture = try StoreFixture()
        try fixture.withStore { _ in
            guard case .inUse = try fixture.openingError() else {
                Issue.record("a second one opened it")
                return
            }
        }
        #expect(try fixture.openingError() == nil)
    }

    @Test(arguments: ["store.db", "store.db-wal", "store.db-journal", "store.generation", "master.key"])
    func followsNoLinks(name: String) throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        let path = "\(fixture.path)/\(name)"
        let elsewhere = try StoreFixture()
        try? FileManager.default.moveItem(atPath: path, toPath: "\(elsewhere.path)/target")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "\(elsewhere.path)/target")
        guard case .unavailable(let reason) = try fixture.openingError() else {
            Issue.record("it was followed")
            return
        }
        #expect(reason.hasSuffix("is a symbolic link"))
    }

    @Test(arguments: ["", "store.db", "store.generation", "master.key"])
    func refusesWhatOthersCanChange(name: String) throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        let path = "\(fixture.path)/\(name)"
        try FileManager.default.setAttributes([.posixPermissions: name.isEmpty ? 0o770 : 0o660], ofItemAtPath: path)
        guard case .unavailable = try fixture.openingError() else {
            Issue.record("it was opened")
            return
        }
    }
}
