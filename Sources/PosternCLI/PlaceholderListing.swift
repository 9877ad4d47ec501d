internal import FoundationEssentials
package import PosternConfig

/// The placeholders of agents, for people and for programs.
package struct PlaceholderListing {
    private struct Entry: Encodable {
        let agent: String
        let secret: String
        let provider: String
        let placeholder: String
        let variables: [String]
    }

    private let given: [GivenPlaceholder]

    package init(_ given: [GivenPlaceholder]) { self.given = given }

    /// One line for each: the agent, the secret, the placeholder, and the variables that clients read it from.
    package var text: String {
        let agents = given.map(\.agent.count).max() ?? 0
        let secrets = given.map(\.secret.count).max() ?? 0
        return given.map { placeholder in
            let agent = placeholder.agent.padded(to: agents)
            let secret = placeholder.secret.padded(to: secrets)
            let variables = placeholder.variables.isEmpty ? "" : "  \(placeholder.variables.joined(separator: " "))"
            return "\(agent)  \(secret)  \(placeholder.text)\(variables)\n"
        }.joined()
    }

    /// A JSON array with an object for each.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let entries = given.map {
            Entry(
                agent: $0.agent,
                secret: $0.secret,
                provider: $0.provider,
                placeholder: $0.text,
                variables: $0.variables
            )
        }
        return String(decoding: try encoder.encode(entries), as: UTF8.self) + "\n"
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
