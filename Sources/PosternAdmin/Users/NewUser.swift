/// A user that is to be known.
package struct NewUser: Sendable {
    /// What the identity provider calls the person.
    package var subject: String
    package var displayName: String?
    package var groups: [String] = []
    /// When a token was issued that says so, in nanoseconds since 1970.
    var groupsIssuedAt: Int64?

    package init(subject: String) { self.subject = subject }
}

/// What is to be different about a user.
package struct UserChange: Sendable {
    package var displayName = Change<String?>.keep
    package var groups = Change<[String]>.keep
    package var isSuspended = Change<Bool>.keep

    package init() {}
}
