import Foundation
import PosternCertificates
import PosternCore
import SwiftASN1
import Testing
import X509

@Suite("Local certificate authority")
struct CertificateAuthorityTests {
    @Test("the first start makes a key for its owner alone and a certificate for everybody")
    func files() throws {
        let state = try ScratchState()
        let authority = try state.authority()
        #expect(try state.mode(state.directory.path) == 0o700)
        #expect(try state.mode(state.directory.keyPath) == 0o600)
        #expect(try state.mode(state.directory.certificatePath) == 0o644)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: state.directory.path).sorted() == ["ca.key", "ca.pem"]
        )
        #expect(try state.read(state.directory.certificatePath) == Array(authority.certificate.pem.utf8))
    }

    @Test("the certificate is an authority's, for servers only and with none below it")
    func certificate() throws {
        let authority = try ScratchState().authority().certificate
        let certificate = try Certificate(derEncoded: authority.der)
        #expect(certificate.subject == certificate.issuer)
        #expect(certificate.publicKey.isValidSignature(certificate.signature, for: certificate))
        #expect(authority.subject.wholeMatch(of: /CN=Postern local CA [0-9a-f]{8}/) != nil)
        #expect(try certificate.extensions.basicConstraints == .isCertificateAuthority(maxPathLength: 0))
        #expect(try certificate.extensions.keyUsage == KeyUsage(keyCertSign: true, cRLSign: true))
        #expect(try certificate.extensions.extendedKeyUsage == ExtendedKeyUsage([.serverAuth]))
        #expect(try certificate.extensions.subjectKeyIdentifier != nil)
        #expect(certificate.extensions.filter(\.critical).count == 2)
        #expect(certificate.serialNumber.bytes.count == 16)
        #expect(authority.notBefore == Moment.start - Moment.hour)
        #expect(authority.notAfter == Moment.start + 3650 * Moment.day)
        #expect(authority.fingerprint.count == 32)
    }

    @Test("a later start loads what is there")
    func reload() throws {
        let state = try ScratchState()
        let first = try state.authority().certificate
        let second = try state.authority(at: Moment.start + Moment.day).certificate
        #expect(first.der == second.der)
        #expect(try AuthorityCertificate(reading: state.directory).der == first.der)
    }

    @Test("two Posterns have authorities of different names and keys")
    func distinct() throws {
        let (one, other) = (try ScratchState().authority().certificate, try ScratchState().authority().certificate)
        #expect(one.subject != other.subject)
        #expect(one.fingerprint != other.fingerprint)
    }

    @Test("what a crash left behind does not keep the next start from its work")
    func crash() throws {
        let state = try ScratchState()
        let first = try state.authority().certificate
        // After the key had its name, before the certificate had; half of a certificate under its other name.
        #expect(unlink(state.directory.certificatePath) == 0)
        try state.write([1, 2, 3], to: state.directory.certificatePath + ".new", mode: 0o600)
        let second = try state.authority().certificate
        #expect(second.subject == first.subject)
        #expect(second.der != first.der)
        // Before the key had its name.
        #expect(unlink(state.directory.certificatePath) == 0)
        #expect(rename(state.directory.keyPath, state.directory.keyPath + ".new") == 0)
        #expect(try state.authority().certificate.subject != first.subject)
        #expect(try FileManager.default.contentsOfDirectory(atPath: state.directory.path).count == 2)
    }

    @Test("starts at the same time make one authority")
    func race() async throws {
        let state = try ScratchState()
        let fingerprints = try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<8 { group.addTask { try state.authority().certificate.fingerprint } }
            return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
        }
        #expect(fingerprints.count == 1)
    }

    @Test("reading the certificate of nobody says who makes one")
    func absent() throws {
        let state = try ScratchState()
        let error = #expect(throws: AuthorityError.self) { try AuthorityCertificate(reading: state.directory) }
        #expect(error == .absent(state.directory))
        #expect(error?.hint?.contains("posternd makes it on its first start") == true)
    }

    @Test("a state directory that is not there is not made")
    func noState() throws {
        let directory = AuthorityDirectory(stateDirectory: try ScratchState().path + "/missing")
        #expect(throws: AuthorityError.system(operation: "create", path: directory.path, code: ENOENT)) {
            try CertificateAuthority(opening: directory, sealer: ScratchSealer(), now: Moment.start)
        }
    }

    @Test("the key is not in its file in clear, and one that is gets encrypted")
    func sealedKey() throws {
        let state = try ScratchState()
        let authority = try state.authority()
        let blocks = PEM.blocks(label: "POSTERN SEALED KEY", in: try state.read(state.directory.keyPath))
        let sealed = try #require(blocks?.first)
        let key = try #require(ScratchSealer().open(sealed, as: "ca.key"))
        let clear = PEM.text(label: "PRIVATE KEY", key.withBytes { Array($0) })
        #expect(!String(decoding: try state.read(state.directory.keyPath), as: UTF8.self).contains("PRIVATE KEY"))
        try state.write(Array(clear.utf8), to: state.directory.keyPath, mode: 0o600)
        #expect(try state.authority().certificate.pem == authority.certificate.pem)
        let text = String(decoding: try state.read(state.directory.keyPath), as: UTF8.self)
        #expect(text.contains("SEALED KEY") && !text.contains("PRIVATE KEY"))
        #expect(try state.authority().certificate.pem == authority.certificate.pem)
    }

    @Test("a key that another store encrypted is refused and stays")
    func foreignKey() throws {
        let state = try ScratchState()
        _ = try state.authority()
        let before = try state.read(state.directory.keyPath)
        let error = #expect(throws: AuthorityError.self) {
            try CertificateAuthority(opening: state.directory, sealer: ScratchSealer(mask: 0x5a), now: Moment.start)
        }
        #expect("\(try #require(error))".contains("another store's key"))
        #expect(try state.read(state.directory.keyPath) == before)
    }
}
