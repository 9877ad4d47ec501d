package import PosternControl

/// One request of the control interface.
package struct ControlRoute: Sendable {
    package let method: ControlClient.Method
    /// Such as `/v1/agents/{agent}`.
    package let path: String
    /// The parameters that the query may have.
    package let query: [String]
    /// The largest body, in bytes.
    package let maxBodyBytes: Int
    let handle: @Sendable (ControlCall) async throws -> ControlReply

    init(
        _ method: ControlClient.Method,
        _ path: String,
        query: [String] = [],
        maxBodyBytes: Int = 1024 * 1024,
        handle: @escaping @Sendable (ControlCall) async throws -> ControlReply
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.maxBodyBytes = maxBodyBytes
        self.handle = handle
    }

    /// Every request that there is.
    package static let all: [ControlRoute] =
        service + agents + agentKeys + appKeys + secrets + grants + providers + users + approvals
        + connections + portal + provisioning
}

/// What is answered.
struct ControlReply: Sendable {
    var status = 200
    let answer: any Encodable & Sendable

    static func ok(_ answer: some Encodable & Sendable) -> ControlReply { ControlReply(answer: answer) }

    static func created(_ answer: some Encodable & Sendable) -> ControlReply {
        ControlReply(status: 201, answer: answer)
    }
}
