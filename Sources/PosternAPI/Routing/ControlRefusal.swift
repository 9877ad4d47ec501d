package import PosternAdmin
internal import PosternCore

/// Why a control request is refused: the status, a stable code, words for people, and what to do.
package struct ControlRefusal: Error, Hashable, Sendable {
    package let status: Int
    package let code: String
    package let message: String
    package let hint: String?

    package init(status: Int, code: String, message: String, hint: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// Something in the request cannot be used.
    package static func invalid(_ message: String, hint: String? = nil) -> ControlRefusal {
        ControlRefusal(status: 400, code: "invalid_request", message: message, hint: hint)
    }

    /// What a use case refused.
    package init(_ error: AdministrationError) {
        let status =
            switch error {
            case .notFound: 404
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
        case let error as ControlRefusal: self = error
        case let error as AdministrationError: self.init(error)
        case let error as StoreError: self.init(.store(error))
        default: self.init(status: 500, code: "internal_error", message: "something went wrong in posternd")
        }
    }
}
