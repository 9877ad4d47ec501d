internal import PosternControl

/// What the daemon at the usual socket knows by name, for a shell that completes words; nothing while it does not answer.
package enum KnownNames {
    /// Of agents that are not revoked.
    package static var agents: [String] { list("/v1/agents") { (agent: AgentAnswer) in agent.name } }

    /// Of secrets that are not revoked.
    package static var secrets: [String] { list("/v1/secrets") { (secret: SecretAnswer) in secret.name } }

    /// Of providers, those of the catalogue too.
    package static var providers: [String] {
        list("/v1/providers?catalogue=true") { (provider: ProviderAnswer) in provider.name }
    }

    private static func list<Item: Codable & Hashable & Sendable>(
        _ path: ControlPath,
        _ name: (Item) -> String
    ) -> [String] {
        let socket = ControlSocket.path(socket: nil, stateDirectory: nil)
        // A person waits for the word.
        let client = ControlClient(socketPath: socket, timeoutSeconds: 2)
        let answer: ListAnswer<Item>? = try? client.call(.get, path)
        return (answer?.items.map(name) ?? []).filter { $0.utf8.allSatisfy { (0x21..<0x7f).contains($0) } }
    }
}
