/// What a request is answered if it is not refused.
struct SDKReply: Sendable {
    var status = 200
    /// `nil` is no body.
    var body: JSONText?
    var fields: [(name: String, value: String)] = []

    static func ok(_ body: JSONText) -> SDKReply { SDKReply(body: body) }
    static func created(_ body: JSONText) -> SDKReply { SDKReply(status: 201, body: body) }
    static let nothing = SDKReply(status: 204)
}
