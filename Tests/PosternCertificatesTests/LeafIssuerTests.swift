import Crypto
import Foundation
import PosternCertificates
import PosternCore
import SwiftASN1
import Synchronization
import Testing
import X509

@Suite("Leaf certificates")
struct LeafIssuerTests {
    private final class Clock: Sendable {
        private let time = Mutex(Moment.start)
        var now: Int64 { time.withLock { $0 } }
        func set(_ now: Int64) { time.withLock { $0 = now } }
    }

    private let clock = Clock()
    private let authority: CertificateAuthority

    init() throws { authority = try ScratchState().authority() }

    private func issuer(capacity: Int = LeafIssuer.defaultCapacity) throws -> LeafIssuer {
        try LeafIssuer(authority: authority, capacity: capacity, clock: { [clock] in clock.now })
    }

    private func host(_ text: String) throws -> HostName { try #require(HostName(text)) }

    @Test("a leaf is signed by the authority, for one server and nothing else")
    func certificate() throws {
        let issuer = try issuer()
        let leaf = try issuer.leaf(for: host("api.example.com"))
        let (certificate, parent) = (
            try Certificate(derEncoded: leaf.certificate), try Certificate(derEncoded: issuer.authority.der)
        )
        #expect(parent.publicKey.isValidSignature(certificate.signature, for: certificate))
        #expect(certificate.issuer == parent.subject)
        #expect(String(describing: certificate.subject) == "CN=api.example.com")
        let extensions = certificate.extensions
        #expect(try extensions.subjectAlternativeNames.map(Array.init) == [.dnsName("api.example.com")])
        #expect(extensions[oid: .X509ExtensionID.subjectAlternativeName]?.critical == false)
        #expect(try extensions.basicConstraints == .notCertificateAuthority)
        #expect(try extensions.keyUsage == KeyUsage(digitalSignature: true))
        #expect(try extensions.extendedKeyUsage == ExtendedKeyUsage([.serverAuth]))
        #expect(try extensions.subjectKeyIdentifier == SubjectKeyIdentifier(hash: certificate.publicKey))
        let parentKey = try #require(try parent.extensions.subjectKeyIdentifier)
        #expect(try extensions.authorityKeyIdentifier?.keyIdentifier == parentKey.keyIdentifier)
        #expect(certificate.serialNumber.bytes.count == 16)
    }

    @Test("the key is the leaves', not the authority's, and prints as nothing")
    func key() throws {
        let issuer = try issuer()
        let key = try issuer.key.withBytes { try P256.Signing.PrivateKey(derRepresentation: Array($0)) }
        let leaf = try Certificate(derEncoded: issuer.leaf(for: host("a.example")).certificate)
        let parent = try Certificate(derEncoded: issuer.authority.der)
        #expect(P256.Signing.PublicKey(leaf.publicKey)?.rawRepresentation == key.publicKey.rawRepresentation)
        #expect(leaf.publicKey != parent.publicKey)
        #expect(String(describing: issuer.key) == "<secret>")
    }

    @Test(
        "an address is named as an address",
        arguments: [("127.0.0.1", 4, "CN=127.0.0.1"), ("[2001:DB8::1]", 16, "CN=2001:db8::1")]
    )
    func address(text: String, count: Int, subject: String) throws {
        let leaf = try Certificate(derEncoded: issuer().leaf(for: host(text)).certificate)
        let bytes = try #require(host(text).address).bytes
        #expect(bytes.count == count)
        let names = try #require(try leaf.extensions.subjectAlternativeNames)
        #expect(Array(names) == [.ipAddress(ASN1OctetString(contentBytes: bytes[...]))])
        #expect(String(describing: leaf.subject) == subject)
    }

    @Test("a name too long for a subject stands in the critical alternative names alone", arguments: [64, 65, 253])
    func longName(length: Int) throws {
        let label = String(repeating: "a", count: 61)
        let name = String((Array(repeating: label, count: 5).joined(separator: ".")).suffix(length))
        let leaf = try Certificate(derEncoded: issuer().leaf(for: host(name)).certificate)
        #expect(leaf.subject.isEmpty == (length > 64))
        #expect(leaf.extensions[oid: .X509ExtensionID.subjectAlternativeName]?.critical == (length > 64))
        #expect(try leaf.extensions.subjectAlternativeNames.map(Array.init) == [.dnsName(name)])
    }

    @Test("it lives from an hour ago for a day, within the life of the authority")
    func life() throws {
        let issuer = try issuer()
        let leaf = try issuer.leaf(for: host("a.example"))
        #expect(leaf.notBefore == Moment.start - Moment.hour)
        #expect(leaf.notAfter == Moment.start + Moment.day)
        let parsed = try Certificate(derEncoded: leaf.certificate)
        #expect(parsed.notValidBefore == Date(timeIntervalSince1970: Double(leaf.notBefore / Moment.second)))
        #expect(parsed.notValidAfter == Date(timeIntervalSince1970: Double(leaf.notAfter / Moment.second)))

        clock.set(authority.certificate.notBefore)
        #expect(try issuer.leaf(for: host("b.example")).notBefore == authority.certificate.notBefore)
        clock.set(authority.certificate.notAfter - Moment.hour)
        #expect(try issuer.leaf(for: host("c.example")).notAfter == authority.certificate.notAfter)
        clock.set(authority.certificate.notAfter)
        let expired = AuthorityError.expired(authority.certificate.directory, at: authority.certificate.notAfter)
        #expect(throws: expired) { try issuer.leaf(for: host("c.example")) }
    }

    @Test("a leaf is kept until half of its life is over, or the clock is set back before it")
    func renewal() throws {
        let issuer = try issuer()
        let first = try issuer.leaf(for: host("a.example"))
        clock.set(Moment.start + 12 * Moment.hour - 1)
        #expect(try issuer.leaf(for: host("A.Example.")) === first)
        clock.set(Moment.start + 12 * Moment.hour)
        let second = try issuer.leaf(for: host("a.example"))
        #expect(second !== first)
        #expect(second.certificate != first.certificate)
        clock.set(Moment.start + 11 * Moment.hour)
        #expect(try issuer.leaf(for: host("a.example")) === second)
        clock.set(Moment.start + 11 * Moment.hour - 1)
        #expect(try issuer.leaf(for: host("a.example")) !== second)
    }

    @Test("hosts beyond the capacity push out the one that was used least lately")
    func capacity() throws {
        let issuer = try issuer(capacity: 2)
        let a = try issuer.leaf(for: host("a.example"))
        let b = try issuer.leaf(for: host("b.example"))
        #expect(try issuer.leaf(for: host("a.example")) === a)
        _ = try issuer.leaf(for: host("c.example"))
        #expect(try issuer.leaf(for: host("a.example")) === a)
        #expect(try issuer.leaf(for: host("b.example")) !== b)
    }

    @Test("threads that ask for a host at once get one leaf")
    func singleFlight() async throws {
        let issuer = try issuer()
        let hosts = try (0..<50).map { try host("h\($0).example") }
        let leaves = try await withThrowingTaskGroup(of: [ObjectIdentifier].self) { group in
            for _ in 0..<8 {
                group.addTask { try hosts.map { ObjectIdentifier(try issuer.leaf(for: $0)) } }
            }
            return try await group.reduce(into: Set<ObjectIdentifier>()) { $0.formUnion($1) }
        }
        #expect(leaves.count == hosts.count)
    }

    @Test("every leaf has a serial number of its own")
    func serialNumbers() throws {
        let issuer = try issuer(capacity: 1)
        let serials = try (0..<200).map { index in
            try Certificate(derEncoded: issuer.leaf(for: host("h\(index % 2).example")).certificate).serialNumber
        }
        #expect(Set(serials).count == 200)
        #expect(serials.allSatisfy { $0.bytes.count == 16 && $0.bytes.first.map { $0 < 0x80 } == true })
    }
}
