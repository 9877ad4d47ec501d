/// What would become of a request, and why, rule by rule.
package struct Explanation: Sendable {
    /// What one rule says to it.
    package struct Step: Sendable {
        package enum Kind: String, Sendable { case grant, egress, identity, agent }
        package enum Verdict: String, Sendable { case allow, deny, skip }

        /// The rule's id, or the agent's name.
        package let rule: String
        package let kind: Kind
        package let verdict: Verdict
        package let reason: String
    }

    package let agent: String
    package var steps: [Step] = []
    /// The rule that lets it through; `nil` if it is refused.
    package var rule: AccessRule?
    package var destination: Destination?
    /// The code of the refusal; `allowed` if there is none.
    package var code = "allowed"
    package var reason = ""

    /// Whether it would be let through.
    package var isAllowed: Bool { rule != nil }

    init(agent: String) { self.agent = agent }

    /// Turns it into a refusal.
    package mutating func refuse(_ error: ProxyError) {
        let problem = ProblemDetails(error)
        rule = nil
        code = problem.code
        reason = problem.detail
    }
}

extension RequestPipeline {
    /// Says what would become of a request of an agent's, without sending or counting it.
    ///
    /// `body` is what it would send, as JSON, for rules that look into bodies; `nowSeconds` is the wall clock, in seconds
    /// since 1970.
    package func explain(
        agent name: String,
        method: String,
        url: String,
        body: [UInt8]?,
        in directory: Directory,
        nowSeconds: Int64
    ) -> Explanation {
        var explanation = Explanation(agent: name)
        guard let agent = directory.agent(named: name) else {
            explanation.refuse(.identityRequired)
            explanation.note(name, .identity, .deny, "no agent of this name is active")
            return explanation
        }
        do throws(ProxyError) {
            let ingress = try Explanation.request(method, url, body)
            if agent.isPaused {
                explanation.note(name, .agent, .deny, "the agent, or one above it, is paused")
                throw .agentPaused
            }
            let identified = IdentifiedRequest(ingress: ingress, agent: agent, source: .socket, key: nil)
            explanation.judge(identified, policy, body, nowSeconds)
            let allowed = try policy.evaluate(identified, nowSeconds: nowSeconds)
            if let reason = body.flatMap({ allowed.rule.inspection?.refusal(of: ingress.head, body: $0) }) {
                throw .policyDenied(rule: allowed.rule.id, reason: reason)
            }
            if let signature = allowed.rule.injection?.signature {
                try signature.check(ingress, to: allowed.destination, under: allowed.rule)
            }
            explanation.rule = allowed.rule
            explanation.destination = allowed.destination
            explanation.reason =
                allowed.rule.providerName.map { "the credential for \($0) would be written into it" }
                ?? "it would be sent without a credential"
            if !allowed.rule.approval(of: ingress.head.method).isEmpty {
                explanation.reason += ", once a person has approved it"
            }
        } catch { explanation.refuse(error) }
        return explanation
    }
}

extension Explanation {
    fileprivate mutating func note(_ rule: String, _ kind: Step.Kind, _ verdict: Step.Verdict, _ reason: String) {
        steps.append(Step(rule: rule, kind: kind, verdict: verdict, reason: reason))
    }

    /// Asks every rule of the agent that names the host.
    fileprivate mutating func judge(
        _ request: IdentifiedRequest,
        _ policy: PolicyStage,
        _ body: [UInt8]?,
        _ nowSeconds: Int64
    ) {
        guard case .destination(let scheme, let host, let port) = request.ingress.target else { return }
        let rules = request.agent.rules(for: host)
        for rule in rules {
            let kind: Step.Kind = rule.injection == nil ? .egress : .grant
            guard !rule.isTunnel else {
                note(rule.id, kind, .skip, "it is for tunnels, in which nothing can be seen")
                continue
            }
            guard rule.destination(scheme, host, port) != nil else {
                note(rule.id, kind, .skip, "it is for another port or scheme of \(host)")
                continue
            }
            do throws(ProxyError) {
                _ = try policy.check(rule, request.ingress, nowSeconds)
                if let inspection = rule.inspection {
                    guard let body else {
                        note(rule.id, kind, .allow, "as far as can be told without the body, into which it looks")
                        continue
                    }
                    if let reason = inspection.refusal(of: request.ingress.head, body: body) {
                        throw .policyDenied(rule: rule.id, reason: reason)
                    }
                }
                note(
                    rule.id,
                    kind,
                    .allow,
                    rule.useLimits.isEmpty ? "it covers the request" : "as long as it has uses left"
                )
            } catch { note(rule.id, kind, .deny, ProblemDetails(error).detail) }
        }
        let others = request.agent.rules.count - rules.count
        if others > 0 {
            note(agent, .agent, .skip, "\(others) other rule\(others == 1 ? " is" : "s are") for other hosts")
        }
    }

    /// A request as a client would send it to the proxy.
    fileprivate static func request(_ method: String, _ url: String, _ body: [UInt8]?) throws(ProxyError)
        -> IngressRequest
    {
        let authority = url.split(separator: "://", maxSplits: 1).last?.prefix { !"/?#".contains($0) } ?? ""
        var text = "\(method) \(url) HTTP/1.1\r\nHost: \(authority)\r\n"
        if let body { text += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
        guard text.utf8.filter({ $0 == 0x0a }).count == text.utf8.filter({ $0 == 0x0d }).count,
            !method.contains(where: \.isNewline), !url.contains(where: \.isNewline)
        else { throw .malformedRequest("the method or the URL holds a line end") }
        text += "\r\n"
        let head: Result<RequestHead, ProxyError> = Array(text.utf8).withUnsafeBytes { bytes in
            do throws(ProxyError) {
                return .success(try RequestHeadParser(limits: RequestLimits()).parse(bytes))
            } catch { return .failure(error) }
        }
        return try IngressRequest(try head.get(), from: Peer(origin: .process(userID: 0, processID: 0)))
    }
}
