internal import PosternAdmin
internal import PosternCore

extension SDKCall {
    private static let maxIdempotencyKeyBytes = 255

    /// Makes an agent and its first key, once for each idempotency key.
    func createAgent() async throws -> SDKReply {
        let new = try members { members throws(SDKRefusal) in
            var new = NewAgent(name: try members.requiredText("name"))
            new.kind = try SDKCall.kind(try members.text("type"))
            new.displayName = try members.text("display_name")
            new.scopes = try members.listsByName("scopes") ?? [:]
            new.policy = try members.json("policy").flatMap { $0 == "{}" ? nil : $0 }
            new.metadata = try members.json("metadata") ?? "{}"
            return new
        }
        try requireNoConstraints()
        let by = caller.operator
        guard let idempotencyKey = try idempotencyKey() else {
            let (agent, key) = try await administration.createAgent(new, by: by)
            return SDKCall.answer(agent, key, keyID: key?.key.id)
        }
        let made = try await administration.createAgent(new, idempotencyKey: idempotencyKey, by: by)
        // Of one that was made before, the key cannot be shown again.
        let first = try await administration.keys(ofAgent: made.agent.id).first
        return SDKCall.answer(made.agent, made.key, keyID: first?.id)
    }

    private static func answer(_ agent: StoredAgent, _ key: MintedKey?, keyID: String?) -> SDKReply {
        .created(
            .object(
                JSONText.members(of: agent) + [
                    ("api_key", key.map { .secret($0.plaintext) } ?? .null), ("key_id", .text(keyID)),
                ]
            )
        )
    }

    private static func kind(_ text: String?) throws(SDKRefusal) -> StoredAgent.Kind {
        guard let text else { return .agent }
        guard let kind = StoredAgent.Kind(rawValue: text) else { throw .invalid("type is neither agent nor service") }
        return kind
    }

    private func idempotencyKey() throws(SDKRefusal) -> String? {
        let values = request.values(of: "idempotency-key")
        guard let value = values.first else { return nil }
        guard values.count == 1, (1...SDKCall.maxIdempotencyKeyBytes).contains(value.utf8.count) else {
            throw .invalid("the idempotency key is not one text of 1 to \(SDKCall.maxIdempotencyKeyBytes) bytes")
        }
        return value
    }
}
