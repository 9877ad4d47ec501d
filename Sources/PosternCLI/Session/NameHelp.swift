internal import PosternCommand
internal import PosternConfig
internal import PosternControl

/// Looks up what a mistyped name was meant to be.
struct NameHelp {
    let client: ControlClient
    /// What was typed.
    let names: [String]

    /// The error in the words of a command, with the nearest name if there is no such thing.
    func failure(for error: ControlError) -> CommandFailure {
        guard case .refused(_, let code, let message, let hint) = error else {
            return CommandFailure(error.description, hint: error.hint)
        }
        return CommandFailure(message, hint: hint ?? suggestion(code, for: names.filter(message.contains)), code: code)
    }

    private func suggestion(_ code: String, for names: [String]) -> String? {
        guard code.hasSuffix("_not_found"), !names.isEmpty else { return nil }
        let kind = String(code.dropLast("_not_found".count))
        let known = known(kind)
        guard let meant = names.lazy.compactMap({ Suggestion.nearest(to: $0, among: known) }).first else {
            return known.isEmpty ? nil : "`postern \(kind) list` shows what there is"
        }
        return "did you mean `\(meant)`?"
    }

    /// The names of a kind, as far as one answer goes; none if they cannot be had: the first error counts.
    private func known(_ kind: String) -> [String] {
        switch kind {
        case "agent": list("/v1/agents") { (agent: AgentAnswer) in agent.name }
        case "secret": list("/v1/secrets") { (secret: SecretAnswer) in secret.name }
        case "user": list("/v1/users") { (user: UserAnswer) in user.subject }
        case "provider":
            list("/v1/providers?catalogue=true") { (provider: ProviderAnswer) in provider.name }
        case "key":
            list(names.count > 1 ? "/v1/agents/\(names[0])/keys" : "/v1/app/keys") { (key: KeyAnswer) in key.name }
        default: []
        }
    }

    private func list<Item: Codable & Hashable & Sendable>(_ path: ControlPath, _ name: (Item) -> String) -> [String] {
        let answer: ListAnswer<Item>? = try? client.call(.get, path)
        return answer?.items.map(name) ?? []
    }
}
