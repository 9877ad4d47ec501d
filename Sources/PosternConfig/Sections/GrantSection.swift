internal import PosternCore

/// `[[grant]]`: an agent may use a secret.
struct GrantSection {
    let agents: Set<String>
    let credentials: Set<String>
    let providerOfCredential: [String: ResolvedProvider]
    let rules: RuleIDs

    func read(_ table: TableReader) -> Grant? {
        let agent = table.reference("agent", to: agents, kind: "agent")
        let credential = table.reference("secret", to: credentials, kind: "secret")
        let base = agent.flatMap { agent in credential.map { "\(agent.value)/\($0.value)" } }
        let id = rules.id(of: table, default: base)
        let hosts = readHosts(table, provider: credential.flatMap { providerOfCredential[$0.value]?.provider })
        let terms = TermKeys.read(table, hosts: hosts)
        let expiry = table.instant("expires")
        let maxUses = table.integer("max_uses", in: 1...1_000_000_000_000)
        table.finish()
        guard let agent, let credential, let id else { return nil }
        return Grant(
            id: id,
            agent: agent.value,
            credential: credential.value,
            terms: terms,
            expiresAt: expiry,
            maxUses: maxUses
        )
    }

    /// A grant narrows its provider; a host beyond it would never be matched and is a mistake.
    private func readHosts(_ table: TableReader, provider: Provider?) -> [HostPattern]? {
        guard let hosts = table.hosts("hosts") else { return nil }
        if let provider {
            for host in hosts where !provider.hosts.contains(where: { $0.covers(host.value, scheme: provider.scheme) })
            {
                table.problems.add(
                    "`hosts` in [[grant]]: \(Excerpt.of(host.value.written)) is not one of provider `\(provider.name)`",
                    line: host.line,
                    hint: "its hosts are \(provider.hosts.map(\.written).joined(separator: ", "))"
                )
            }
        }
        return hosts.map(\.value)
    }
}

/// `[[egress]]`: agents may reach hosts without a credential.
struct EgressSection {
    let agents: Set<String>
    let rules: RuleIDs

    func read(_ table: TableReader) -> EgressRule? {
        let holder = holder(table)
        let id = rules.id(of: table, default: holder.map(EgressSection.usualID))
        if !table.has("hosts") { table.refuseMissing("hosts") }
        let hosts = table.hosts("hosts")
        let scheme = NetworkKeys.scheme(table) ?? .https
        let network = NetworkKeys.read(table, scheme: scheme)
        let constraints = RuleKeys.constraints(table)
        let limits = LimitKeys.read(table)
        let allowsWebSocket = TermKeys.allowsWebSocket(table, constraints)
        let isTunnel = table.boolean("tunnel") ?? false
        if isTunnel { EgressSection.refuseWhatTunnelsCannotCheck(table) }
        table.finish()
        guard let holder, let id, let hosts else { return nil }
        return EgressRule(
            id: id,
            holder: holder,
            hosts: hosts.map(\.value),
            scheme: scheme,
            constraints: constraints,
            limits: limits,
            network: network,
            allowsWebSocket: allowsWebSocket,
            isTunnel: isTunnel
        )
    }

    /// One agent of the file by `agent`, or any by `agents`.
    private func holder(_ table: TableReader) -> EgressRule.Holder? {
        guard table.has("agents") else {
            return table.reference("agent", to: agents, kind: "agent").map { .agent($0.value) }
        }
        if table.has("agent") { table.refuse("agents", "stands beside `agent`", hint: "name all of them in `agents`") }
        if case .array(let names)? = table.node("agents")?.value, names.isEmpty {
            table.refuse("agents", "names nobody", hint: "agents = [\"mcp-*\"]")
        }
        return table.agentPatterns("agents").map { .agents($0) }
    }

    private static func usualID(_ holder: EgressRule.Holder) -> String {
        switch holder {
        case .agent(let name): "\(name)/egress"
        case .agents: "egress"
        }
    }

    /// Of a tunnel nothing is seen but its host and port, so a rule that asks for more would not be kept.
    private static func refuseWhatTunnelsCannotCheck(_ table: TableReader) {
        for key in [
            "scheme", "methods", "paths", "query_keys", "allow_encoded_slash", "max_body_bytes", "ca_file", "websocket",
            "body", "mcp_tools", "mcp_methods", "max_inspected_bytes",
        ]
        where table.has(key) {
            table.refuse(key, "has no use with `tunnel = true`", hint: "inside a tunnel no request can be seen")
        }
    }
}
