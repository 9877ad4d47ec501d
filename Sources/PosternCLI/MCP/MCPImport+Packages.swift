internal import PosternControl
internal import PosternMCP

// Servers that are fetched when they are started.
extension MCPImport {
    /// The egress rule without which servers that were changed cannot fetch what they run, as text for `proxy.conf`; `nil` if
    /// there is one, or none fetches anything.
    package func missingRule(_ session: ControlSession) throws -> String? {
        var agents: Set<String> = []
        var hosts: Set<String> = []
        for (agent, wanted) in fetching {
            for host in wanted {
                let request = ExplainRequest(agent: agent, method: "GET", url: "https://\(host)/")
                let answer: ExplainAnswer = try session.call(.post, "/v1/explain", body: request)
                guard !answer.steps.contains(where: { $0.kind == "egress" }) else { continue }
                agents.insert(agent)
                hosts.insert(host)
            }
        }
        return hosts.isEmpty ? nil : MCPImport.rule(agents, hosts)
    }

    /// The agents whose servers were changed and are fetched, and from where.
    private var fetching: [(agent: String, hosts: [String])] {
        zip(found, report.files).flatMap { one, shown -> [(String, [String])] in
            guard case .success(let (_, plan)) = one.result else { return [] }
            return zip(plan.servers, shown.servers).compactMap { server, done in
                guard let agent = done.agent, done.secrets.contains(where: { $0.action == "stored" }),
                    !server.packageHosts.isEmpty
                else { return nil }
                return (agent, server.packageHosts)
            }
        }
    }

    private static func rule(_ agents: Set<String>, _ hosts: Set<String>) -> String {
        let prefix = "mcp-"
        let others = agents.filter { !$0.hasPrefix(prefix) }.sorted()
        let names = (others.count < agents.count ? ["\(prefix)*"] : []) + others
        func list(_ texts: [String]) -> String { "[\(texts.map { "\"\($0)\"" }.joined(separator: ", "))]" }
        return """
            [[egress]]
            name = "packages"
            agents = \(list(names))
            hosts = \(list(hosts.sorted()))
            methods = ["GET", "HEAD"]

            """
    }
}
