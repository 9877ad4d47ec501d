/// Agents by name: one, or with `*` at its end all whose names begin like that.
package struct AgentPattern: Hashable, Sendable, ExpressibleByStringLiteral {
    private let text: String

    /// Takes a pattern that is known to be one.
    package init(_ text: String) { self.text = text }

    package init(stringLiteral text: String) { self.text = text }

    package func covers(_ agent: String) -> Bool {
        text.hasSuffix("*") ? agent.hasPrefix(text.dropLast()) : agent == text
    }
}
