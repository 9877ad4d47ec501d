internal import PosternCore

/// `[[agent]]`: a workload, its keys and its limits.
final class AgentSection {
    private let secrets: SecretReader
    private var owners: [KeyDigest: String] = [:]

    init(secrets: SecretReader) { self.secrets = secrets }

    /// Reads one agent; `nil` when its name was refused.
    func read(_ table: TableReader, name: Located<String>?) -> Agent? {
        let keys = readKeys(table, agent: name?.value ?? "")
        let limits = LimitKeys.read(table)
        table.finish()
        return name.map { Agent(name: $0.value, keys: keys.map { AgentKey($0) }, limits: limits) }
    }

    private func readKeys(_ table: TableReader, agent: String) -> [KeyDigest] {
        if table.has("key"), table.has("keys") {
            table.refuse("keys", "stands beside `key`", hint: "put every key into `keys`")
        }
        let single = table.string("key").map { [$0] } ?? []
        let several = table.strings("keys") ?? []
        return (single.map { ("key", $0) } + several.map { ("keys", $0) }).compactMap { key, text in
            guard let digest = digest(text, key: key, in: table) else { return nil }
            return claim(digest, for: agent, line: text.line, in: table)
        }
    }

    /// Whoever shows a key is its agent, so a key has one agent.
    private func claim(_ digest: KeyDigest, for agent: String, line: Int?, in table: TableReader) -> KeyDigest? {
        guard let owner = owners[digest] else {
            owners[digest] = agent
            return digest
        }
        let reason =
            owner == agent
            ? "agent `\(agent)` has the same key twice" : "agents `\(owner)` and `\(agent)` have the same key"
        table.problems.add(reason, line: line, hint: "each agent needs keys of its own")
        return nil
    }

    private func digest(_ text: Located<String>, key: String, in table: TableReader) -> KeyDigest? {
        table.attempt(key, line: text.line) { () throws(Refusal) in
            if text.value.hasPrefix("sha256:") {
                guard let digest = KeyDigest(hexadecimal: text.value.dropFirst(7)) else {
                    throw Refusal(
                        "`sha256:` takes 64 hexadecimal digits",
                        hint: "printf %s \"$KEY\" | sha256sum"
                    )
                }
                return digest
            }
            let reference = try SecretReference(text.value)
            let secret = try secrets.secret(reference, obeying: .agentKey)
            return secret.withBytes { KeyDigest(ofKey: $0) }
        }
    }
}

/// `requests_per_minute` and `concurrent_requests`, of agents and of rules.
enum LimitKeys {
    static func read(_ table: TableReader) -> Limits {
        Limits(
            requestsPerMinute: table.integer("requests_per_minute", in: 1...10_000_000),
            concurrentRequests: table.integer("concurrent_requests", in: 1...1_000_000)
        )
    }
}
