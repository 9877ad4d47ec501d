import PosternAPI
import PosternControl
import PosternCore
import PosternTestSupport
import Testing

@Suite("docs/control-api.openapi.json", .serialized)
struct DocumentTests {
    private let document: OpenAPIDocument

    init() throws { document = try OpenAPIDocument("control-api.openapi.json") }

    @Test("It names every request with its query, and no other")
    func routes() {
        var served: [String: Set<String>] = [:]
        for route in ControlRoute.all { served["\(route.method.rawValue) \(route.path)"] = Set(route.query) }
        #expect(document.requests == served)
    }

    @Test("What is answered has the members that it names")
    func answers() async throws {
        func check(_ answer: RawJSON, is name: String) throws {
            let (known, required) = try #require(document.members(of: name))
            guard case .object(let members) = answer else {
                Issue.record("\(name) is no object")
                return
            }
            #expect(Set(members.keys).isSubset(of: known), "\(name)")
            #expect(required.isSubset(of: members.keys), "\(name)")
        }
        try await ControlFixture.with { fixture in
            func ask(_ path: ControlPath, _ body: any Encodable & Sendable, _ name: String) async throws {
                try check(try await fixture.call(.post, path, body: body), is: name)
            }
            try await ask("/v1/agents", AgentCreateRequest(name: "worker"), "Agent")
            try await ask("/v1/app/keys", KeyMintRequest(), "Key")
            let values = ["secret": ControlFixture.plantedSecret]
            try await ask("/v1/secrets", SecretCreateRequest(name: "a", provider: "openai", values: values), "Secret")
            var grant = GrantCreateRequest(secret: "a")
            grant.agent = "worker"
            try await ask("/v1/grants", grant, "Grant")
            try await ask("/v1/users", UserCreateRequest(subject: "someone"), "User")
            try await ask("/v1/explain", ExplainRequest(agent: "a", method: "GET", url: "http://b"), "Explanation")
            try await ask("/v1/provision", ProvisionRequest(), "Provisioned")
            try await ask("/v1/portal/login", PortalLoginRequest(), "PortalAddress")
            let pending = try await fixture.approval()
            try check(try await fixture.call(.get, "/v1/approvals/\(pending)"), is: "Approval")
            try await ask("/v1/approvals/\(pending)/deny", ApprovalDenyRequest(), "Approval")
            try await ask("/v1/store/rekey", RekeyRequest(), "Done")
            try check(try await fixture.call(.post, "/v1/store/check"), is: "StoreCheck")
            try check(try await fixture.call(.get, "/v1/status"), is: "Status")
            try check(try await fixture.call(.get, "/v1/providers/openai"), is: "Provider")
        }
    }
}
