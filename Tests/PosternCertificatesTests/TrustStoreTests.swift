import Crypto
import PosternCertificates
import Testing

@Suite("Trust stores")
struct TrustStoreTests {
    private let certificates = [
        TrustedCertificate(alias: "first", der: [0x30, 0x01, 0xff]), TrustedCertificate(alias: "second", der: [0x30]),
    ]

    @Test("a Java key store is what Java's own source says, byte for byte")
    func javaKeyStore() {
        let store = JavaKeyStore.bytes(certificates, password: "pä", now: 0x0102_0304_0506 * 1_000_000)
        let time: [UInt8] = [0, 0, 1, 2, 3, 4, 5, 6]
        let contents: [UInt8] =
            [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 2]
            + [0, 0, 0, 2, 0, 5] + Array("first".utf8) + time + [0, 5] + Array("X.509".utf8)
            + [0, 0, 0, 3, 0x30, 0x01, 0xff]
            + [0, 0, 0, 2, 0, 6] + Array("second".utf8) + time + [0, 5] + Array("X.509".utf8) + [0, 0, 0, 1, 0x30]
        #expect(Array(store.dropLast(20)) == contents)
        let digested: [UInt8] = [0, 0x70, 0, 0xe4] + Array("Mighty Aphrodite".utf8) + contents
        #expect(Array(store.suffix(20)) == Array(Insecure.SHA1.hash(data: digested)))
    }

    @Test("a PKCS #12 store holds the certificates as they are, and differs by its salt alone")
    func pkcs12() throws {
        let (one, other) = (
            try PKCS12TrustStore.bytes(certificates, password: "changeit"),
            try PKCS12TrustStore.bytes(certificates, password: "changeit")
        )
        #expect(one.count == other.count)
        #expect(one != other)
        #expect(one.firstRange(of: [0x04, 0x03, 0x30, 0x01, 0xff]) != nil)
        #expect(one.firstRange(of: "first".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }) != nil)
    }

    @Test("stores of no certificates can be made")
    func empty() throws {
        #expect(JavaKeyStore.bytes([], password: "x", now: 0).count == 32)
        #expect(try !PKCS12TrustStore.bytes([], password: "x").isEmpty)
    }
}
