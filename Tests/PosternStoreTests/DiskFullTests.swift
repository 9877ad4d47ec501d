import Foundation
import PosternCore
import PosternStore
import Testing

/// A disk on which there is no room, for which a limit on the size of files stands.
@Suite struct DiskFullTests {
    @Test func whatIsRefusedIsNotDoneAndTheRestStays() async throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        await #expect(processExitsWith: .success) { [path = fixture.path as String] in
            try DiskFullTests.fillUp(path)
        }
        try fixture.withStore { store throws in
            #expect(try store.check() == [])
            #expect(try store.read { try $0.agent(named: "after") } != nil)
            // Each of the writes was of ten.
            #expect(try store.read { try $0.agentCount(includingRevoked: true) } % 10 == 3)
        }
    }

    private static func fillUp(_ path: String) throws {
        let key = try MasterKeyFile(stateDirectory: path).read()
        let store = try SQLiteStore.open(stateDirectory: path, masterKey: key)
        signal(SIGXFSZ, SIG_IGN)
        limitFiles(to: 400_000)
        var written = 0
        var refusal: StoreError?
        while refusal == nil, written < 10_000 {
            do {
                try store.write { writer in
                    for number in written..<written + 10 { try writer.insert(agent(1_000 + number, "a\(number)")) }
                }
                written += 10
            } catch let error as StoreError { refusal = error }
        }
        guard case .unavailable = refusal else { exit(2) }
        // Going on within a transaction that failed is refused too.
        _ = try? store.write { writer in
            for number in 0..<10 { try? writer.insert(agent(20_000 + number, "c\(number)")) }
        }
        guard try store.check() == [] else { exit(3) }
        limitFiles(to: .max)
        try store.write { try $0.insert(agent(900, "after")) }
        guard try store.check() == [] else { exit(4) }
        exit(0)
    }

    private static func limitFiles(to bytes: rlim_t) {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &limit)
        limit.rlim_cur = min(bytes, limit.rlim_max)
        setrlimit(__rlimit_resource_t(UInt32(RLIMIT_FSIZE.rawValue)), &limit)
    }

    private static func agent(_ number: Int, _ name: String) -> StoredAgent {
        let notes = #"{"notes":""# + String(repeating: "x", count: 200) + #""}"#
        return StoredAgent(id: uuid(number), name: name, metadata: notes, createdAt: 1, updatedAt: 1)
    }
}
