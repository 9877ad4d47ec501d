import Foundation
import PosternCore
import PosternStore
import Testing

@Suite struct MasterKeyTests {
    private static let someKey = MasterKey.key(Secret([UInt8](repeating: 7, count: 32)))
    private static let words = MasterKey.passphrase(Secret("correct horse battery staple".utf8))

    @Test(arguments: [
        MasterKey.key(Secret([UInt8](repeating: 7, count: 32))),
        .passphrase(Secret("correct horse battery staple".utf8)),
    ])
    func anotherKeyDoesNotOpenIt(other: MasterKey) throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        #expect(try fixture.openingError(other) == .wrongMasterKey)
        try fixture.expectSample()
    }

    @Test func aPassphraseOpensIt() throws {
        let fixture = try StoreFixture()
        try fixture.withStore(Self.words) { store throws in try store.write { try sample.insert(into: $0) } }
        try fixture.withStore(Self.words) { store throws in try store.read { try sample.expect(in: $0) } }
        #expect(try fixture.openingError(.passphrase(Secret("correct horse".utf8))) == .wrongMasterKey)
        #expect(try fixture.openingError(Self.someKey) == .wrongMasterKey)
    }

    @Test(arguments: [
        MasterKey.key(Secret([])), .key(Secret([1])), .key(Secret([UInt8](repeating: 7, count: 33))),
        .passphrase(Secret([])),
    ])
    func refusesAKeyThatIsNone(key: MasterKey) throws {
        let fixture = try StoreFixture()
        #expect(throws: StoreError.self) { try fixture.withStore(key) { _ in } }
    }

    @Test(arguments: [0, 13, 16, 21, 40, 63])
    func anotherCostIsNotObeyed(cost: Int) throws {
        let fixture = try StoreFixture()
        try fixture.withStore(Self.words) { _ in }
        try fixture.tamper("UPDATE wraps SET cost = \(cost)")
        #expect(try fixture.openingError(Self.words) != nil)
    }

    @Test func exactlyTheNewKeyOpensItAfterRekey() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        let old = try MasterKeyFile(stateDirectory: fixture.path).read()
        try fixture.withStore { try $0.rekey(to: Self.someKey) }
        #expect(try fixture.openingError(old) == .wrongMasterKey)
        try fixture.withStore(Self.someKey) { store throws in
            try store.read { try sample.expect(in: $0) }
            try store.rekey(to: Self.words)
        }
        #expect(try fixture.openingError(Self.someKey) == .wrongMasterKey)
        try fixture.withStore(Self.words) { store throws in try store.read { try sample.expect(in: $0) } }
    }

    @Test func exactlyTheNewFileOpensItAfterRekey() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        let old = try MasterKeyFile(stateDirectory: fixture.path).read()
        try fixture.withStore { try $0.rekeyFile(at: fixture.masterKey) }
        #expect(try fixture.openingError(old) == .wrongMasterKey)
        try fixture.expectSample()
        #expect(try fixture.files()["master.key.new"] == nil)
    }

    @Test(arguments: 0...MasterKeyRotation.Step.allCases.count)
    func theFileOpensItWhereverARekeyEnds(steps: Int) throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        let old = try MasterKeyFile(stateDirectory: fixture.path).read()
        var next: MasterKey?
        try fixture.withStore { store throws in
            let file = try MasterKeyFile(path: fixture.masterKey)
            let rotation = MasterKeyRotation(store: store, file: file)
            for step in MasterKeyRotation.Step.allCases.prefix(steps) { try rotation.perform(step) }
            next = try? MasterKeyFile(path: fixture.masterKey + ".new").read()
        }
        let current = try MasterKeyFile(stateDirectory: fixture.path).read()
        try fixture.expectSample()
        // And nothing but what is in the file does.
        #expect(try fixture.openingError(old) == (steps < 3 ? nil : .wrongMasterKey))
        if let next { #expect(try fixture.openingError(next) == .wrongMasterKey) }
        #expect(try fixture.openingError(current) == nil)
        #expect(try fixture.files().keys.sorted() == ["master.key", "store.db", "store.generation"])
        try fixture.withStore { try $0.rekeyFile(at: fixture.masterKey) }
        try fixture.expectSample()
    }

    @Test func aKeyIsNotMadeForAStoreThatHasAnother() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        try FileManager.default.removeItem(atPath: fixture.masterKey)
        #expect(throws: StoreError.self) { try MasterKeyFile(stateDirectory: fixture.path).readOrCreate() }
        #expect(try fixture.files()["master.key"] == nil)
    }

    @Test(arguments: ["", "00\n", String(repeating: "g", count: 64), String(repeating: "0", count: 65), "key\n\n"])
    func aFileThatHoldsNoKeyIsRefused(text: String) throws {
        let fixture = try StoreFixture()
        try fixture.restore(["master.key": Data(text.utf8)])
        let error = #expect(throws: StoreError.self) { try MasterKeyFile(stateDirectory: fixture.path).readOrCreate() }
        #expect(error?.description.contains("is not a master key") == true)
        #expect(try fixture.files()["master.key"] == Data(text.utf8))
    }

    @Test func theFileHoldsDigits() throws {
        let fixture = try StoreFixture()
        let key = try MasterKeyFile(stateDirectory: fixture.path).readOrCreate()
        let text = String(decoding: try #require(try fixture.files()["master.key"]), as: UTF8.self)
        #expect(text.count == 65 && text.hasSuffix("\n") && text.dropLast().allSatisfy(\.isHexDigit))
        guard case .key(let written) = key, case .key(let read) = try MasterKeyFile(path: fixture.masterKey).read()
        else {
            Issue.record("no key")
            return
        }
        #expect(written.isEqual(to: read))
    }
}
