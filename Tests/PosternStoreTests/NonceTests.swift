import Foundation
import PosternCore
import PosternStore
import Synchronization
import Testing

@Suite struct NonceTests {
    @Test func takesANonceOnce() async throws {
        try await withStore { store, _ in
            let nonces = try SQLiteNonces(store, now: { 1 })
            #expect(await nonces.admit(nonce(1), of: "a", until: 10) == .fresh)
            #expect(await nonces.admit(nonce(1), of: "a", until: 10) == .replayed)
            #expect(await nonces.admit(nonce(2), of: "a", until: 10) == .fresh)
        }
    }

    @Test func remembersWhatWasTakenBefore() async throws {
        let fixture = try StoreFixture()
        try await withStore(fixture) { store, _ in
            let nonces = try SQLiteNonces(store, now: { 1 })
            for number in 0..<100 {
                #expect(await nonces.admit(nonce(number), of: "a", until: 10 + Int64(number)) == .fresh)
            }
        }
        try await withStore(fixture) { store, _ in
            let nonces = try SQLiteNonces(store, now: { 50 })
            for number in 41..<100 { #expect(await nonces.admit(nonce(number), of: "a", until: 200) == .replayed) }
        }
        // The rows are no part of what is sealed.
        try fixture.withStore { store throws in #expect(try store.check() == []) }
    }

    @Test func takesOnlyOneOfManyAtOnce() async throws {
        try await withStore { store, _ in
            let nonces = try SQLiteNonces(store)
            let answers = await withTaskGroup { group in
                for index in 0..<500 { group.addTask { await nonces.admit(nonce(index % 10), of: "a", until: .max) } }
                return await group.reduce(into: [NonceAdmission]()) { $0.append($1) }
            }
            #expect(answers.count { $0 == .fresh } == 10)
            #expect(answers.count { $0 == .replayed } == 490)
        }
    }

    @Test func isBoundedAndForgetsWhatHasEnded() async throws {
        let fixture = try StoreFixture()
        let clock = Clock()
        try await withStore(fixture) { store, _ in
            let nonces = try SQLiteNonces(store, capacity: 3, now: { clock.now })
            for number in 0..<3 { #expect(await nonces.admit(nonce(number), of: "\(number)", until: 10) == .fresh) }
            #expect(await nonces.admit(nonce(3), of: "a", until: 10) == .unavailable)
            #expect(await nonces.admit(nonce(0), of: "a", until: 10) == .replayed)
            clock.now = 60_000_000_000
            #expect(await nonces.admit(nonce(3), of: "a", until: .max) == .fresh)
        }
        #expect(try fixture.query("SELECT count(*) FROM nonces") == [1])
    }

    @Test func nobodyTakesTheRoomOfOthers() async throws {
        let fixture = try StoreFixture()
        let clock = Clock()
        try await withStore(fixture) { store, _ in
            let nonces = try SQLiteNonces(store, capacity: 6, now: { clock.now })
            for number in 0..<3 { #expect(await nonces.admit(nonce(number), of: "a", until: 10) == .fresh) }
            #expect(await nonces.admit(nonce(10), of: "a", until: 10) == .crowded)
            #expect(await nonces.admit(nonce(1), of: "a", until: 10) == .replayed)
            // `b` finds room beside it, and more than `a` has left.
            #expect(await nonces.admit(nonce(3), of: "b", until: 20_000_000_000) == .fresh)
        }
        // Whose they are is known after a restart, too.
        try await withStore(fixture) { store, _ in
            let nonces = try SQLiteNonces(store, capacity: 6, now: { clock.now })
            #expect(await nonces.admit(nonce(4), of: "a", until: 10) == .crowded)
            #expect(await nonces.admit(nonce(5), of: "b", until: 10) == .fresh)
            clock.now = 11_000_000_000
            for number in 6..<8 { #expect(await nonces.admit(nonce(number), of: "a", until: .max) == .fresh) }
            #expect(await nonces.admit(nonce(8), of: "b", until: .max) == .fresh)
            #expect(await nonces.admit(nonce(9), of: "b", until: .max) == .crowded)
        }
    }

    @Test func saysWhenItCannotBeWritten() async throws {
        let fixture = try StoreFixture()
        let key = try MasterKeyFile(stateDirectory: fixture.path).readOrCreate()
        let store = try SQLiteStore.open(stateDirectory: fixture.path, masterKey: key)
        let reports = Mutex(0)
        let nonces = try SQLiteNonces(store, report: { _ in reports.withLock { $0 += 1 } })
        try store.close()
        for _ in 0..<2 { #expect(await nonces.admit(nonce(1), of: "a", until: .max) == .unavailable) }
        #expect(reports.withLock { $0 } == 2)
    }

    @Test func noAnsweredNonceIsTakenAgainAfterAKill() async throws {
        let fixture = try StoreFixture()
        try fixture.withStore { _ in }
        try Data().write(to: URL(fileURLWithPath: fixture.path + "/notes"))
        for round in 0..<4 {
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = fixture.path as String, round = round as Int] in
                let key = try MasterKeyFile(stateDirectory: path).read()
                let nonces = try SQLiteNonces(try SQLiteStore.open(stateDirectory: path, masterKey: key))
                let notes = try #require(FileHandle(forWritingAtPath: path + "/notes"))
                try notes.seekToEnd()
                Thread.detachNewThread {
                    usleep(UInt32(5_000 + 9_000 * round))
                    kill(getpid(), SIGKILL)
                }
                for step in 0..<1_000_000 {
                    let number = round * 1_000_000 + step
                    guard await nonces.admit(NonceTests.nonce(number), of: "a", until: .max) == .fresh else { continue }
                    try notes.write(contentsOf: Data("\(number)\n".utf8))
                }
            }
            let notes = try String(contentsOfFile: fixture.path + "/notes", encoding: .utf8)
            try await withStore(fixture) { store, _ in
                let nonces = try SQLiteNonces(store)
                for number in notes.split(separator: "\n").compactMap({ Int($0) }) {
                    #expect(await nonces.admit(nonce(number), of: "a", until: .max) == .replayed)
                }
            }
        }
    }

    private final class Clock: Sendable {
        private let time = Mutex<Int64>(1)
        var now: Int64 {
            get { time.withLock { $0 } }
            set { time.withLock { $0 = newValue } }
        }
    }

    private func nonce(_ number: Int) -> KeyDigest { NonceTests.nonce(number) }

    private static func nonce(_ number: Int) -> KeyDigest { KeyDigest(ofKey: "nonce \(number)".utf8) }

    private func withStore(
        _ fixture: StoreFixture? = nil,
        _ body: (SQLiteStore, StoreFixture) async throws -> Void
    ) async throws {
        let fixture = try fixture ?? StoreFixture()
        let key = try MasterKeyFile(stateDirectory: fixture.path).readOrCreate()
        let store = try SQLiteStore.open(stateDirectory: fixture.path, masterKey: key)
        try await body(store, fixture)
        try store.close()
    }
}
