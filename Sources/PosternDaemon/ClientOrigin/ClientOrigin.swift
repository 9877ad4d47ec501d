internal import CLinux
internal import Foundation
internal import Glibc
internal import PosternCertificates
internal import PosternControl
internal import PosternCore
internal import Synchronization

/// The HTTPS server that clients ask in `postern doctor --run`, with a certificate of an authority of its own.
///
/// It prints where it is and what it is asked, and ends when its standard input does. Each trial is answered with a nonce,
/// so that nobody knows the answer who has not asked.
package final class ClientOrigin: Sendable {
    private static let backlog: CInt = 16
    private static let nonceBytes = 16

    let issuer: LeafIssuer
    private let nonces = Mutex<[String: String]>([:])
    private let printing = Mutex(())

    private init(_ issuer: LeafIssuer) { self.issuer = issuer }

    /// Serves until standard input ends.
    ///
    /// - Throws: what keeps it from being served at all.
    package static func serve() throws {
        let authority = try CertificateAuthority(unkeptAt: postern_realtime_ns())
        let origin = ClientOrigin(try LeafIssuer(authority: authority))
        let listener = postern_listen_tcp([127, 0, 0, 1], 4, 0, backlog)
        guard listener >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EADDRNOTAVAIL) }
        let port = UInt16(truncatingIfNeeded: postern_local_port(listener))
        origin.printLine(Origin.Address(port: port, authority: authority.certificate.pem))
        var wanted = [pollfd(listener, POLLIN), pollfd(STDIN_FILENO, POLLIN)]
        while poll(&wanted, 2, -1) >= 0 || errno == EINTR {
            // Nothing is ever written to it: this is its end.
            if wanted[1].revents != 0 { return }
            var address = sockaddr_storage()
            var length = socklen_t(0)
            let client = postern_accept(listener, &address, &length)
            guard client >= 0 else { continue }
            Thread {
                OriginConnection(client, of: origin).serve()
                close(client)
            }.start()
        }
    }

    /// Notes a request before it is answered; returns the nonce of its trial.
    func note(_ head: String, trial: String) -> String {
        let nonce = nonces.withLock { nonces in
            if let nonce = nonces[trial] { return nonce }
            let bytes = (0..<ClientOrigin.nonceBytes).map { _ in UInt8.random(in: .min ... .max) }
            let nonce = String(decoding: HexDigit.text(of: bytes), as: UTF8.self)
            nonces[trial] = nonce
            return nonce
        }
        printLine(Origin.Request(trial: trial, nonce: nonce, head: head))
        return nonce
    }

    private func printLine(_ value: some Encodable) {
        guard var line = try? JSONEncoder().encode(value) else { return }
        line.append(UInt8(ascii: "\n"))
        printing.withLock { _ in try? FileHandle.standardOutput.write(contentsOf: line) }
    }
}
