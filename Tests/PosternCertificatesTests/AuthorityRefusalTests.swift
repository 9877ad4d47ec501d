import Crypto
import Foundation
import PosternCertificates
import PosternCore
import SwiftASN1
import Testing
import X509

@Suite("Authority that is refused")
struct AuthorityRefusalTests {
    private let state: ScratchState

    init() throws {
        state = try ScratchState()
        _ = try state.authority()
    }

    private var key: String { state.directory.keyPath }
    private var certificate: String { state.directory.certificatePath }

    /// The error of a start in what the test made of the state; its text names the file, and its hint says something.
    private func refusal(at now: Int64 = Moment.start) throws -> AuthorityError {
        let error = try #require(throws: AuthorityError.self) { try state.authority(at: now) }
        #expect(error.description.contains(state.directory.path))
        #expect(error.hint?.isEmpty == false)
        return error
    }

    @Test("a key that others may read", arguments: [0o640, 0o604, 0o660, 0o644] as [mode_t])
    func exposedKey(mode: mode_t) throws {
        #expect(chmod(key, mode) == 0)
        #expect(try refusal().description == "\(key) may be read by other users")
    }

    @Test("a certificate or a directory that others may change", arguments: [0o020, 0o002] as [mode_t])
    func writable(bits: mode_t) throws {
        #expect(chmod(certificate, 0o644 | bits) == 0)
        #expect(try refusal().description == "\(certificate) may be changed by other users")
        #expect(throws: AuthorityError.self) { try AuthorityCertificate(reading: state.directory) }
        #expect(chmod(certificate, 0o644) == 0)
        #expect(chmod(state.directory.path, 0o700 | bits) == 0)
        #expect(try refusal().description == "\(state.directory.path) may be changed by other users")
    }

    @Test("a link, a directory or a pipe in the place of a file", arguments: ["ca.key", "ca.pem"])
    func notAFile(name: String) throws {
        let path = state.directory.path + "/" + name
        #expect(rename(path, path + ".moved") == 0)
        #expect(symlink(path + ".moved", path) == 0)
        #expect(try refusal().description == "\(path) is a symbolic link")
        #expect(unlink(path) == 0)
        #expect(mkdir(path, 0o700) == 0)
        #expect(try refusal().description == "\(path) is not a regular file")
        #expect(rmdir(path) == 0)
        #expect(mkfifo(path, 0o600) == 0)
        #expect(try refusal().description == "\(path) is not a regular file")
    }

    @Test("a link in the place of the directory")
    func linkedDirectory() throws {
        #expect(rename(state.directory.path, state.path + "/elsewhere") == 0)
        #expect(symlink(state.path + "/elsewhere", state.directory.path) == 0)
        #expect(throws: AuthorityError.self) { try state.authority() }
    }

    @Test("a key that is no key, or of another kind", arguments: ["", "nonsense", "empty", "p384", "cut", "huge"])
    func malformedKey(kind: String) throws {
        let text =
            switch kind {
            case "empty": "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"
            case "p384": P384.Signing.PrivateKey().pemRepresentation
            case "cut": String(decoding: try state.read(key).dropLast(20), as: UTF8.self)
            case "huge": String(repeating: "x", count: 100_000)
            default: kind
            }
        try state.write(Array(text.utf8), to: key, mode: 0o600)
        guard case .unusable(key, _, state.directory) = try refusal() else {
            Issue.record("another error")
            return
        }
    }

    @Test("the key of another certificate")
    func mismatch() throws {
        try state.write(Array(P256.Signing.PrivateKey().pemRepresentation.utf8), to: key, mode: 0o600)
        #expect(try refusal().description == "\(key) is not the key of ca.pem beside it")
    }

    @Test("a certificate without its key")
    func missingKey() throws {
        #expect(unlink(key) == 0)
        #expect(try refusal() == .keyMissing(state.directory))
    }

    @Test("a certificate that is none", arguments: ["", "nonsense", PEM.text(label: "CERTIFICATE", [0x30, 0x00])])
    func malformedCertificate(text: String) throws {
        try state.write(Array(text.utf8), to: certificate, mode: 0o644)
        #expect(try refusal().description == "\(certificate) does not hold a certificate")
    }

    @Test("the certificate of a server")
    func notAnAuthority() throws {
        let blocks = PEM.blocks(label: "POSTERN SEALED KEY", in: try state.read(key))
        let sealed = try #require(blocks?.first)
        let encoded = try #require(ScratchSealer().open(sealed, as: "ca.key"))
        let owner = try encoded.withBytes { try P256.Signing.PrivateKey(derRepresentation: $0) }
        let name = try DistinguishedName { CommonName("server") }
        let leaf = try Certificate(
            version: .v3,
            serialNumber: .init(),
            publicKey: .init(owner.publicKey),
            notValidBefore: Date(timeIntervalSince1970: 0),
            notValidAfter: Date(timeIntervalSince1970: 4e9),
            issuer: name,
            subject: name,
            extensions: try .init { Critical(BasicConstraints.notCertificateAuthority) },
            issuerPrivateKey: .init(owner)
        )
        try state.write(Array(leaf.serializeAsPEM().pemString.utf8), to: certificate, mode: 0o644)
        #expect(try refusal().description == "\(certificate) is not the certificate of an authority")
    }

    @Test("a certificate before and after its time")
    func time() throws {
        let end = Moment.start + 3650 * Moment.day
        #expect(try refusal(at: end) == .expired(state.directory, at: end))
        let start = Moment.start - Moment.hour
        #expect(try refusal(at: start - 1) == .notYetValid(state.directory, from: start))
        _ = try state.authority(at: start)
        _ = try state.authority(at: end - 1)
    }
}
