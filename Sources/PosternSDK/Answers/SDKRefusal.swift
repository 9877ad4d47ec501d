internal import PosternAdmin
internal import PosternCore

/// Why a request is refused: the status, the code by which clients tell refusals apart, words for people, what to do,
/// and what else belongs to the code.
package struct SDKRefusal: Error, Sendable {
    package let status: Int
    package let code: String
    package let message: String
    package var hint: String?
    package var members: [(name: String, value: JSONText)] = []
    package var fields: [(name: String, value: String)] = []

    package init(status: Int, code: String, message: String, hint: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// The same with one more member.
    func with(_ name: String, _ value: JSONText) -> SDKRefusal {
        var refusal = self
        refusal.members.append((name, value))
        return refusal
    }

    /// Something in the request cannot be used.
    static func invalid(_ message: String, hint: String? = nil) -> SDKRefusal {
        SDKRefusal(status: 400, code: "invalid_request", message: message, hint: hint)
    }

    /// What a use case refused.
    init(_ error: AdministrationError) {
        let status =
            switch error {
            case .notFound: 404
            case .conflict("user_suspended", _, _), .conflict("self_bind_not_allowed", _, _),
                .conflict("scope_escalation", _, _):
                403
            case .conflict, .store(.conflict): 409
            case .invalid: 400
            case .auditUnavailable, .store: 503
            case .notInForce: 500
            }
        self.init(status: status, code: error.code, message: "\(error)", hint: error.hint)
    }

    /// What is answered for any error; those that nobody expected say nothing of themselves.
    init(_ error: any Error) {
        switch error {
        case let error as SDKRefusal: self = error
        case let error as AdministrationError: self.init(error)
        case let error as StoreError: self.init(.store(error))
        default: self.init(status: 500, code: "internal_error", message: "something went wrong in posternd")
        }
    }

    var body: JSONText {
        .object(
            [("error", .text(code)), ("message", .text(message))] + (hint.map { [("hint", .text($0))] } ?? [])
                + members.map { ($0.name, $0.value) }
        )
    }
}
