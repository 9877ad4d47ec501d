import PosternAdmin
import PosternCore
import PosternTestSupport
import Testing

@Suite struct RandomActsTests {
    @Test("after any acts, requests fare as the store says, and as after a new start", arguments: UInt64(1)...4)
    func anyActs(seed: UInt64) async throws {
        var random = try RandomOffice(seed: seed)
        let live = try #require(random.office.live)
        var allowed = 0
        var shared = 0
        for step in 0..<120 {
            _ = await code { try await random.act() }
            let fresh = try LiveDirectory(
                random.office.store,
                declared: DirectoryContents(),
                placeholders: live.directory.placeholders
            )
            let expected = try await Expectation(random.office)
            for key in random.keys {
                for (provider, host) in RandomOffice.providers {
                    let fate = try fate(of: key, host, in: live.directory, random.office.time)
                    #expect(fate == expected.fate(of: key, provider), "seed \(seed), step \(step)")
                    #expect(fate == (try self.fate(of: key, host, in: fresh.directory, random.office.time)))
                    if fate.hasPrefix("sk-") { allowed += 1 }
                }
            }
            for principal in try await principals(of: random.office) {
                let rules = rules(of: principal, in: live.directory)
                #expect(rules == self.rules(of: principal, in: fresh.directory), "seed \(seed), step \(step)")
                #expect(rules == expected.rules(of: principal), "seed \(seed), step \(step)")
                shared += rules.count
            }
        }
        #expect(allowed > 5, "seed \(seed)")
        #expect(shared > 20, "seed \(seed)")
        #expect(live.problems.isEmpty)
    }

    /// Everybody but agents.
    private func principals(of office: Office) async throws -> [PrincipalID] {
        [.app] + (try await office.administration.users().map { .user($0.id) })
    }

    private func rules(of principal: PrincipalID, in directory: Directory) -> Set<String> {
        Set(directory.principal(principal)?.rules.map(\.id) ?? [])
    }

    /// The credential that is sent for a request with this key, or the code of the refusal.
    private func fate(of key: String, _ host: String, in directory: Directory, _ time: SteppedTime) throws -> String {
        let head =
            "GET http://\(host)/v1/models HTTP/1.1\r\nHost: \(host)\r\nProxy-Authorization: Bearer \(key)\r\n\r\n"
        do {
            let request = try RequestPipeline().authorize(
                try IngressRequest.read(head),
                listenerAgent: nil,
                in: directory,
                nowSeconds: time.now / 1_000_000_000,
                monotonicNow: 1_000_000_000
            )
            defer { request.end() }
            var sent: [UInt8] = []
            request.appendHead(
                to: &sent,
                tags: TagContext(agent: request.agent.name, requestID: "1", tags: AuditTags(request.ingress.head))
            )
            return latin1Text(sent).firstMatch(of: /sk-value-[0-9]+-end/).map { String($0.output) } ?? "no credential"
        } catch let refusal as Refusal { return ProblemDetails(refusal.error).code }
    }
}

/// How requests should fare by what the store holds, without the help of what compiles it.
private struct Expectation {
    private let agents: [String: StoredAgent]
    private let owners: [KeyDigest: String]
    private let grants: [DescribedGrant]
    private let users: [String: StoredUser]
    private let values: [String: String]
    private let now: Int64

    init(_ office: Office) async throws {
        let admin = office.administration
        now = office.time.now
        let all = try await admin.agents(includingRevoked: true).items
        agents = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
        var owners: [KeyDigest: String] = [:]
        for agent in all {
            for key in try await admin.keys(ofAgent: agent.id) where key.revokedAt == nil {
                if key.expiresAt.map({ $0 > office.time.now }) ?? true { owners[key.digest] = agent.id }
            }
        }
        self.owners = owners
        grants = try await admin.grants().items
        users = Dictionary(uniqueKeysWithValues: try await admin.users().map { ($0.id, $0) })
        var values: [String: String] = [:]
        for secret in try await admin.secrets(includingRevoked: false) {
            let current = try await admin.secret(secret.id).versions.first { $0.retiredAt == nil }
            values[secret.id] = current?.values["secret"].map(text)
        }
        self.values = values
    }

    private func hasEnded(_ described: DescribedGrant) -> Bool { described.grant.expiresAt.map { $0 <= now } ?? false }

    /// Whether nobody above a grant is suspended.
    private func holds(below grant: StoredGrant) -> Bool {
        guard let above = grants.first(where: { $0.grant.id == grant.parentID })?.grant else { return true }
        if case .user(let id) = above.principal, users[id]?.isSuspended ?? true { return false }
        return holds(below: above)
    }

    /// The ids of the grants by which a user or the application may do something.
    func rules(of principal: PrincipalID) -> Set<String> {
        let mine = grants.filter { described in
            switch (principal, described.grant.principal) {
            case (.user(let id), .user(let other)): id == other
            case (.user(let id), .group(let name)): users[id]?.groups.contains(name) ?? false
            case (.app, .system): true
            case (.agent, _), (.user, _), (.app, _): false
            }
        }
        if case .user(let id) = principal, users[id]?.isSuspended ?? true { return [] }
        return Set(mine.lazy.filter { holds(below: $0.grant) }.map(\.grant.id))
    }

    func fate(of key: String, _ provider: String) -> String {
        guard let owner = owners[KeyDigest(ofKey: Array(key.utf8))] else { return "identity_required" }
        var above = agents[owner]
        while let agent = above {
            guard agent.status == .active else { return "agent_paused" }
            above = agent.parentID.flatMap { agents[$0] }
        }
        let known = grants.filter { described in
            described.grant.principal == .agent(id: owner) && described.provider == provider
                && holds(below: described.grant) && (agents[owner]?.scopes == "{}" || provider == "openai")
        }
        guard let first = known.first else { return "no_grant" }
        guard agents[owner]?.policy == nil || provider == "openai" else {
            return hasEnded(first) ? "grant_expired" : "policy_denied"
        }
        let usable = known.filter { !hasEnded($0) }
        switch usable.count {
        case 0: return "grant_expired"
        case 1: return values[usable[0].grant.secretID] ?? "no value"
        default: return "ambiguous_grant"
        }
    }
}
