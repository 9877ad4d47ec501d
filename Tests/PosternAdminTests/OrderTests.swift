import PosternAdmin
import PosternCore
import PosternStore
import Synchronization
import Testing

@Suite struct OrderTests {
    let office: Office
    let admin: Administration
    let olga = Office.olga

    init() throws {
        office = try Office()
        admin = office.administration
    }

    @Test("a change is recorded, then stored, then in force, then answered") func changeIsRecorded() async throws {
        let seen = Mutex<[String]>([])
        office.effects.observe { [office] in
            let stored = try? office.store.read { try $0.agent(named: "bot")?.name }
            seen.withLock { $0 = [stored ?? "nothing", "\(office.sink.lines.count)"] }
        }
        try await office.agent("bot")
        #expect(seen.withLock { $0 } == ["bot", "1"])
    }

    @Test("acts at the same time are done one after another") func actsAtOnce() async throws {
        let codes = await withTaskGroup(of: String.self) { group in
            for _ in 0..<40 { group.addTask { [office] in await code { try await office.agent("bot") } } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.filter { $0 == "accepted" }.count == 1)
        #expect(codes.filter { $0 == "agent_name_exists" }.count == 39)
        #expect(office.sink.lines.count == 40)
    }

    @Test("a log that does not answer is waited for, but not for ever") func logStuck() async throws {
        office.sink.isStuck = true
        await refused("audit_unavailable") { try await office.agent("bot") }
        office.sink.isStuck = false
        #expect(try await admin.agents(includingRevoked: true).total == 0)
        // What it may have written is followed by what came of it.
        #expect(has(office.sink.last, ["event.outcome": "failure", "error.code": "audit_unavailable"]))
        #expect(office.sink.lines.count == 2)
    }

    @Test("a store that cannot be written is said to be so, after the record") func storeBroken() async throws {
        try office.store.close()
        await refused("store_error") { try await office.agent("bot") }
        #expect(has(office.sink.last, ["event.action": "agent_create", "error.code": "store_error"]))
        #expect(office.effects.count == 0)
    }

    @Test("what was not put in force is put in force by the same act again") func again() async throws {
        let id = try await office.agent("bot").id
        office.effects.works = false
        await refused("not_in_force") { _ = try await admin.pauseAgent("bot", by: olga) }
        let count = office.effects.count
        await refused("not_in_force") { _ = try await admin.pauseAgent("bot", by: olga) }
        #expect(office.effects.count == count + 1)
        #expect(office.effects.last.agents == [id])
        office.effects.works = true
        #expect(try await admin.pauseAgent("bot", by: olga).status == .paused)
    }
}
