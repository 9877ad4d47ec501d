/// The version of HTTP in which a client asked.
package enum AuditProtocol: Hashable, Sendable {
    case http10
    case http11
    case http2

    var text: StaticString {
        switch self {
        case .http10: "1.0"
        case .http11: "1.1"
        case .http2: "2"
        }
    }
}
