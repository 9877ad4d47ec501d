import Foundation
import PosternCore
import Testing

@testable import PosternSDK

@Suite("docs/alter-api.openapi.json")
struct DocumentTests {
    private typealias Object = [String: Any]

    private static func document() throws -> Object {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try Data(contentsOf: root.appendingPathComponent("docs/alter-api.openapi.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? Object)
    }

    private static func schema(_ name: String) throws -> Object {
        let components = try #require(try document()["components"] as? Object)
        return try #require((components["schemas"] as? [String: Object])?[name])
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
        for route in SDKRoute.all { served["\(route.method.rawValue) \(route.path)"] = Set(route.query) }
        #expect(described == served)
    }

    @Test("What is answered has the members that it names")
    func answers() async throws {
        let counter = try Counter()
        let app = try await counter.appKey()
        let (id, key) = try await counter.agent()
        func check(
            _ method: PosternCore.Method,
            _ target: String,
            _ body: String = "",
            by key: TestKey,
            is name: String
        ) async throws {
            let answer = await counter.send(method, target, body, by: key)
            #expect((200..<300).contains(answer.status), "\(target): \(answer.text)")
            let members = try #require(
                try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? Object,
                "\(target)"
            )
            let schema = try DocumentTests.schema(name)
            let known = Set((schema["properties"] as? Object ?? [:]).keys)
            #expect(Set(members.keys).isSubset(of: known), "\(target)")
            #expect(Set(schema["required"] as? [String] ?? []).isSubset(of: members.keys), "\(target)")
        }
        try await check(.get, "/sdk/agents/me", by: key, is: "Agent")
        try await check(.get, "/sdk/agents", by: app, is: "AgentPage")
        try await check(.post, "/sdk/agents", #"{"name":"other"}"#, by: app, is: "CreatedAgent")
        try await check(.post, "/sdk/agents/\(id)/keys", by: app, is: "MintedAgentKey")
        try await check(.get, "/sdk/agents/\(id)/keys", by: app, is: "AgentKeyList")
        try await check(.patch, "/sdk/agents/\(id)/keys/\(key.id)/deprecate", "{}", by: app, is: "AgentKey")
        let derivation = #"{"scopes":["agents:read"],"expires_in":60}"#
        try await check(.post, "/sdk/keys/derive", derivation, by: app, is: "MintedKey")
        try await check(.post, "/sdk/keys/\(key.id)/rotate", by: key, is: "MintedKey")
        try await check(.delete, "/sdk/keys/\(key.id)?force=true", by: app, is: "Key")
        try await check(.get, "/sdk/scopes", by: app, is: "Scopes")
        try await check(.post, "/sdk/auth/verify-token", #"{"token":"user:a"}"#, by: app, is: "Subject")
        try await check(.post, "/sdk/identity/resolve", #"{"user_token":"user:a"}"#, by: app, is: "Identity")
        try await check(.post, "/sdk/oauth/audit/api-call", "{}", by: app, is: "Recorded")
        try await check(.post, "/sdk/grants/list", "{}", by: app, is: "GrantPage")
    }
}
