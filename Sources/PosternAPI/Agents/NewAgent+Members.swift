internal import PosternAdmin
internal import PosternCore

extension NewAgent {
    init(_ members: inout RequestMembers) throws(ControlRefusal) {
        self.init(name: try members.requiredText("name"))
        if let text = try members.text("kind") {
            guard let kind = StoredAgent.Kind(rawValue: text) else { throw .invalid("kind is not agent or service") }
            self.kind = kind
        }
        displayName = try members.text("display_name")
        parent = try members.text("parent")
        scopes = try members.listsByName("scopes") ?? [:]
        limits.requestsPerMinute = try members.integer("requests_per_minute", minimum: 1)
        limits.concurrentRequests = try members.integer("concurrent_requests", minimum: 1)
        policy = try members.json("policy")
        metadata = try members.json("metadata") ?? "{}"
        if try members.boolean("mint_key") == false { key = nil }
    }
}

extension AgentChange {
    init(_ members: inout RequestMembers) throws(ControlRefusal) {
        self.init()
        displayName = try members.change("display_name") { members throws(ControlRefusal) in
            try members.text("display_name")
        }
        scopes = try members.change("scopes", empty: [:]) { members throws(ControlRefusal) in
            try members.listsByName("scopes")
        }
        requestsPerMinute = try members.change("requests_per_minute") { members throws(ControlRefusal) in
            try members.integer("requests_per_minute", minimum: 1)
        }
        concurrentRequests = try members.change("concurrent_requests") { members throws(ControlRefusal) in
            try members.integer("concurrent_requests", minimum: 1)
        }
        policy = try members.change("policy") { members throws(ControlRefusal) in try members.json("policy") }
        metadata = try members.change("metadata", empty: "{}") { members throws(ControlRefusal) in
            try members.json("metadata")
        }
        expectedVersion = try members.integer("expected_version", minimum: 1)
        grace = try members.seconds("grace_s") ?? .zero
    }
}
