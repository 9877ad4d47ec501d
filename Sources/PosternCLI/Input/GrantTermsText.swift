internal import PosternCommand
package import PosternControl

/// What a grant allows, from what was typed: options over a file.
package struct GrantTermsText: Sendable {
    package var methods: [String] = []
    package var paths: [String] = []
    package var hosts: [String] = []
    package var queryKeys: [String] = []
    package var hours: [String] = []
    package var bodyConditions: [BodyConditionText] = []
    package var mcpTools: [String] = []
    package var mcpMethods: [String] = []
    package var requestsPerMinute: Int?
    package var concurrentRequests: Int?
    package var maxBodyBytes: Int?
    package var allowsWebSocket = false
    package var givesPlaceholder = false
    package var requiresApproval = false
    /// Who has to approve; anybody named is asked, whatever ``requiresApproval`` says.
    package var approvers: [String] = []

    package init() {}

    /// The terms as the interface takes them; each option replaces the key of the file.
    ///
    /// - Throws: ``CommandFailure`` if the file holds something else than an object.
    package func document(over file: RawJSON?) throws -> RawJSON {
        var terms: [String: RawJSON] = [:]
        if let file {
            guard case .object(let members) = file else { throw CommandFailure("the terms are no object") }
            terms = members
        }
        for (name, list) in [
            ("methods", methods), ("paths", paths), ("hosts", hosts), ("query_keys", queryKeys), ("hours", hours),
            ("mcp_tools", mcpTools), ("mcp_methods", mcpMethods),
        ] where !list.isEmpty {
            terms[name] = .array(list.map { .text($0) })
        }
        if !bodyConditions.isEmpty { terms["body"] = .array(bodyConditions.map(\.document)) }
        if let requestsPerMinute { terms["requests_per_minute"] = .integer(requestsPerMinute) }
        if let concurrentRequests { terms["concurrent_requests"] = .integer(concurrentRequests) }
        if let maxBodyBytes { terms["max_body_bytes"] = .integer(maxBodyBytes) }
        if allowsWebSocket { terms["websocket"] = .boolean(true) }
        if givesPlaceholder { terms["placeholder"] = .boolean(true) }
        if requiresApproval { terms["requires_approval"] = .boolean(true) }
        if !approvers.isEmpty {
            terms["requires_approval"] = .object(["approvers": .array(approvers.map { .text($0) })])
        }
        return .object(terms)
    }
}
