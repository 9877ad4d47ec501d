/// What there is to say of the grant behind a rule, to whoever chooses among grants.
package struct GrantFacts: Hashable, Sendable {
    /// The name of the secret, such as a managed secret's slug.
    package var secretName: String
    /// The secret's id in the store; `nil` for one of the configuration file.
    package var secretID: String?
    package var label: String?
    /// The id of the user whose connection or grant it stands below; `nil` for none.
    package var userID: String?
    /// The account of the connection; `nil` for a managed secret.
    package var account: String?
    package var accountDisplayName: String?
    /// The grant above it; `nil` for none.
    package var parentID: String?
    /// How many grants stand above it.
    package var depth: Int

    package init(
        secretName: String,
        secretID: String? = nil,
        label: String? = nil,
        userID: String? = nil,
        account: String? = nil,
        accountDisplayName: String? = nil,
        parentID: String? = nil,
        depth: Int = 0
    ) {
        self.secretName = secretName
        self.secretID = secretID
        self.label = label
        self.userID = userID
        self.account = account
        self.accountDisplayName = accountDisplayName
        self.parentID = parentID
        self.depth = depth
    }

    /// Whether the credential is a user's connection.
    package var isConnection: Bool { account != nil }
}
