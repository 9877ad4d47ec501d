internal import PosternCore

/// How a request says which grant it wants to use.
struct GrantAddress: Sendable {
    /// One of the two ways.
    enum Root: Hashable, Sendable {
        case grant(id: String)
        /// By the name of a provider, or of a managed secret.
        case provider(String)
    }

    var root: Root
    var account: String?
    var label: String?
    /// The id of the user whose grant is meant.
    var userID: String?

    init(_ root: Root, account: String? = nil, label: String? = nil, userID: String? = nil) {
        self.root = root
        self.account = account
        self.label = label
        self.userID = userID
    }

    /// Reads the members that say it.
    init(_ members: inout SDKMembers) throws(SDKRefusal) {
        let grant = try members.text("grant_id")
        let provider = try members.text("provider_id")
        account = try members.text("account")
        label = try members.text("label")
        userID = try members.text("app_user_id")?.lowercased()
        switch (grant, provider) {
        case (let grant?, nil):
            guard account == nil, label == nil, userID == nil else {
                throw .invalid("account, label and app_user_id go with provider_id, not with grant_id")
            }
            root = .grant(id: grant.lowercased())
        case (nil, let provider?): root = .provider(provider)
        case (nil, nil), (_?, _?): throw .invalid("exactly one of grant_id and provider_id says which grant is meant")
        }
    }

    /// The provider that it names; `nil` where it names a grant.
    var provider: String? {
        switch root {
        case .grant: nil
        case .provider(let name): name
        }
    }
}
