internal import PosternAdmin
internal import PosternControl
internal import PosternCore

extension ControlRoute {
    static let users: [ControlRoute] = [
        ControlRoute(.get, "/v1/users", query: ControlPage.parameters) { call in
            let page = try ControlPage(call.query)
            return .ok(page.answer(cutting: try await call.administration.users()) { UserAnswer($0) })
        },
        ControlRoute(.post, "/v1/users") { call in
            let new = try call.members { members throws(ControlRefusal) in try NewUser(&members) }
            return .created(UserAnswer(try await call.administration.createUser(new, by: call.operator)))
        },
        ControlRoute(.get, "/v1/users/{user}") { call in
            .ok(UserAnswer(try await call.administration.user(call.parameter("user"))))
        },
        ControlRoute(.patch, "/v1/users/{user}") { call in
            let change = try call.members { members throws(ControlRefusal) in try UserChange(&members) }
            let user = try call.parameter("user")
            return .ok(UserAnswer(try await call.administration.updateUser(user, change, by: call.operator)))
        },
        ControlRoute(.delete, "/v1/users/{user}") { call in
            let user = try call.parameter("user")
            try await call.administration.removeUser(user, by: call.operator)
            return .ok(RemovalAnswer(removed: [user]))
        },
    ]
}

extension UserAnswer {
    init(_ user: StoredUser) {
        self.init(
            id: user.id,
            subject: user.subject,
            displayName: user.displayName,
            groups: user.groups,
            suspended: user.isSuspended,
            createdAt: Timestamp.text(user.createdAt)
        )
    }
}

extension NewUser {
    init(_ members: inout RequestMembers) throws(ControlRefusal) {
        self.init(subject: try members.requiredText("subject"))
        displayName = try members.text("display_name")
        groups = try members.texts("groups") ?? []
    }
}

extension UserChange {
    init(_ members: inout RequestMembers) throws(ControlRefusal) {
        self.init()
        displayName = try members.change("display_name") { members throws(ControlRefusal) in
            try members.text("display_name")
        }
        groups = try members.change("groups", empty: []) { members throws(ControlRefusal) in
            try members.texts("groups")
        }
        isSuspended = try members.change("suspended", empty: false) { members throws(ControlRefusal) in
            try members.boolean("suspended")
        }
    }
}
