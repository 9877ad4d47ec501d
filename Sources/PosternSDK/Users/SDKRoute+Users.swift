internal import PosternAdmin
internal import PosternCore

extension SDKRoute {
    static let users: [SDKRoute] = [
        SDKRoute(.post, "/sdk/auth/verify-token", .nothing) { call in
            let token = try call.members { members throws(SDKRefusal) in try members.secret("token") }
            guard let token else { throw SDKRefusal.invalid("token is missing") }
            return .ok(.object([("sub", .text(try await call.verified(token).subject))]))
        },
        SDKRoute(.post, "/sdk/identity/resolve", .nothing) { try await $0.resolveIdentity() },
    ]
}

extension SDKCall {
    /// The scope of looking users up.
    private static let readingUsers = "idp_users:read"
    /// The scopes of what is done for users, each of which makes those known who bring a token.
    private static let servingUsers = ["tokens:retrieve", "proxy:execute", "connect:initiate", "idp_users:write"]

    /// Who is behind the request: the application, the agent and the user, as Postern knows them.
    fileprivate func resolveIdentity() async throws -> SDKReply {
        let order = try members { members throws(SDKRefusal) in
            (
                profile: try members.boolean("include_profile") ?? false, token: try members.secret("user_token"),
                userID: try members.text("app_user_id")
            )
        }
        var answer: [(String, JSONText)] = [
            ("app_id", .text(try await administration.app().id)), ("agent_id", .text(caller.agent?.id)),
            ("actor_id", .null), ("trace", trace),
        ]
        switch (order.token, order.userID) {
        case (nil, nil): answer.append(("group_ids", .list([])))
        case (let token?, nil):
            if order.profile { try caller.requireScope(among: [SDKCall.readingUsers]) }
            let (user, verified) = try await bearer(of: token)
            answer += SDKCall.members(of: user)
            answer.append(("idp_id", .text(verified.issuer)))
            if order.profile {
                answer.append(("email", .text(verified.email)))
                answer.append(("display_name", .text(user.displayName ?? verified.displayName)))
            }
        case (nil, let id?):
            try caller.requireScope(among: [SDKCall.readingUsers])
            let user = try await knownUser(id)
            answer += SDKCall.members(of: user)
            if order.profile { answer.append(("display_name", .text(user.displayName))) }
        case (_?, _?): throw SDKRefusal.invalid("user_token and app_user_id exclude one another")
        }
        return .ok(.object(answer))
    }

    /// The user whose token this is; a key that is for nothing that is done for users makes none known.
    private func bearer(of token: Secret) async throws -> (user: StoredUser, verified: VerifiedUser) {
        try caller.requireScope(among: [SDKCall.readingUsers] + SDKCall.servingUsers)
        let verified = try await verified(token)
        if caller.hasScope(among: SDKCall.servingUsers) {
            return (try await administration.user(for: verified, by: caller.operator), verified)
        }
        guard let user = try await administration.findUser(verified) else { throw SDKRefusal.userNotFound }
        guard !user.isSuspended else { throw SDKRefusal.userSuspended }
        return (user, verified)
    }

    /// A user by id, for whom the application may ask and no agent.
    private func knownUser(_ id: String) async throws -> StoredUser {
        guard caller.agent == nil, Identifier.isOne(id.lowercased()) else { throw SDKRefusal.userNotFound }
        return try await administration.user(id.lowercased())
    }

    private static func members(of user: StoredUser) -> [(String, JSONText)] {
        [
            ("app_user_id", .text(user.id)), ("user_status", .text(user.isSuspended ? "suspended" : "active")),
            ("group_ids", .texts(user.groups)), ("external_subject_id", .text(user.subject)),
        ]
    }

    private var trace: JSONText {
        guard let context = caller.context, let document = try? JSONDocument(Array(context.utf8)) else { return .null }
        let names = ["run_id", "thread_id"]
        let members = document.root.members.compactMap { name, value -> (String, JSONText)? in
            let name = String(decoding: name.string ?? [], as: UTF8.self)
            guard names.contains(name), let text = value.string else { return nil }
            return (name, .text(String(decoding: text, as: UTF8.self)))
        }
        return members.isEmpty ? .null : .object(members)
    }
}

extension SDKRefusal {
    /// No user has this id, or it is none of the caller's business.
    static let userNotFound = SDKRefusal(status: 404, code: "user_not_found", message: "there is no such user")
}
