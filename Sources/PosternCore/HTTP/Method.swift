/// The request methods that Postern forwards, and the two it knows only to refuse.
///
/// Method names are case-sensitive (RFC 9110 section 9.1); a token that is not here is answered 405.
package enum Method: String, Hashable, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
    case connect = "CONNECT"
    case trace = "TRACE"

    /// Whether a rule may name it: TRACE would echo the credential, CONNECT opens a tunnel.
    package var isForwardable: Bool { self != .connect && self != .trace }

    /// Whether sending it twice has the effect of sending it once. RFC 9110 section 9.2.2.
    package var isIdempotent: Bool { self != .post && self != .patch && self != .connect }
}
