import Dispatch
import PosternCore
import PosternStore
import Synchronization
import Testing

@Suite struct UseTests {
    private let limit = UseLimit(grant: sample.grant.id, maxUses: 2)

    @Test func countsUntilNoneIsLeft() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        try fixture.withStore { store throws in #expect(try store.countUse(of: [limit]) == nil) }
        try fixture.withStore { store throws in
            #expect(try store.countUse(of: [limit]) == nil)
            #expect(try store.countUse(of: [limit]) == sample.grant.id)
            #expect(try store.read { try $0.uses(ofGrant: sample.grant.id) } == 2)
        }
    }

    @Test func countsAllOrNone() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        let other = StoredGrant(id: uuid(100), principal: .system, secretID: uuid(4), maxUses: 5, createdAt: 1)
        let both = [UseLimit(grant: other.id, maxUses: 5), limit]
        try fixture.withStore { store throws in
            try store.write { try $0.insert(other) }
            #expect(try store.countUse(of: both) == nil)
            #expect(try store.countUse(of: both) == nil)
            #expect(try store.countUse(of: both) == limit.grant)
            #expect(try store.read { try $0.uses(ofGrant: other.id) } == 2)
        }
    }

    @Test func countsExactlyFromManyThreads() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        let grant = StoredGrant(id: uuid(100), principal: .system, secretID: uuid(4), maxUses: 100, createdAt: 1)
        try fixture.withStore { store throws in
            try store.write { try $0.insert(grant) }
            let counted = Mutex(0)
            DispatchQueue.concurrentPerform(iterations: 150) { _ in
                let usedUp = try? store.countUse(of: [UseLimit(grant: grant.id, maxUses: 100)])
                if usedUp == .some(nil) { counted.withLock { $0 += 1 } }
            }
            #expect(counted.withLock { $0 } == 100)
            #expect(try store.check() == [])
        }
    }

    @Test func aMissingCountIsNotAFreshOne() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        try fixture.withStore { store throws in
            #expect(throws: StoreError.tampered(table: "uses", id: sample.systemGrant.id)) {
                try store.countUse(of: [UseLimit(grant: sample.systemGrant.id, maxUses: 1)])
            }
        }
    }

    @Test func notesWhenKeysWereUsed() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        try fixture.withStore { store throws in
            try store.noteUse(ofKeys: [sample.key.id: 70, uuid(13): 71, uuid(999): 72])
            try store.noteUse(ofKeys: [sample.key.id: 60])
        }
        try fixture.withStore { store throws in
            #expect(try store.read { try $0.key(id: sample.key.id)?.lastUsedAt } == 70)
            #expect(try store.read { try $0.key(id: uuid(13))?.lastUsedAt } == 71)
        }
    }
}
