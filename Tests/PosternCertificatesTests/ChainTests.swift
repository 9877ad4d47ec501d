import FoundationEssentials
import PosternCertificates
import PosternCore
import SwiftASN1
import Testing
@_spi(FixedExpiryValidationTime) import X509

@Suite("Chain that clients verify")
struct ChainTests {
    private let issuer: LeafIssuer
    private let root: Certificate

    init() throws {
        let authority = try ScratchState().authority()
        issuer = try LeafIssuer(authority: authority) { Moment.start }
        root = try Certificate(derEncoded: authority.certificate.der)
    }

    /// Whether a client that trusts the authority takes the leaf of one host for that of a server it asked for.
    private func isAccepted(_ host: String, name: String?, address: String?, at time: Int64) async throws -> Bool {
        let leaf = try Certificate(derEncoded: issuer.leaf(for: #require(HostName(host))).certificate)
        let moment = Date(timeIntervalSince1970: Double(time / Moment.second))
        var verifier = Verifier(rootCertificates: CertificateStore([root])) {
            RFC5280Policy(fixedExpiryValidationTime: moment)
            ServerIdentityPolicy(serverHostname: name, serverIP: address)
        }
        if case .validCertificate = await verifier.validate(leaf: leaf, intermediates: CertificateStore([])) {
            return true
        }
        return false
    }

    @Test(
        "a leaf is good for its host",
        arguments: [
            "api.example.com", "localhost", "xn--bcher-kva.example",
            "a-name-that-is-too-long-for-the-common-name-of-a-subject.in-a-domain.example",
        ]
    )
    func name(host: String) async throws {
        #expect(try await isAccepted(host, name: host, address: nil, at: Moment.start))
    }

    @Test("and for an address", arguments: [("127.0.0.1", "127.0.0.1"), ("[2001:db8::1]", "2001:db8::1")])
    func address(host: String, address: String) async throws {
        #expect(try await isAccepted(host, name: nil, address: address, at: Moment.start))
    }

    @Test("it is good for no other host", arguments: ["example.com", "x.api.example.com", "api.example.org"])
    func otherName(name: String) async throws {
        #expect(try await !isAccepted("api.example.com", name: name, address: nil, at: Moment.start))
    }

    @Test("it is good for a clock that is behind by less than an hour, and for a day")
    func time() async throws {
        for (offset, expected) in [
            (-Moment.hour, true), (-Moment.hour - Moment.second, false), (Moment.day, true),
            (Moment.day + Moment.second, false),
        ] {
            let time = Moment.start + offset
            let result = try await isAccepted("a.example", name: "a.example", address: nil, at: time)
            #expect(result == expected, "\(offset / Moment.second) s")
        }
    }
}
