import PosternCore
import PosternTestSupport

/// A directory in which agents hold placeholders, what has been sealed under it, and requests to it.
struct PlaceholderWorld {
    static let key = PlaceholderKey(Secret((0..<32).map { UInt8($0) }))
    /// What `bot` holds for `good-key`, and others hold.
    static let mine = placeholder()
    static let other = placeholder(secret: "other-key")
    static let eves = placeholder(agent: "eve")

    static func placeholder(agent: String = "bot", secret: String = "good-key", prefix: String? = nil) -> String {
        key.placeholder(agent: agent, secret: secret, prefix: prefix)
    }

    /// `bot` has a grant for `good.test` with a placeholder and one for `other.test`, and may reach `plain.test`.
    ///
    /// `good.test` issues tokens at `/oauth/token`; `eve` has a grant for it, too.
    static func contents(
        injection: [InjectionTemplate] = [.header(name: "Authorization", value: Sample.template("Bearer {secret}"))],
        givesPlaceholder: Bool = true
    ) -> DirectoryContents {
        var contents = Sample.contents(
            provider: Sample.provider(injection: injection, tokenPaths: ["/oauth/token", "/apps/*/tokens"]),
            grants: [
                Sample.grant(givesPlaceholder: givesPlaceholder),
                Sample.grant("eve/good-key", agent: "eve"),
                Sample.grant("bot/other-key", credential: "other-key"),
            ],
            egress: [Sample.egress()]
        )
        contents.providers.append(Sample.provider("other", hosts: ["other.test"]))
        contents.credentials.append(
            Sample.credential("other-key", provider: "other", secrets: ["secret": "0ther-0123456789"])
        )
        return contents
    }

    let directory: Directory
    let tokens = SealedTokens()

    init(_ contents: DirectoryContents = contents()) throws {
        directory = try Directory(contents, placeholders: PlaceholderWorld.key)
    }

    func authorize(_ text: String, agent: String = "bot", now: UInt64 = 1_000_000_000) throws -> UpstreamRequest {
        try RequestPipeline(tokens: tokens).authorize(
            try IngressRequest.read(text),
            listenerAgent: (agent, .socket),
            in: directory,
            nowSeconds: 1_000,
            monotonicNow: now
        )
    }

    /// What goes upstream, or the code of the refusal with its detail.
    func sent(_ text: String, agent: String = "bot", now: UInt64 = 1_000_000_000) throws -> String {
        do {
            let request = try authorize(text, agent: agent, now: now)
            var buffer: [UInt8] = []
            let tags = TagContext(agent: agent, requestID: "id-1", tags: AuditTags(request.ingress.head))
            request.appendHead(to: &buffer, tags: tags)
            return latin1Text(buffer)
        } catch let refusal as Refusal {
            let problem = ProblemDetails(refusal.error)
            return "\(problem.code): \(problem.detail)"
        }
    }

    /// A request to `good.test`, by its path and further lines.
    func get(_ path: String, _ lines: String..., agent: String = "bot", now: UInt64 = 1_000_000_000) throws -> String {
        let fields = lines.map { $0 + "\r\n" }.joined()
        return try sent(
            "GET http://good.test\(path) HTTP/1.1\r\nHost: good.test\r\n\(fields)\r\n",
            agent: agent,
            now: now
        )
    }
}

/// Base 64 of a text.
func base64(_ text: String) -> String { latin1Text(Base64.encode(Array(text.utf8))) }
