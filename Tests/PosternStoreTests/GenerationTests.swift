import Foundation
import PosternCore
import PosternStore
import Testing

@Suite struct GenerationTests {
    /// A fixture in which the store was put back to what it was before a change.
    private func rolledBack() throws -> StoreFixture {
        let fixture = try StoreFixture()
        try fixture.fill()
        let old = try fixture.files()
        try fixture.withStore { store throws in
            try store.write { try $0.insert(StoredAgent(id: uuid(100), name: "new", createdAt: 1, updatedAt: 1)) }
        }
        let new = try fixture.files()
        try fixture.restore(new.merging(["store.db": old["store.db"] ?? Data()]) { $1 })
        return fixture
    }

    @Test func anOlderStoreIsRefused() throws {
        #expect(try rolledBack().openingError() == .rolledBack(generation: 2, seen: 3))
    }

    @Test func anOlderStoreIsTakenOnPurposeOnce() throws {
        let fixture = try rolledBack()
        let old = try fixture.files()
        try fixture.expectSample(acceptsRestored: true)
        try fixture.expectSample()
        // It is newer now than all that was seen: the same copy is not taken again.
        let new = try fixture.files()
        try fixture.restore(new.merging(["store.db": old["store.db"] ?? Data()]) { $1 })
        #expect(try fixture.openingError() == .rolledBack(generation: 2, seen: 4))
    }

    @Test func aStoreOfWhichNothingWasNotedIsRefused() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        try FileManager.default.removeItem(atPath: fixture.generation)
        #expect(try fixture.openingError() == .rolledBack(generation: 2, seen: nil))
        #expect(try fixture.openingError(acceptsRestored: true) == nil)
        #expect(try fixture.openingError() == nil)
    }

    @Test(arguments: [
        "", "\n", "2\n", "x0000000000000000002\n", "00000000000000000002", "99999999999999999999\n",
        "09223372036854775807\n", "-0000000000000000001\n",
    ])
    func aNoteThatCannotBeReadIsNone(text: String) throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        try fixture.restore(try fixture.files().merging(["store.generation": Data(text.utf8)]) { $1 })
        #expect(try fixture.openingError() == .rolledBack(generation: 2, seen: nil))
    }

    @Test func aStoreThatIsGoneIsNotMadeAnew() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        let old = try fixture.files()
        try FileManager.default.removeItem(atPath: fixture.database)
        #expect(try fixture.openingError() == .rolledBack(generation: 0, seen: 2))
        #expect(try fixture.openingError(acceptsRestored: true) == nil)
        try fixture.restore(try fixture.files().merging(["store.db": old["store.db"] ?? Data()]) { $1 })
        #expect(try fixture.openingError() == .rolledBack(generation: 2, seen: 3))
    }

    @Test func aStoreThatWasNotMadeToTheEndIsMade() throws {
        let fixture = try StoreFixture()
        try fixture.withStore { _ in }
        try fixture.tamper("DELETE FROM meta; DELETE FROM wraps; DELETE FROM apps")
        let note = Data((String(repeating: "0", count: 20) + "\n").utf8)
        try fixture.restore(try fixture.files().merging(["store.generation": note]) { $1 })
        try fixture.fill()
        try fixture.expectSample()
    }

    @Test func usesAreNotedWhenTheStoreIsClosed() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        let old = try fixture.files()
        try fixture.withStore { store throws in
            _ = try store.countUse(of: [UseLimit(grant: sample.grant.id, maxUses: 2)])
        }
        try fixture.restore(try fixture.files().merging(["store.db": old["store.db"] ?? Data()]) { $1 })
        #expect(try fixture.openingError() == .rolledBack(generation: 2, seen: 3))
    }
}
