import PosternCore
import PosternStore
import Testing

@Suite struct StoreTests {
    @Test func keepsWhatIsWritten() throws {
        try withScratch { directory in
            let file = try MasterKeyFile(stateDirectory: directory)
            let key = try file.readOrCreate()
            let store = try SQLiteStore.open(stateDirectory: directory, masterKey: key)
            try store.write { writer in try sample.insert(into: writer) }
            try store.close()
            let again = try SQLiteStore.open(stateDirectory: directory, masterKey: file.read())
            try again.read { try sample.expect(in: $0) }
            #expect(try again.check() == [])
            try again.close()
        }
    }
}
