internal import PosternAdmin
internal import PosternCore

extension SDKCall {
    /// The user whose token this is; `nil` for one who was never seen, or is suspended.
    func userIfKnown(_ token: Secret) async throws -> StoredUser? {
        let subject = try await verified(token).subject
        let user = try await ifFound { () throws(AdministrationError) in try await administration.user(subject) }
        // A subject that has the form of another user's id is not that user.
        return user.flatMap { $0.subject == subject && !$0.isSuspended ? $0 : nil }
    }
}
