/// Why a head cannot be given as HTTP/1.1 text.
package enum HTTP2HeadError: Error, Equatable, Sendable {
    /// RFC 9113 section 8.1.1; the stream is being reset already and can not be answered.
    case malformed(String)
    /// It has too many bytes or fields; 431 is the answer.
    case tooLarge
    /// The path is too long; 414 is the answer.
    case targetTooLong
    /// A CONNECT request: there is no tunnel inside a tunnel.
    case connect
}
