/// What Postern answers itself on its proxy listeners, where a request names Postern and no upstream.
///
/// Implemented by the API that programs use, and by tests.
package protocol OwnService: Sendable {
    /// Who has sent a request, as far as its head proves it, before anything is taken of its body; `nil` for nobody known, of
    /// whom no body is read.
    ///
    /// Called on an event loop: it must not wait.
    func holder(of head: ServiceRequest) -> PrincipalID?

    /// Answers a request, whatever it is; nothing is thrown, so that nobody is left without an answer.
    func answer(_ request: ServiceRequest) async -> ServiceAnswer
}

/// A whole request to Postern itself: parsed strictly, of a bounded length, and nothing proven yet.
package struct ServiceRequest: Sendable {
    /// The id under which its records stand in the audit log.
    package let id: String
    package let method: Method
    /// The path as it was sent, without the query: percent-encoded, beginning with `/`.
    package let path: String
    /// What follows the `?`, as it was sent; `nil` without one.
    package let query: String?
    /// The fields in order, with names in lower case.
    package let fields: [(name: String, value: String)]
    package var body: [UInt8]
    package let peer: Peer
    /// The agent whose own listener it came through; `nil` on one that is nobody's.
    package let listenerAgent: String?
    /// Nanoseconds since 1970.
    package let receivedAt: Int64

    package init(
        id: String,
        method: Method,
        path: String,
        query: String? = nil,
        fields: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        peer: Peer,
        listenerAgent: String? = nil,
        receivedAt: Int64
    ) {
        self.id = id
        self.method = method
        self.path = path
        self.query = query
        self.fields = fields
        self.body = body
        self.peer = peer
        self.listenerAgent = listenerAgent
        self.receivedAt = receivedAt
    }

    /// The values of the fields of a name, which is given in lower case.
    package func values(of name: String) -> [String] { fields.lazy.filter { $0.name == name }.map(\.value) }
}

/// What a request to Postern itself is answered.
package struct ServiceAnswer: Sendable {
    package var status: Int
    /// Fields but those that frame the body.
    package var fields: [(name: String, value: String)]
    package var body: [UInt8]

    package init(status: Int, fields: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}
