/// A person on whose behalf agents may act.
package struct UserAnswer: Codable, Hashable, Sendable {
    package let id: String
    package let subject: String
    @Nullable package var displayName: String?
    package let groups: [String]
    package let suspended: Bool
    package let createdAt: String

    enum CodingKeys: String, CodingKey {
        case id, subject, groups, suspended
        case displayName = "display_name"
        case createdAt = "created_at"
    }

    package init(
        id: String,
        subject: String,
        displayName: String?,
        groups: [String],
        suspended: Bool,
        createdAt: String
    ) {
        self.id = id
        self.subject = subject
        self.displayName = displayName
        self.groups = groups
        self.suspended = suspended
        self.createdAt = createdAt
    }
}

/// `POST /v1/users`.
package struct UserCreateRequest: Encodable, Sendable {
    package var subject: String
    package var displayName: String?
    package var groups: [String]?

    enum CodingKeys: String, CodingKey {
        case subject, groups
        case displayName = "display_name"
    }

    package init(subject: String) { self.subject = subject }
}

/// `PATCH /v1/users/{user}`.
package struct UserUpdateRequest: Encodable, Sendable {
    package var displayName = Patch<String>.unchanged
    package var groups: [String]?
    package var suspended: Bool?

    enum CodingKeys: String, CodingKey {
        case groups, suspended
        case displayName = "display_name"
    }

    package init() {}

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(displayName, forKey: .displayName)
        try container.encodeIfPresent(groups, forKey: .groups)
        try container.encodeIfPresent(suspended, forKey: .suspended)
    }
}
