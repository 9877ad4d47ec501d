import PosternCore
import PosternTestSupport
import Testing

private func error(_ contents: DirectoryContents) -> DirectoryError? {
    do {
        _ = try Directory(contents)
        return nil
    } catch { return error }
}

private func limiter(_ directory: Directory, _ agent: String = "bot") throws -> (agent: Limiter, rule: Limiter) {
    let compiled = try #require(directory.agent(named: agent))
    return (compiled.limiter, try #require(compiled.rules.first?.limiters.first))
}

@Suite("Directory")
struct DirectoryTests {
    @Test("names that lead nowhere are refused") func dangling() {
        var contents = Sample.contents(grants: [Sample.grant("g", credential: "gone")])
        #expect(error(contents) == .unknown(kind: "secret", name: "gone", referredToBy: "grant g"))
        contents = Sample.contents(credential: Sample.credential(provider: "gone"))
        #expect(error(contents) == .unknown(kind: "provider", name: "gone", referredToBy: "secret good-key"))
        contents = Sample.contents(grants: [Sample.grant("g", agent: "gone")])
        #expect(error(contents) == .unknown(kind: "agent", name: "gone", referredToBy: "grant g"))
        contents = Sample.contents(egress: [Sample.egress("e", agent: "gone")])
        #expect(error(contents) == .unknown(kind: "agent", name: "gone", referredToBy: "grant e"))
        contents = Sample.contents(credential: Sample.credential(secrets: [:]))
        #expect(error(contents) == .missingVariable("secret", credential: "good-key"))
    }

    @Test("two of a name are refused") func duplicates() {
        var contents = Sample.contents()
        contents.agents.append(Sample.agent("bot"))
        #expect(error(contents) == .duplicate(kind: "agent", name: "bot"))
        contents = Sample.contents()
        contents.providers.append(Sample.provider())
        #expect(error(contents) == .duplicate(kind: "provider", name: "good"))
        contents = Sample.contents()
        contents.credentials.append(Sample.credential())
        #expect(error(contents) == .duplicate(kind: "secret", name: "good-key"))
        #expect(
            error(Sample.contents(grants: [Sample.grant("g"), Sample.grant("g")]))
                == .duplicate(kind: "rule", name: "g")
        )
        #expect(
            error(Sample.contents(grants: [Sample.grant("g"), Sample.grant("g", agent: "eve")]))
                == .duplicate(kind: "rule", name: "g")
        )
        #expect(
            error(Sample.contents(grants: [Sample.grant("g")], egress: [Sample.egress("g")]))
                == .duplicate(kind: "rule", name: "g")
        )
    }

    @Test("one key is one agent's") func sharedKeys() {
        var contents = Sample.contents()
        contents.agents.append(Sample.agent("third", key: Sample.botKey))
        #expect(error(contents) == .duplicate(kind: "key", name: "third"))
        contents.agents[2] = Agent(
            name: "third",
            keys: [AgentKey(KeyDigest(ofKey: [1])), AgentKey(KeyDigest(ofKey: [1]))],
            limits: Limits()
        )
        #expect(error(contents) == .duplicate(kind: "key", name: "third"))
    }

    @Test("errors say what is wrong and hold no secret") func messages() {
        let contents = Sample.contents(credential: Sample.credential(secrets: ["secret": "s3cr3t\r\nvalue"]))
        let text = error(contents).map { "\($0)" } ?? ""
        #expect(text.contains("cannot") && !text.contains("s3cr3t"))
    }

    @Test("agents are found by name and by key") func lookUp() throws {
        let directory = try Directory(Sample.contents())
        #expect(directory.agent(named: "bot")?.name == "bot")
        #expect(directory.agent(named: "BOT") == nil && directory.agent(named: "") == nil)
        #expect(directory.key(KeyDigest(ofKey: latin1(Sample.eveKey)))?.agent.name == "eve")
        #expect(directory.key(KeyDigest(ofKey: latin1(Sample.eveKey + " "))) == nil)
        #expect(directory.key(KeyDigest(ofKey: [])) == nil)
    }

    @Test("a reload gives nobody a fresh allowance, unless the limit is another one") func carriedLimiters() throws {
        let limits = Limits(requestsPerMinute: 5)
        func contents(_ limits: Limits) -> DirectoryContents {
            var contents = Sample.contents(grants: [Sample.grant(limits: limits)])
            contents.agents = [Sample.agent("bot", limits: limits)]
            return contents
        }
        let old = try Directory(contents(limits))
        let same = try Directory(contents(limits), replacing: old)
        #expect(try limiter(old).agent === limiter(same).agent && limiter(old).rule === limiter(same).rule)
        #expect(try limiter(old).agent !== limiter(old).rule)
        let other = try Directory(contents(Limits(requestsPerMinute: 6)), replacing: same)
        #expect(try limiter(old).agent !== limiter(other).agent && limiter(old).rule !== limiter(other).rule)
        let fresh = try Directory(contents(limits))
        #expect(try limiter(old).agent !== limiter(fresh).agent)
    }

    @Test(
        "addresses with a port",
        arguments: [
            ("127.0.0.1:80", "127.0.0.1:80"), ("[::1]:8080", "[::1]:8080"), ("127.0.0.1", nil), ("127.0.0.1:", nil),
            ("127.0.0.1:0", nil),
            ("127.0.0.1:65536", nil), ("localhost:80", nil), ("::1:80", nil), ("[::1]", nil), (":80", nil), ("", nil),
            ("127.1:80", nil),
        ] as [(String, String?)]
    )
    func endpoints(text: String, expected: String?) { #expect(IPEndpoint(text)?.description == expected) }
}
