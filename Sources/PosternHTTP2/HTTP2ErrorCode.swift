/// The error codes of RST_STREAM and GOAWAY that Postern sends or tells apart.
///
/// RFC 9113 section 7. Numbers, since a peer may send any other.
package enum HTTP2ErrorCode {
    package static let noError: UInt32 = 0x0
    package static let protocolError: UInt32 = 0x1
    package static let internalError: UInt32 = 0x2
    package static let refusedStream: UInt32 = 0x7
    package static let cancel: UInt32 = 0x8
    package static let enhanceYourCalm: UInt32 = 0xb
    /// The peer wants this request in HTTP/1.1.
    package static let http11Required: UInt32 = 0xd
}
