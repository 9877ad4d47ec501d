import Foundation
import PosternCore
import PosternTestSupport
import Testing

@testable import PosternSDK

@Suite("docs/alter-api.openapi.json")
struct DocumentTests {
    private let document: OpenAPIDocument

    init() throws { document = try OpenAPIDocument("alter-api.openapi.json") }

    @Test("It names every request with its query, and no other")
    func routes() {
        var served: [String: Set<String>] = [:]
        for route in SDKRoute.all { served["\(route.method.rawValue) \(route.path)"] = Set(route.query) }
        #expect(document.requests == served)
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
                try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any],
                "\(target)"
            )
            let (known, required) = try #require(document.members(of: name))
            #expect(Set(members.keys).isSubset(of: known), "\(target)")
            #expect(required.isSubset(of: members.keys), "\(target)")
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
