internal import PosternCore

/// A request that has passed the gate: from a page of ours, or typed, or followed from somewhere.
struct PortalRequest: Sendable {
    enum Method: Sendable {
        case get, post
    }

    let method: Method
    /// The path as it was sent, to which a form's key is bound.
    let path: String
    /// Its segments, below the room if it names one.
    let segments: [String]
    /// The room that the path names.
    let room: Room?
    let query: [String: String]
    /// The fields of the form; empty for a `GET`.
    let form: [String: String]
    /// The values of cookies that came and are well formed.
    let browser: String?
    let sessions: [String]
    let confirmations: [String]
    /// Whether the browser says that another site sent it here.
    let isFromElsewhere: Bool
    /// The address at the other end, by which guessing is slowed.
    let peer: String
    /// Nanoseconds since 1970.
    let receivedAt: Int64
}

extension Secret {
    /// A text that nobody is to see.
    convenience init(text: String) { self.init(Array(text.utf8)) }

    /// The text, for an address or a field; to be forgotten soon.
    var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}
