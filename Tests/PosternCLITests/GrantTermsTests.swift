import PosternCLI
import PosternCommand
import PosternControl
import Testing

@Suite("The terms of a grant")
struct GrantTermsTests {
    @Test(
        "take conditions on bodies",
        arguments: [
            ("/model = \"a b\"", #"{"equals":"a b","pointer":"/model"}"#),
            ("/model = a b", #"{"equals":"a b","pointer":"/model"}"#),
            ("/n equals 3", #"{"equals":3,"pointer":"/n"}"#),
            ("/stream = false", #"{"equals":false,"pointer":"/stream"}"#),
            ("/model in a,b", #"{"in":["a","b"],"pointer":"/model"}"#),
            ("/n in [1, \"x\"]", #"{"in":[1,"x"],"pointer":"/n"}"#),
            ("/max_tokens? <= 1000", #"{"max":1000,"optional":true,"pointer":"/max_tokens"}"#),
            ("/t min 0.5", #"{"min":0.5,"pointer":"/t"}"#),
            ("/name ~ [a-z]+ .*", #"{"matches":"[a-z]+ .*","pointer":"/name"}"#),
            ("/a/*/b  matches  x", #"{"matches":"x","pointer":"/a/*/b"}"#),
        ]
    )
    func conditions(text: String, json: String) {
        #expect(BodyConditionText(text)?.document.json == json)
    }

    @Test(
        "refuse what is no condition",
        arguments: ["", "/model", "/model =", "model = a", "/n max many", "/n <= \"1\"", "/n < 3", "= /n 3", "/n == 3"]
    )
    func noConditions(text: String) { #expect(BodyConditionText(text) == nil) }

    @Test("have options in place of the file's keys, and nothing that was not asked for")
    func overFile() throws {
        var text = GrantTermsText()
        #expect(try text.document(over: nil) == .empty)
        text.methods = ["POST"]
        text.maxBodyBytes = 10
        text.givesPlaceholder = true
        text.requiresApproval = true
        let file = try #require(RawJSON(json: #"{"methods":["GET"],"paths":["/x"]}"#))
        let terms = #""max_body_bytes":10,"methods":["POST"],"paths":["/x"],"placeholder":true,"requires_approval":"#
        #expect(try text.document(over: file).json == "{\(terms)true}")
        text.approvers = ["anna"]
        #expect(try text.document(over: file).json == #"{\#(terms){"approvers":["anna"]}}"#)
        #expect(throws: CommandFailure.self) { try text.document(over: .array([])) }
    }

    @Test("have scopes that are an object of lists", arguments: ["", "[]", "{\"a\": \"b\"}", "{\"a\": [1]}", "{"])
    func noScopes(text: String) { #expect(throws: CommandFailure.self) { try ScopesText.read(text) } }
}
