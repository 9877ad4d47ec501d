package import PosternCore

/// A grant with the names of what it is about.
package struct DescribedGrant: Hashable, Sendable {
    package let grant: StoredGrant
    /// The agent's name, the user's subject or the group's name; `nil` for the system.
    package let principalName: String?
    package let secretName: String
    package let provider: String
    /// How often it was used, if it has a limit.
    package let uses: Int?
}
