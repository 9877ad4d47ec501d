package import PosternCore

/// Declarations from which tests put directories together, with values that are easy to find again.
package enum Sample {
    /// What `secret` is in credentials made here.
    package static let secret = "s3cr3t/value+0123456789"
    package static let botKey = "key-of-bot-0123456789"
    package static let eveKey = "key-of-eve-0123456789"

    package static func template(_ text: String) -> Template {
        guard let template = Template(text) else { fatalError("not a template: \(text)") }
        return template
    }

    package static func host(_ text: String) -> HostName {
        guard let host = HostName(text) else { fatalError("not a host: \(text)") }
        return host
    }

    package static func hosts(_ texts: [String]) -> [HostPattern] {
        texts.map { text in
            guard let pattern = HostPattern(text) else { fatalError("not a pattern: \(text)") }
            return pattern
        }
    }

    package static func paths(_ texts: [String]) -> [PathPattern] {
        texts.map { text in
            guard let pattern = PathPattern(text) else { fatalError("not a pattern: \(text)") }
            return pattern
        }
    }

    package static func agent(_ name: String, key: String? = nil, limits: Limits = Limits()) -> Agent {
        Agent(name: name, keys: key.map { [AgentKey(KeyDigest(ofKey: Array($0.utf8)))] } ?? [], limits: limits)
    }

    package static func provider(
        _ name: String = "good",
        hosts: [String] = ["good.test"],
        scheme: Scheme = .https,
        injection: [InjectionTemplate] = [.header(name: "Authorization", value: template("Bearer {secret}"))],
        network: UpstreamNetwork = UpstreamNetwork(),
        tagging: AuditTagging = AuditTagging(),
        passesCookies: Bool = false,
        tokenPaths: [String] = []
    ) -> Provider {
        Provider(
            name: name,
            hosts: self.hosts(hosts),
            scheme: scheme,
            injection: injection,
            network: network,
            tagging: tagging,
            passesCookies: passesCookies,
            tokenPaths: tokenPaths.compactMap { TokenPath($0) }
        )
    }

    package static func credential(
        _ name: String = "good-key",
        provider: String = "good",
        secrets: [String: String] = ["secret": secret],
        inputs: [String: String] = [:]
    ) -> Credential {
        Credential(
            name: name,
            provider: provider,
            secrets: secrets.mapValues { Secret(Array($0.utf8)) },
            inputs: inputs
        )
    }

    package static func grant(
        _ id: String = "bot/good-key",
        agent: String = "bot",
        credential: String = "good-key",
        hosts: [String]? = nil,
        constraints: RequestConstraints = RequestConstraints(),
        limits: Limits = Limits(),
        expiresAt: Int64? = nil,
        allowsWebSocket: Bool = false,
        givesPlaceholder: Bool = false
    ) -> Grant {
        Grant(
            id: id,
            agent: agent,
            credential: credential,
            terms: GrantTerms(
                hosts: hosts.map(self.hosts),
                constraints: constraints,
                limits: limits,
                allowsWebSocket: allowsWebSocket,
                givesPlaceholder: givesPlaceholder
            ),
            expiresAt: expiresAt
        )
    }

    package static func egress(
        _ id: String = "bot/egress",
        agent: String = "bot",
        hosts: [String] = ["plain.test"],
        scheme: Scheme = .https,
        constraints: RequestConstraints = RequestConstraints(),
        limits: Limits = Limits(),
        allowsWebSocket: Bool = false
    ) -> EgressRule {
        EgressRule(
            id: id,
            holder: .agent(agent),
            hosts: self.hosts(hosts),
            scheme: scheme,
            constraints: constraints,
            limits: limits,
            network: UpstreamNetwork(),
            allowsWebSocket: allowsWebSocket
        )
    }

    /// Agents `bot` and `eve` with their keys, and one grant of `bot`'s for the provider given.
    package static func contents(
        provider: Provider = provider(),
        credential: Credential = credential(),
        grants: [Grant] = [grant()],
        egress: [EgressRule] = []
    ) -> DirectoryContents {
        DirectoryContents(
            agents: [agent("bot", key: botKey), agent("eve", key: eveKey)],
            providers: [provider],
            credentials: [credential],
            grants: grants,
            egress: egress
        )
    }
}

extension DirectoryContents {
    /// Takes a request of `bot`'s, on its own socket, through the whole pipeline.
    package func authorize(
        _ text: String,
        agent: String? = "bot",
        nowSeconds: Int64 = 1_000,
        monotonicNow: UInt64 = 1_000_000_000
    ) throws -> UpstreamRequest {
        let directory = try Directory(self)
        return try RequestPipeline().authorize(
            try IngressRequest.read(text),
            listenerAgent: agent.map { ($0, .socket) },
            in: directory,
            nowSeconds: nowSeconds,
            monotonicNow: monotonicNow
        )
    }

    /// What goes upstream for a request of `bot`'s, as text; or the code of the refusal.
    package func sent(_ text: String, agent: String? = "bot") throws -> String {
        do {
            let request = try authorize(text, agent: agent)
            var buffer: [UInt8] = []
            request.appendHead(
                to: &buffer,
                tags: TagContext(agent: request.agent.name, requestID: "id-1", tags: AuditTags(request.ingress.head))
            )
            return latin1Text(buffer)
        } catch let error as Refusal { return ProblemDetails(error.error).code } catch let error as ProxyError {
            return ProblemDetails(error).code
        }
    }
}
