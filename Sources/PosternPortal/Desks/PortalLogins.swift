package import PosternCore

/// Who looks at the pages of operators.
package enum PortalPerson: Hashable, Sendable {
    /// Whoever may administer Postern.
    case `operator`
    /// A person who is named as an approver, and may do nothing but decide.
    case approver(String)
}

/// Lets people in who show a code that the control interface gave out.
///
/// Implemented in memory beside the use cases, and by tests. Codes and tokens are kept as digests.
package protocol PortalLogins: Sendable {
    /// Makes a code into a session, whose token is returned; a code works once. `nil` if it is none, or too old.
    func redeem(_ code: Secret) async -> Secret?

    /// Whose session it is; `nil` if it has ended.
    func person(of token: Secret) async -> PortalPerson?

    /// Ends a session.
    func end(_ token: Secret) async
}
