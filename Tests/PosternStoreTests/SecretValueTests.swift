import Foundation
import PosternCore
import PosternStore
import PosternTestSupport
import Testing

@Suite struct SecretValueTests {
    @Test func valuesAreInNoFile() throws {
        let fixture = try StoreFixture()
        let value = "planted-value-0123456789"
        try fixture.withStore { store throws in
            try store.write { writer throws in
                try writer.insert(sample.secret)
                try writer.insert(version(1, value))
            }
            try expectAbsent(value, in: fixture)
        }
        try expectAbsent(value, in: fixture)
    }

    @Test func forgottenValuesLeaveNoCiphertext() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        let before = try ciphertexts(fixture)
        try fixture.withStore { store throws in
            let forgotten = try store.write { try $0.forgetVersions(dueAt: 50) }
            #expect(forgotten == [sample.secret.id])
            #expect(try store.write { try $0.forgetVersions(dueAt: 50) } == [])
            try store.read { reader throws in
                #expect(try reader.versions(ofSecret: sample.secret.id).map(\.number) == [2])
            }
            try expectAbsent(before[0], in: fixture)
            try store.write { try $0.forgetVersions(ofSecret: sample.secret.id) }
            try store.read { reader throws in #expect(try reader.versions(ofSecret: sample.secret.id).isEmpty) }
            try expectAbsent(before[1], in: fixture)
        }
        try fixture.withStore { store throws in #expect(try store.check() == []) }
    }

    @Test func newHostsAreSealedIntoTheValuesThatAreKept() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        let before = try ciphertexts(fixture)
        var secret = sample.secret
        secret.hosts = ["new.test"]
        try fixture.withStore { store throws in
            try store.write { try $0.update(secret) }
            try store.read { reader throws in
                #expect(
                    try reader.versions(ofSecret: secret.id).map(Readable.init)
                        == [sample.version, sample.oldVersion].map(Readable.init)
                )
            }
        }
        #expect(Set(try ciphertexts(fixture)).isDisjoint(with: before))
    }

    @Test func aVersionIsRetiredForAnother() throws {
        let fixture = try StoreFixture()
        try fixture.fill()
        try fixture.withStore { store throws in
            try store.write { writer throws in
                var old = sample.version
                old.retiredAt = 30
                old.forgetAt = 40
                try writer.update(old)
                try writer.insert(version(3, "third"))
            }
            try store.read { reader throws in
                let versions = try reader.versions(ofSecret: sample.secret.id)
                #expect(versions.map(\.number) == [3, 2, 1])
                #expect(versions.map(\.retiredAt) == [nil, 30, 17])
            }
        }
    }

    private func version(_ number: Int, _ value: String) -> StoredSecretVersion {
        StoredSecretVersion(
            id: uuid(200 + number),
            secretID: sample.secret.id,
            number: number,
            values: ["secret": Secret(value.utf8)],
            createdAt: 1
        )
    }

    private func ciphertexts(_ fixture: StoreFixture) throws -> [Data] {
        try fixture.query("SELECT sealed FROM secret_versions ORDER BY number")
    }

    private func expectAbsent(_ text: String, in fixture: StoreFixture) throws {
        try expectAbsent(Data(text.utf8), in: fixture)
        try expectAbsent(Data(Data(text.utf8).base64EncodedString().utf8), in: fixture)
    }

    private func expectAbsent(_ bytes: Data, in fixture: StoreFixture) throws {
        for (name, data) in try fixture.files() {
            #expect(data.range(of: bytes) == nil, "\(name)")
        }
    }
}
