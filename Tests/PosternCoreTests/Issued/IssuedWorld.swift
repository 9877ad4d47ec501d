import PosternCore
import PosternTestSupport

/// A directory of principals that the store knows by id, the placeholders that the API gives out for them, and requests.
struct IssuedWorld {
    /// Ids of the store.
    enum ID {
        static let bot = "b0000000-0000-4000-8000-000000000001"
        static let eve = "e0000000-0000-4000-8000-000000000002"
        static let ana = "a0000000-0000-4000-8000-000000000003"
        static let botGrant = "10000000-0000-4000-8000-000000000004"
        static let botOther = "20000000-0000-4000-8000-000000000005"
        static let botSecond = "30000000-0000-4000-8000-000000000006"
        static let eveGrant = "40000000-0000-4000-8000-000000000007"
        static let anaGrant = "50000000-0000-4000-8000-000000000008"
        static let appGrant = "60000000-0000-4000-8000-000000000009"
        static let botKey = "c0000000-0000-4000-8000-00000000000a"
        static let eveKey = "d0000000-0000-4000-8000-00000000000b"
        static let appKey = "f0000000-0000-4000-8000-00000000000c"
        static let nobody = "00000000-0000-4000-8000-00000000000d"
    }

    static let appKey = "key-of-app-0123456789"
    static let now: Int64 = 1_000
    static let endsAt: Int64 = 1_300
    static let placeholderKey = PlaceholderKey(Secret((0..<32).map { UInt8($0) }))
    static let issued = IssuedPlaceholders(placeholderKey)

    /// `bot` has two grants for `*.good.test` and one for `other.test`, `eve` and the user `ana` one for `*.good.test`, the
    /// application one for `other.test`; `bot` may also reach `plain.test`.
    static func contents(
        botKey: AgentKey? = AgentKey(digest(Sample.botKey), id: ID.botKey, expiresAt: 1_200),
        isPaused: Bool = false
    ) -> DirectoryContents {
        let app = AgentKey(digest(appKey), id: ID.appKey)
        var contents = DirectoryContents(
            agents: [
                Agent(.agent("bot"), id: ID.bot, keys: botKey.map { [$0] } ?? [], isPaused: isPaused),
                Agent(.agent("eve"), id: ID.eve, keys: [AgentKey(digest(Sample.eveKey), id: ID.eveKey)]),
                Agent(.user(ID.ana), id: ID.ana), Agent(.app, id: ID.nobody, keys: [app]),
            ],
            providers: [
                Sample.provider(hosts: ["*.good.test"]), Sample.provider("other", hosts: ["other.test"]),
            ],
            credentials: [
                Sample.credential(),
                Sample.credential("other-key", provider: "other", secrets: ["secret": "0ther-0123456789"]),
            ],
            egress: [Sample.egress()]
        )
        contents.grants = [
            Sample.grant(ID.botGrant), Sample.grant(ID.botSecond), Sample.grant(ID.botOther, credential: "other-key"),
            Sample.grant(ID.eveGrant, agent: "eve"), Sample.grant(ID.anaGrant, agent: "user:\(ID.ana)"),
            Sample.grant(ID.appGrant, agent: "app:", credential: "other-key"),
        ]
        return contents
    }

    static func digest(_ key: String) -> KeyDigest { KeyDigest(ofKey: Array(key.utf8)) }

    /// A placeholder; by default one of `bot`'s for `a.good.test`.
    static func placeholder(
        _ principal: IssuedPlaceholders.Principal = .agent(id: ID.bot),
        _ grant: String = ID.botGrant,
        for host: String = "a.good.test",
        scheme: Scheme = .https,
        port: UInt16 = 443,
        key: String? = nil,
        endsAt: Int64 = endsAt
    ) -> String {
        let destination = Destination(scheme: scheme, host: Sample.host(host), port: port)
        let text = issued.issue(
            to: principal,
            grant: grant,
            destination: destination,
            key: key,
            endsAt: endsAt,
            now: now
        )
        return text ?? "none"
    }

    let directory: Directory

    init(_ contents: DirectoryContents = contents()) throws {
        directory = try Directory(contents, placeholders: IssuedWorld.placeholderKey)
    }

    func authorize(
        _ text: String,
        by listener: String?,
        from peer: Peer = Peer(origin: .process(userID: 1000, processID: 1)),
        now: Int64 = now
    ) throws -> UpstreamRequest {
        try RequestPipeline().authorize(
            try IngressRequest(try RequestHead.read(text), from: peer),
            listenerAgent: listener.map { ($0, .socket) },
            in: directory,
            nowSeconds: now,
            monotonicNow: 1_000_000_000
        )
    }

    /// Whose request it is, by which grant, and what is written; or the code of the refusal with its detail.
    func outcome(
        _ lines: String,
        by listener: String? = "bot",
        to url: String = "http://a.good.test/v1",
        from peer: Peer = Peer(origin: .process(userID: 1000, processID: 1)),
        now: Int64 = now
    ) throws -> String {
        let host = url.split(separator: "/")[1]
        do {
            let request = try authorize(
                "GET \(url) HTTP/1.1\r\nHost: \(host)\r\n\(lines)\r\n\r\n",
                by: listener,
                from: peer,
                now: now
            )
            var head: [UInt8] = []
            request.appendHead(to: &head, tags: TagContext(agent: "", requestID: "1", tags: AuditTags()))
            let sent = latin1Text(head)
            let value = sent.split(separator: "\r\n").first { $0.hasPrefix("Authorization: ") } ?? "nothing"
            if sent.contains("alter-ph-") { return "sent with the placeholder" }
            return "\(request.agent.name) \(request.rule.id) \(request.keyID ?? "-") \(value)"
        } catch let refusal as Refusal {
            let problem = ProblemDetails(refusal.error)
            return "\(problem.code): \(problem.detail)"
        }
    }
}
