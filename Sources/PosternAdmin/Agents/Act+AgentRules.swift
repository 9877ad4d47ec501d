internal import PosternConfig
internal import PosternCore

extension Act {
    /// Refuses a name that another agent has.
    func checkIsFree(_ name: String) throws {
        if declared.agentNames().contains(name) {
            throw AdministrationError.conflict(
                code: "agent_name_exists",
                reason: "the configuration file declares an agent \(name)",
                hint: "choose another name"
            )
        }
        guard try store.agent(named: name) != nil else { return }
        throw AdministrationError.conflict(
            code: "agent_name_exists",
            reason: "there is an agent \(name) already",
            hint: "choose another name, or revoke that one first; `postern key mint \(name)` gives it another key"
        )
    }

    /// The agent below which another one is to be made.
    func parent(_ reference: String) throws -> StoredAgent {
        let parent = try store.existingAgent(reference)
        try parent.requireActive()
        guard try store.depth(of: parent) < Act.maxDepth else {
            throw AdministrationError.conflict(
                code: "too_deep",
                reason: "agent \(parent.name) has \(Act.maxDepth - 1) agents above it, which is the most"
            )
        }
        return parent
    }

    /// Refuses limits that allow nothing or mean nothing.
    func check(_ limits: Limits) throws(AdministrationError) {
        try TextRules.check(limits.requestsPerMinute, "requests_per_minute", in: 1...10_000_000)
        try TextRules.check(limits.concurrentRequests, "concurrent_requests", in: 1...1_000_000)
    }

    /// Refuses a policy that cannot be read.
    func checkPolicy(_ json: String) throws(AdministrationError) {
        try JSONTexts.checkSize(json, "policy")
        _ = try reading("policy") { () throws(ConfigError) in try DirectoryJSON.policy(json) }
    }
}
