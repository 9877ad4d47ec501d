import PosternTestSupport
import Testing

@testable import PosternCore

@Suite("Tokens of runs")
struct RunTokenTests {
    let directory: Directory

    init() throws {
        directory = try Directory(
            Sample.contents(egress: [Sample.egress()])
        )
    }

    private func bot() throws -> CompiledAgent { try #require(directory.agent(named: "bot")) }

    /// Who a request is, by what stands in `Proxy-Authorization`, or why it is nobody.
    private func identify(_ lines: String, in directory: Directory? = nil) throws -> String {
        let request = try IngressRequest.read("GET http://good.test/ HTTP/1.1\r\nHost: good.test\r\n\(lines)\r\n\r\n")
        do throws(ProxyError) {
            let found = try IdentityStage().identify(
                request,
                listenerAgent: nil,
                in: directory ?? self.directory,
                nowSeconds: 1_000
            )
            return "\(found.agent.name) \(found.source)\(found.key == nil ? "" : " with a key")"
        } catch { return ProblemDetails(error).code }
    }

    @Test("a token is its agent until it ends") func life() throws {
        let (token, lent) = directory.runTokens.lend(to: try bot())
        let lines = "Proxy-Authorization: Bearer \(token)"
        #expect(try identify(lines) == "bot runToken")
        #expect(try identify(lines + "x") == "identity_required")
        let (other, _) = directory.runTokens.lend(to: try bot())
        #expect(other != token)
        directory.runTokens.end(lent)
        directory.runTokens.end(lent)
        #expect(try identify(lines) == "identity_required")
        #expect(try identify("Proxy-Authorization: Bearer \(other)") == "bot runToken", "only its own ends")
    }

    @Test("it outlives other directories, and its agent does not lend it on") func directories() throws {
        let (token, _) = directory.runTokens.lend(to: try bot())
        let lines = "Proxy-Authorization: Bearer \(token)"
        let next = try Directory(Sample.contents(), replacing: directory)
        #expect(try identify(lines, in: next) == "bot runToken")
        #expect(try identify(lines, in: Directory(next, removing: ["bot"], putting: [])) == "identity_required")
        // Another agent of that name, which is one of the store.
        let compiler = AgentCompiler(placeholders: .random(), limiters: LimiterTable(), egress: [])
        let namesake = compiler.compile(Agent(.agent("bot"), id: "2"), grants: [])
        #expect(try identify(lines, in: Directory(next, putting: [namesake])) == "identity_required")
        #expect(try identify(lines, in: Directory(Sample.contents())) == "identity_required")
    }

    @Test("it opens no base URL, and is known for a key where it must not be sent") func places() throws {
        let (token, _) = directory.runTokens.lend(to: try bot())
        #expect(
            directory.isKey(KeyDigest(ofKey: latin1(token))) && directory.isKey(KeyDigest(ofKey: latin1(Sample.botKey)))
        )
        #expect(directory.key(KeyDigest(ofKey: latin1(token))) == nil)
        let conflict = "Proxy-Authorization: Bearer \(token)\r\nAuthorization: Bearer \(Sample.eveKey)"
        #expect(try identify(conflict) == "bot runToken")
    }
}

@Suite("Egress rules for several agents")
struct EgressForManyTests {
    private static let rule = EgressRule(
        id: "many",
        holder: .agents(["bo*", "other"]),
        hosts: Sample.hosts(["plain.test"]),
        scheme: .https,
        constraints: RequestConstraints(),
        limits: Limits(requestsPerMinute: 5),
        network: UpstreamNetwork()
    )

    @Test("each gets it under limits of its own, and keeps it when it changes") func compiled() throws {
        let compiler = AgentCompiler(placeholders: .random(), limiters: LimiterTable(), egress: [Self.rule])
        let bot = compiler.compile(Agent(.agent("bot"), id: "1"), grants: [])
        let boy = compiler.compile(Agent(.agent("boy"), id: "2"), grants: [])
        #expect(compiler.compile(Agent(.agent("eve"), id: "3"), grants: []).rules.isEmpty)
        #expect(compiler.compile(Agent(.user("bot"), id: "4"), grants: []).rules.isEmpty, "a user is no agent")
        let rule = try #require(bot.rules.first)
        #expect(bot.rules.count == 1 && rule.id == "many" && rule.agentName == "bot")
        #expect(rule.limiters.first !== boy.rules.first?.limiters.first)
        let changed = compiler.compile(Agent(.agent("bot"), id: "1", isPaused: true), grants: [], replacing: bot)
        #expect(changed.rules.first === rule && changed.holds(rule))
    }
}
