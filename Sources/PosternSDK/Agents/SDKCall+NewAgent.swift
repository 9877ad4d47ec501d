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
        let made = try await administration.createAgent(
            new,
            idempotencyKey: try idempotencyKey(),
            by: caller.operator
        )
        let key: String?
        if let minted = made.key {
            key = minted.key.id
        } else {
            key = try await administration.keys(ofAgent: made.agent.id).first?.id
        }
        return .created(
            .object(
                JSONText.members(of: made.agent) + [
                    ("api_key", made.key.map { .secret($0.plaintext) } ?? .null), ("key_id", .text(key)),
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
