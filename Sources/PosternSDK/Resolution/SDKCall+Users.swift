internal import PosternAdmin
internal import PosternCore

extension SDKCall {
    /// The user whose token this is; `nil` for one who was never seen, or is suspended.
    func userIfKnown(_ token: Secret) async throws -> StoredUser? {
        let user = try await administration.findUser(try await verified(token))
        return user.flatMap { $0.isSuspended ? nil : $0 }
    }
}
