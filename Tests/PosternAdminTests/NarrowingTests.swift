import PosternAdmin
import PosternCore
import Testing

@Suite struct NarrowingTests {
    let office: Office

    init() async throws {
        office = try Office()
        try await office.agent("bot")
        try await office.secret()
    }

    /// Terms of a grant, those of one below it, and whether they are refused.
    private static let pairs: [(parent: String, child: String, isWider: Bool)] = [
        ("{}", "{}", false),
        ("{}", #"{"methods":["GET"],"paths":["/v1/**"]}"#, false),
        (#"{"paths":["/v1/**"]}"#, #"{"paths":["/v1/messages"]}"#, false),
        (#"{"paths":["/v1/messages"]}"#, #"{"paths":["/v1/**"]}"#, true),
        (#"{"paths":["/v1/**"]}"#, "{}", true),
        (#"{"hosts":["api.anthropic.com"]}"#, "{}", true),
        (#"{"query_keys":["a"]}"#, #"{"query_keys":["a","b"]}"#, true),
        (#"{"max_body_bytes":10}"#, #"{"max_body_bytes":11}"#, true),
        (#"{"max_body_bytes":10}"#, #"{"max_body_bytes":10}"#, false),
        (#"{"requests_per_minute":10}"#, "{}", true),
        (#"{"concurrent_requests":2}"#, #"{"concurrent_requests":1}"#, false),
        ("{}", #"{"websocket":true}"#, true),
        (#"{"hours":["Mon-Fri 08:00-18:00"]}"#, "{}", true),
        (#"{"hours":["Mon-Fri 08:00-18:00"]}"#, #"{"hours":["Mon-Fri 08:00-18:00"]}"#, false),
        (#"{"body":[{"pointer":"/model","in":["a"]}]}"#, "{}", true),
        (#"{"body":[{"pointer":"/model","in":["a"]}]}"#, #"{"body":[{"pointer":"/model","in":["a","b"]}]}"#, true),
        (#"{"mcp_tools":["search"]}"#, #"{"mcp_tools":["search","write"]}"#, true),
        (#"{"mcp_tools":["search"]}"#, #"{"mcp_tools":["search"]}"#, false),
        (#"{"mcp_tools":["search"]}"#, "{}", true),
    ]

    @Test("terms below others repeat them or add to them", arguments: pairs)
    func terms(parent: String, child: String, isWider: Bool) async throws {
        let above = try await office.grant(terms: parent)
        let found = await code { try await office.grant(below: above.id, terms: child) }
        #expect(found == (isWider ? "not_narrower" : "accepted"))
    }

    @Test("what is wider is named") func wider() async throws {
        let above = try await office.grant(terms: #"{"methods":["GET"]}"#)
        let refusal = await message { try await office.grant(below: above.id, terms: #"{"methods":["POST"]}"#) }
        #expect(refusal.contains("methods"))
        #expect(refusal.contains("POST"))
    }
}
