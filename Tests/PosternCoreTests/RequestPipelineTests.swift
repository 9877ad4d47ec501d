import PosternCore
import PosternTestSupport
import Testing

private let request = "GET http://a.good.test/v1/x HTTP/1.1\r\nHost: a.good.test\r\n\r\n"

/// What the review of a request that was let through under `before` comes to under `after`.
private func review(_ before: DirectoryContents, _ after: DirectoryContents, agent: String? = "bot") throws -> String {
    let pipeline = RequestPipeline()
    let former = try pipeline.authorize(
        try IngressRequest.read(request),
        listenerAgent: ("bot", .socket),
        in: try Directory(before),
        nowSeconds: 1_000,
        monotonicNow: 1
    )
    do {
        let renewed = try pipeline.review(
            former,
            listenerAgent: agent.map { ($0, .socket) },
            in: try Directory(after)
        )
        var head: [UInt8] = []
        renewed.appendHead(to: &head, tags: TagContext(agent: "bot", requestID: "1", tags: AuditTags()))
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        return String(lines.first { $0.hasPrefix("Authorization") } ?? "nothing")
    } catch let error as ProxyError { return ProblemDetails(error).code }
}

private let wide = Sample.provider(hosts: ["*.good.test"])

/// What changes between two directories, and what becomes of a request that is under way.
private let changes: [(String, DirectoryContents, String?, String)] = [
    ("nothing", Sample.contents(provider: wide), "bot", "Authorization: Bearer \(Sample.secret)"),
    ("the grant goes", Sample.contents(provider: wide, grants: []), "bot", "grant_withdrawn"),
    (
        "the grant is renamed", Sample.contents(provider: wide, grants: [Sample.grant("other")]), "bot",
        "grant_withdrawn"
    ),
    (
        "the grant is another's", Sample.contents(provider: wide, grants: [Sample.grant(agent: "eve")]), "bot",
        "grant_withdrawn"
    ),
    ("the host goes", Sample.contents(provider: Sample.provider(hosts: ["b.good.test"])), "bot", "grant_withdrawn"),
    (
        "the scheme changes", Sample.contents(provider: Sample.provider(hosts: ["*.good.test"], scheme: .http)), "bot",
        "grant_withdrawn"
    ),
    ("the socket is another's", Sample.contents(provider: wide), "eve", "grant_withdrawn"),
    ("the socket is nobody's", Sample.contents(provider: wide), nil, "grant_withdrawn"),
    ("everything goes", DirectoryContents(), "bot", "grant_withdrawn"),
]

@Suite("RequestPipeline")
struct RequestPipelineTests {
    @Test("a request under way keeps what it has now, and nothing more", arguments: changes)
    func review(what: String, after: DirectoryContents, agent: String?, expected: String) throws {
        let outcome = try PosternCoreTests.review(Sample.contents(provider: wide), after, agent: agent)
        #expect(outcome == expected, "\(what)")
    }

    @Test("a request that is not sent yet is sent with the rotated secret") func rotation() throws {
        var rotated = Sample.contents(provider: wide)
        rotated.credentials = [
            Credential(
                name: rotated.credentials[0].name,
                provider: rotated.credentials[0].provider,
                secrets: ["secret": Secret(Array("rotated-0123456789".utf8))],
                inputs: [:]
            )
        ]
        #expect(
            try PosternCoreTests.review(Sample.contents(provider: wide), rotated)
                == "Authorization: Bearer rotated-0123456789"
        )
    }
}
