/// The operator's namespace; there is one, made with the store.
package struct StoredApp: Hashable, Sendable {
    package let id: String
    package let name: String
    package let createdAt: Int64

    package init(id: String, name: String, createdAt: Int64) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
    }
}

/// A provider that the operator has defined, or one of the catalogue that was changed.
package struct StoredProvider: Hashable, Sendable {
    package let name: String
    /// A JSON object with the keys of a provider in the configuration file.
    package var definition: String
    package let createdAt: Int64
    package var updatedAt: Int64

    package init(name: String, definition: String, createdAt: Int64, updatedAt: Int64) {
        self.name = name
        self.definition = definition
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// A person on whose behalf agents may act.
package struct StoredUser: Hashable, Sendable {
    package let id: String
    /// What the identity provider calls the person; unique.
    package let subject: String
    package var displayName: String?
    package var groups: [String]
    package var isSuspended: Bool
    /// When the newest token was issued that said something of groups, in nanoseconds since 1970; older ones say nothing.
    package var groupsIssuedAt: Int64?
    package let createdAt: Int64
    package var updatedAt: Int64

    package init(
        id: String,
        subject: String,
        displayName: String? = nil,
        groups: [String] = [],
        isSuspended: Bool = false,
        groupsIssuedAt: Int64? = nil,
        createdAt: Int64,
        updatedAt: Int64
    ) {
        self.id = id
        self.subject = subject
        self.displayName = displayName
        self.groups = groups
        self.isSuspended = isSuspended
        self.groupsIssuedAt = groupsIssuedAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
