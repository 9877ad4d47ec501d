package import PosternCore

/// A connection with what there is to say of it.
package struct DescribedConnection: Hashable, Sendable {
    package let connection: StoredConnection
    package let userSubject: String
    /// The user's grant of it, and those below, revoked ones left out; the user's own first.
    package let grants: [DescribedGrant]

    /// `nil` where the provider does not say whose account it is.
    package var account: String? { connection.account == StoredConnection.unknownAccount ? nil : connection.account }
}
