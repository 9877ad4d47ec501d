internal import COpenSSL

/// What all TLS sessions of one event loop share: the protocol's settings and the key of every certificate.
package final class TLSServer {
    fileprivate let handle: OpaquePointer

    /// `speaksHTTP2` is whether a client that offers HTTP/2 gets it.
    ///
    /// - Returns: `nil` if `key`, in the PKCS#8 form (RFC 5208), cannot be read or memory is short.
    package init?(key: [UInt8], speaksHTTP2: Bool = true) {
        guard let handle = postern_tls_server_create(key, key.count) else { return nil }
        if !speaksHTTP2 { postern_tls_server_forgo_http2(handle) }
        self.handle = handle
    }

    deinit { postern_tls_server_destroy(handle) }
}

@available(*, unavailable)
extension TLSServer: Sendable {}

/// A certificate that a session shows.
package final class TLSCertificate {
    fileprivate let handle: OpaquePointer

    /// - Returns: `nil` if the bytes, in DER, cannot be read.
    package init?(_ der: [UInt8]) {
        guard let handle = postern_tls_certificate_create(der, der.count) else { return nil }
        self.handle = handle
    }

    deinit { postern_tls_certificate_destroy(handle) }
}

@available(*, unavailable)
extension TLSCertificate: Sendable {}

/// The server's side of TLS on one client's socket.
///
/// TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1 by ALPN (RFC 7301), nothing resumed, nothing renegotiated. A client that asks for
/// another server name than the expected one is refused.
package final class TLSSession {
    /// What a step came to.
    package enum Step: Hashable, Sendable {
        case done
        /// The socket has no more bytes, or no more room.
        case waits
        /// The client has ended the session.
        case ended
        case failed
        /// The client asked for another server name.
        case wrongName
    }

    private let handle: OpaquePointer
    private let server: TLSServer

    /// Begins a session on a socket, which it does not own.
    ///
    /// `expectedName` is the server name that the client has to ask for; `nil` where the host is an address, which no
    /// server name can be (RFC 6066 section 3). `early` was received before the session began.
    ///
    /// - Returns: `nil` if memory is short or the certificate is not of the server's key.
    package init?(
        _ server: TLSServer,
        showing certificate: TLSCertificate,
        on socket: CInt,
        expectedName: String?,
        early: UnsafeRawBufferPointer
    ) {
        let bytes = early.bindMemory(to: UInt8.self)
        let made =
            if let expectedName {
                expectedName.withCString {
                    postern_tls_session_create(
                        server.handle,
                        certificate.handle,
                        socket,
                        $0,
                        bytes.baseAddress,
                        bytes.count
                    )
                }
            } else {
                postern_tls_session_create(
                    server.handle,
                    certificate.handle,
                    socket,
                    nil,
                    bytes.baseAddress,
                    bytes.count
                )
            }
        guard let made else { return nil }
        handle = made
        self.server = server
    }

    deinit { postern_tls_session_destroy(handle) }

    /// Goes on with the handshake.
    package func handshake() -> Step { Step(postern_tls_handshake(handle)) }

    /// Whether the handshake agreed on HTTP/2.
    package var isHTTP2: Bool { postern_tls_is_http2(handle) }

    /// Receives into `room`; `count` is how many bytes.
    ///
    /// To be called until it waits: bytes that were received with others make no event.
    package func receive(into room: UnsafeMutableRawBufferPointer, count: inout Int) -> Step {
        Step(postern_tls_read(handle, room.baseAddress, room.count, &count))
    }

    /// Sends some of the bytes; `count` is how many.
    package func send(_ bytes: UnsafeRawBufferPointer, count: inout Int) -> Step {
        Step(postern_tls_write(handle, bytes.baseAddress, bytes.count, &count))
    }

    /// Tells the client that nothing more comes.
    package func close() { postern_tls_close(handle) }
}

@available(*, unavailable)
extension TLSSession: Sendable {}

extension TLSSession.Step {
    fileprivate init(_ result: postern_tls_result) {
        switch result {
        case POSTERN_TLS_DONE: self = .done
        case POSTERN_TLS_WAITS: self = .waits
        case POSTERN_TLS_ENDED: self = .ended
        case POSTERN_TLS_WRONG_NAME: self = .wrongName
        default: self = .failed
        }
    }
}
