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

    /// The method spelled so; `nil` for any other token.
    init?(spelled name: UnsafeRawBufferPointer) {
        switch name.count {
        case 3 where name.elementsEqual("GET".utf8): self = .get
        case 3 where name.elementsEqual("PUT".utf8): self = .put
        case 4 where name.elementsEqual("POST".utf8): self = .post
        case 4 where name.elementsEqual("HEAD".utf8): self = .head
        case 5 where name.elementsEqual("PATCH".utf8): self = .patch
        case 5 where name.elementsEqual("TRACE".utf8): self = .trace
        case 6 where name.elementsEqual("DELETE".utf8): self = .delete
        case 7 where name.elementsEqual("OPTIONS".utf8): self = .options
        case 7 where name.elementsEqual("CONNECT".utf8): self = .connect
        default: return nil
        }
    }

    /// Whether a rule may name it: TRACE would echo the credential, CONNECT opens a tunnel.
    package var isForwardable: Bool { self != .connect && self != .trace }

    /// Whether sending it twice has the effect of sending it once.
    ///
    /// RFC 9110 section 9.2.2.
    package var isIdempotent: Bool { self != .post && self != .patch && self != .connect }
}
