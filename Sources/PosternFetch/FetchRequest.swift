package import PosternCore

/// A request of Postern's own to a server on the web.
package struct FetchRequest: Sendable {
    package var url: WebURL
    package var network: UpstreamNetwork
    /// The value of `Authorization`; `nil` for none.
    package var authorization: Secret?
    /// What is sent, in the coding of forms; `nil` is a GET.
    package var form: Secret?
    /// For everything together.
    package var timeLimit: Duration = .seconds(15)

    package init(url: WebURL, network: UpstreamNetwork, authorization: Secret? = nil, form: Secret? = nil) {
        self.url = url
        self.network = network
        self.authorization = authorization
        self.form = form
    }
}

/// The answer to a ``FetchRequest``.
package struct FetchAnswer: Sendable {
    package let status: Int
    /// It may hold tokens.
    package let body: Secret

    package init(status: Int, body: Secret) {
        self.status = status
        self.body = body
    }
}

/// Why there is no answer.
package enum FetchError: Error, Hashable, Sendable {
    /// It would cross the network in clear.
    case notEncrypted
    /// The host is at an address to which nothing may be sent.
    case addressProhibited
    case nameUnknown
    case notConnected
    case certificateInvalid
    case timedOut
    case tooLong
    /// The connection broke, or what came is no HTTP.
    case broken
    /// Too many requests wait already.
    case overloaded
    case cancelled

    /// For people: lower case, and nothing of the request.
    package var reason: String {
        switch self {
        case .notEncrypted: "it is not https"
        case .addressProhibited: "its address is not public, or is Postern's own"
        case .nameUnknown: "its name is not known"
        case .notConnected: "it does not accept connections"
        case .certificateInvalid: "its certificate is not trusted"
        case .timedOut: "it did not answer in time"
        case .tooLong: "its answer is too long"
        case .broken: "the connection broke"
        case .overloaded: "too many requests wait already"
        case .cancelled: "cancelled"
        }
    }
}
