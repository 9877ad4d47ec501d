/// Who is meant by a grant, in an operator's words.
package enum PrincipalReference: Hashable, Sendable {
    /// By name or id.
    case agent(String)
    /// By subject or id.
    case user(String)
    case group(String)
    case system
}

/// A grant that is to be made.
package struct NewGrant: Sendable {
    package var principal: PrincipalReference
    /// The secret's name or id.
    package var secret: String
    /// The id of the grant below which it stands.
    package var parent: String?
    /// Whether grants may be made below it.
    package var isDelegable = false
    package var label: String?
    /// What it allows, as a JSON object with the keys of a grant in the configuration file.
    package var terms = "{}"
    /// `nil` is as often as the grant above it, or without limit.
    package var maxUses: Int?
    /// `never` is as long as the grant above it, or for ever.
    package var expiry = Expiry.never
    /// Whether the agent itself asks for it, which it may only where the operator has opened the secret to it.
    package var isSelfBound = false

    package init(to principal: PrincipalReference, of secret: String) {
        self.principal = principal
        self.secret = secret
    }
}

/// Which grants are asked for, in an operator's words; every member that is not `nil` narrows.
package struct GrantQuery: Sendable {
    package var principal: PrincipalReference?
    /// The secret's name or id.
    package var secret: String?
    /// The id of the grant above.
    package var parent: String?
    /// Also those that were revoked.
    package var includesRevoked = false

    package init() {}
}
