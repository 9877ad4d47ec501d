import Testing

@testable import PosternPortal

@Suite struct TermTests {
    @Test(
        "terms are said in words, and none is left out",
        arguments: [
            (#"{}"#, []),
            (#"{"methods":["GET","HEAD"]}"#, ["Only GET, HEAD requests"]),
            (#"{"paths":["/v1/**"],"hosts":["api.test"]}"#, ["Only paths /v1/**", "Only at api.test"]),
            (#"{"requires_approval":true}"#, ["A person approves each request"]),
            (#"{"requires_approval":{"ttl_s":60}}"#, ["A person approves each request: ttl s 60"]),
            (#"{"requires_approval":false}"#, ["requires approval: false"]),
            (#"{"websocket":false,"max_uses":3}"#, ["No WebSockets", "At most 3 times in all"]),
            (#"{"some_other_key":{"a":[1]}}"#, [#"some other key: {"a":[1]}"#]),
            ("not json", ["not json"]),
            ("[1]", ["[1]"]),
        ]
    )
    func sentences(_ terms: String, _ expected: [String]) {
        #expect(TermsInWords.sentences(terms) == expected)
    }
}
