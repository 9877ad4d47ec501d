/// What was removed, by its name or id.
package struct RemovalAnswer: Codable, Hashable, Sendable {
    package let removed: [String]

    package init(removed: [String]) { self.removed = removed }
}
