import Foundation
import PosternAPI
import PosternControl
import PosternCore
import Testing

@Suite("docs/control-api.openapi.json", .serialized)
struct DocumentTests {
    private typealias Object = [String: Any]

    private static func document() throws -> Object {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try Data(contentsOf: root.appendingPathComponent("docs/control-api.openapi.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? Object)
    }

    @Test("It names every request with its query, and no other")
    func routes() throws {
        let paths = try #require(try DocumentTests.document()["paths"] as? [String: [String: Object]])
        var described: [String: Set<String>] = [:]
        for (path, methods) in paths {
            for (method, operation) in methods {
                let parameters = operation["parameters"] as? [Object] ?? []
                let query = parameters.filter { $0["in"] as? String == "query" }.compactMap { $0["name"] as? String }
                described["\(method.uppercased()) \(path)"] = Set(query)
            }
        }
        var served: [String: Set<String>] = [:]
        for route in ControlRoute.all { served["\(route.method.rawValue) \(route.path)"] = Set(route.query) }
        #expect(described == served)
    }

    @Test("What is answered has the members that it names")
    func answers() async throws {
        let components = try #require(try DocumentTests.document()["components"] as? Object)
        let schemas = try #require(components["schemas"] as? [String: Object])
        func check(_ answer: RawJSON, is name: String) throws {
            let schema = try #require(schemas[name])
            guard case .object(let members) = answer else {
                Issue.record("\(name) is no object")
                return
            }
            let known = Set((schema["properties"] as? Object ?? [:]).keys)
            let required = Set(schema["required"] as? [String] ?? [])
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
