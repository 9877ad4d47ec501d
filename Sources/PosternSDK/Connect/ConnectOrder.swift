internal import PosternAdmin
internal import PosternCore

/// What an application asks of a user.
struct ConnectOrder: Sendable {
    let userToken: Secret?
    let agent: String?
    /// The user's grant whose account is to be connected again; `nil` for none.
    let repairedGrant: String?
    /// All that does not depend on who the user is.
    private let session: NewConnectSession

    /// Reads the members that say it.
    ///
    /// `now` is in nanoseconds since 1970.
    init(_ members: inout SDKMembers, now: Int64) throws(SDKRefusal) {
        userToken = try members.secret("user_token")
        agent = try members.text("agent")
        repairedGrant = try members.text("repair_grant_id")?.lowercased()
        var session = NewConnectSession(userID: "")
        session.providers = try ConnectOrder.providers(try members.texts("allowed_providers"))
        session.returnURL = try members.text("return_url")
        session.allowedOrigin = try members.text("allowed_origin")
        session.asksForAccount = try members.boolean("switch_account") ?? false
        session.scopes = try members.listsByName("required_scopes") ?? [:]
        session.expiry = try GrantPolicyMembers(&members, now: now).expiry
        session.isDelegable = try members.boolean("delegable")
        try ConnectOrder.readRequestedGrant(&members, into: &session)
        self.session = session
        guard members.value("scope_constraint") == nil else {
            throw .invalid(
                "scope_constraint: scopes of a delegation cannot be narrower than those of the connection",
                hint: "limit its methods and paths by requested_grant.restrictions"
            )
        }
        // Consent is always asked for here, and users make no rules on the way.
        _ = try members.boolean("direct")
        _ = try members.boolean("allow_user_policy_rules")
        _ = try members.textsByName("metadata")
    }

    /// The session for a user, perhaps with the agent that asks.
    func session(userID: String, agent: String?) -> NewConnectSession {
        var session = session
        session.userID = userID
        session.agent = agent
        session.repairedGrant = repairedGrant
        return session
    }

    private static func providers(_ names: [String]?) throws(SDKRefusal) -> [String]? {
        guard let names else { return nil }
        var providers: [String] = []
        for name in names.map({ $0.lowercased() }) where !providers.contains(name) { providers.append(name) }
        guard (1...50).contains(providers.count) else { throw .invalid("allowed_providers has 1 to 50 entries") }
        return providers
    }

    private static func readRequestedGrant(
        _ members: inout SDKMembers,
        into session: inout NewConnectSession
    ) throws(SDKRefusal) {
        guard var grant = try members.object("requested_grant") else { return }
        session.label = try grant.text("label")
        if var restrictions = try grant.object("restrictions") {
            var terms: [(String, JSONText)] = []
            if let methods = try restrictions.texts("allowed_methods") { terms.append(("methods", .texts(methods))) }
            if let paths = try restrictions.texts("allowed_endpoints") { terms.append(("paths", .texts(paths))) }
            try restrictions.finish()
            session.terms = String(decoding: JSONText.object(terms).bytes, as: UTF8.self)
        }
        try grant.finish()
    }
}
