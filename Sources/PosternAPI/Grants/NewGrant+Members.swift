internal import PosternAdmin
internal import PosternCore

extension NewGrant {
    init(_ members: inout RequestMembers) throws(ControlRefusal) {
        let principal = try PrincipalReference(&members)
        self.init(to: principal, of: try members.requiredText("secret"))
        parent = try members.text("parent")
        isDelegable = try members.boolean("delegable") ?? false
        label = try members.text("label")
        terms = try members.json("terms") ?? "{}"
        maxUses = try members.integer("max_uses", minimum: 1)
        expiry = try members.expiry()
    }
}

extension PrincipalReference {
    /// Reads the one of `agent`, `user`, `group` and `system` that is given.
    fileprivate init(_ members: inout RequestMembers) throws(ControlRefusal) {
        var given: [PrincipalReference] = []
        if let agent = try members.text("agent") { given.append(.agent(agent)) }
        if let user = try members.text("user") { given.append(.user(user)) }
        if let group = try members.text("group") { given.append(.group(group)) }
        if try members.boolean("system") == true { given.append(.system) }
        guard given.count == 1 else {
            throw .invalid(
                given.isEmpty ? "nobody is named who is to have the grant" : "a grant is for one principal only",
                hint: "give one of agent, user, group and system"
            )
        }
        self = given[0]
    }
}
