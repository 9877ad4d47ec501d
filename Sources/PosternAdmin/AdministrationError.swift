package import PosternCore

/// Why an act of an operator was refused.
package enum AdministrationError: Error, Sendable {
    /// There is no such thing: its kind, and what was asked for.
    case notFound(kind: String, name: String)
    /// It stands against what is there: a stable code such as `agent_name_exists`, and words for people.
    case conflict(code: String, reason: String, hint: String? = nil)
    /// What was given cannot be used: the member it is about, and why.
    case invalid(member: String, reason: String, hint: String? = nil)
    /// The audit log cannot take the record, so nothing was done.
    case auditUnavailable
    case store(StoreError)
    /// It is stored, but could not be put in force on every event loop.
    case notInForce
}

extension AdministrationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notFound(let kind, let name): "there is no \(kind) \(name)"
        case .conflict(_, let reason, _): reason
        case .invalid(let member, let reason, _): member.isEmpty ? reason : "\(member): \(reason)"
        case .auditUnavailable: "the audit log cannot be written, so nothing was done"
        case .store(let error): error.description
        case .notInForce: "the change is stored, but an event loop is stuck and may still go by what was before"
        }
    }

    /// What to do about it.
    package var hint: String? {
        switch self {
        case .notFound, .auditUnavailable: nil
        case .conflict(_, _, let hint), .invalid(_, _, let hint): hint
        case .store(let error): error.hint
        case .notInForce: "restart posternd"
        }
    }

    /// A stable code, for programs and for the audit log.
    package var code: String {
        switch self {
        case .notFound(let kind, _): "\(kind)_not_found"
        case .conflict(let code, _, _): code
        case .invalid: "invalid_request"
        case .auditUnavailable: "audit_unavailable"
        case .store: "store_error"
        case .notInForce: "not_in_force"
        }
    }
}
