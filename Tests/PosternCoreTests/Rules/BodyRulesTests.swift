import PosternCore
import Testing

@Suite("Rules about a JSON body")
struct BodyRulesTests {
    static func condition(_ pointer: String, _ tests: BodyCondition.Test..., isOptional: Bool = false) throws
        -> BodyCondition
    {
        BodyCondition(pointer: try #require(JSONPointer(pointer)), tests: tests, isOptional: isOptional)
    }

    static func strings(_ texts: String...) -> BodyCondition.Test {
        .isOneOf(Set(texts.map { .string(Array($0.utf8)) }))
    }

    static func outcome(_ verdict: Verdict) -> String {
        switch verdict {
        case .holds: "holds"
        case .fails: "fails"
        case .unknown: "unknown"
        }
    }

    private func judge(
        _ conditions: [BodyCondition],
        _ body: String,
        type: String? = "application/json",
        encoding: String? = nil,
        maxBytes: Int = BodyRules.defaultMaxBytes
    ) -> String {
        Self.outcome(
            BodyRules(conditions: conditions, maxBytes: maxBytes).judge(
                contentType: type.map { Array($0.utf8)[...] },
                contentEncoding: encoding.map { Array($0.utf8)[...] },
                body: Array(body.utf8)
            )
        )
    }

    @Test(
        "find a model by its exact name",
        arguments: [
            (#"{"model":"small"}"#, "holds"), (#"{"x":1,"model":"sm\u0061ll"}"#, "holds"),
            (#"{"mod\u0065l":"small"}"#, "holds"),
            (#"{"model":"large"}"#, "fails"), (#"{"model":"Small"}"#, "fails"), (#"{"model":"small "}"#, "fails"),
            (#"{"model":"small\u0000"}"#, "fails"), (#"{"model":""}"#, "fails"),
            (#"{}"#, "unknown"), (#"{"model":null}"#, "unknown"), (#"{"model":["small"]}"#, "unknown"),
            (#"{"model":1}"#, "unknown"), (#"[{"model":"small"}]"#, "unknown"), (#""small""#, "unknown"),
            ("", "unknown"),
            ("   ", "unknown"), (#"{"model":"small""#, "unknown"), (#"{"model":"small"} {"model":"large"}"#, "unknown"),
            ("\u{feff}{\"model\":\"small\"}", "unknown"), (#"{"a":{"model":"small"}}"#, "unknown"),
        ]
    )
    func judgesModels(body: String, expected: String) throws {
        #expect(judge([try Self.condition("/model", Self.strings("small", "tiny"))], body) == expected)
    }

    @Test(
        "do not choose between members that could both be meant",
        arguments: [
            #"{"max_tokens":1,"max_tokens":9}"#, #"{"max_tokens":1,"max_tokens":1}"#,
            #"{"max_tokens":1,"Max_Tokens":9}"#,
            #"{"MAX_TOKENS":1}"#, #"{"max_tokens":1,"max_to\u006bens":9}"#, #"{"max_tokens":1,"max_to\u212aens":9}"#,
            #"{"max_tokens":1,"max_token\u017f":9}"#, #"{"max_tokens":1,"maxTokens":9}"#,
            #"{"max_tokens":1,"max-tokens":9}"#,
            #"{"maxTokens":9}"#, #"{"max_tokens":1,"max_tokens\u0000":9}"#, #"{"max_tokens":1,"max_tokens\u0000x":9}"#,
            #"{"max_tokens":1,"max_tokens ":9}"#,
            #"{"max_tokens":1,"\tmax_tokens":9}"#.replacing("\\t", with: "\\u0009"),
        ]
    )
    func refusesAmbiguity(body: String) throws {
        let limit = BodyCondition.Test.atMost(JSONNumber(10))
        #expect(judge([try Self.condition("/max_tokens", limit)], body) == "unknown")
        // An optional member is not absent where another could be read as it.
        #expect(judge([try Self.condition("/max_tokens", limit, isOptional: true)], body) == "unknown")
    }

    @Test("see ambiguity on the way as well")
    func refusesAmbiguityOnTheWay() throws {
        let conditions = [try Self.condition("/a/b", Self.strings("x"))]
        #expect(judge(conditions, #"{"a":{"b":"x"}}"#) == "holds")
        #expect(judge(conditions, #"{"a":{"b":"x"},"A":{"b":"y"}}"#) == "unknown")
        #expect(judge(conditions, #"{"a":{"b":"x"},"a":{"b":"x"}}"#) == "unknown")
        #expect(judge(conditions, #"{"c":1,"c":2,"a":{"b":"x","d":{},"D":{}}}"#) == "holds")
    }

    @Test(
        "compare numbers exactly",
        arguments: [
            ("1000", "holds"), ("1e3", "holds"), ("1000.0", "holds"), ("0", "holds"), ("-0", "holds"), ("0.5", "holds"),
            ("1001", "fails"), ("1000.0000000000000000000001", "fails"), ("1e4", "fails"), ("1e400", "fails"),
            ("-1", "fails"),
            ("-1e-30", "fails"), ("99999999999999999999999", "fails"), ("1e9999999999", "unknown"),
            ("0e99999999999", "unknown"), ("\"5\"", "unknown"), ("true", "unknown"), ("null", "unknown"),
            ("[5]", "unknown"),
        ]
    )
    func comparesNumbers(value: String, expected: String) throws {
        let condition = try Self.condition("/n", .atMost(JSONNumber(1000)), .atLeast(JSONNumber(0)))
        #expect(judge([condition], "{\"n\":\(value)}") == expected)
    }

    @Test("do not take a number that wraps around for a small one")
    func refusesWrapping() throws {
        let condition = try Self.condition("/n", .atMost(JSONNumber(1000)))
        #expect(judge([condition], #"{"n":-5}"#) == "holds")
        #expect(judge([condition], #"{"n":-18446744073709546616}"#) == "unknown")
    }

    @Test("look at every element")
    func judgesElements() throws {
        let roles = try Self.condition("/messages/*/role", Self.strings("user", "assistant"))
        #expect(judge([roles], #"{"messages":[{"role":"user"},{"role":"assistant"}]}"#) == "holds")
        #expect(judge([roles], #"{"messages":[{"role":"user"},{"role":"system"}]}"#) == "fails")
        #expect(judge([roles], #"{"messages":[{"role":"user"},{}]}"#) == "unknown")
        #expect(judge([roles], #"{"messages":[{"role":"user"},"system"]}"#) == "unknown")
        #expect(judge([roles], #"{"messages":[]}"#) == "unknown")
        #expect(judge([roles], #"{"messages":{"0":{"role":"user"}}}"#) == "unknown")
        let optional = try Self.condition("/messages/*/name", Self.strings("bob"), isOptional: true)
        #expect(judge([optional], #"{"messages":[{},{"name":"bob"}]}"#) == "holds")
        #expect(judge([optional], #"{"messages":[{},{"name":"eve"}]}"#) == "fails")
        #expect(judge([optional], #"{"messages":[]}"#) == "holds")
        #expect(judge([optional], #"{}"#) == "holds")
        let second = try Self.condition("/messages/1", Self.strings("b"))
        #expect(judge([second], #"{"messages":["a","b"]}"#) == "holds")
        #expect(judge([second], #"{"messages":["b"]}"#) == "unknown")
        #expect(judge([second], #"{"messages":{"1":"b"}}"#) == "holds")
    }

    @Test("compare booleans and several types")
    func comparesScalars() throws {
        let stream = try Self.condition("/stream", .isOneOf([.boolean(false)]), isOptional: true)
        #expect(judge([stream], #"{"stream":false}"#) == "holds")
        #expect(judge([stream], #"{}"#) == "holds")
        #expect(judge([stream], #"{"stream":true}"#) == "fails")
        #expect(judge([stream], #"{"stream":0}"#) == "unknown")
        #expect(judge([stream], #"{"stream":"false"}"#) == "unknown")
        let id = try Self.condition("/id", .isOneOf([.number(JSONNumber(9_007_199_254_740_993))]))
        #expect(judge([id], #"{"id":9007199254740993}"#) == "holds")
        #expect(judge([id], #"{"id":9007199254740992}"#) == "fails")
    }

    @Test("ask for existence when they ask for nothing else")
    func asksForExistence() throws {
        let condition = try Self.condition("/a/b")
        #expect(judge([condition], #"{"a":{"b":null}}"#) == "holds")
        #expect(judge([condition], #"{"a":{}}"#) == "unknown")
    }

    @Test(
        "know JSON by its media type",
        arguments: [
            ("application/json", "holds"), ("Application/JSON", "holds"), ("application/json;charset=utf-8", "holds"),
            ("application/json; charset=\"UTF-8\" ", "holds"), ("application/vnd.api+json", "holds"),
            ("application/json; profile=\"a;b\\\"c\"", "holds"), ("application/json;", "holds"),
            (nil, "unknown"), ("", "unknown"), ("text/plain", "unknown"), ("application/jsonp", "unknown"),
            ("json", "unknown"),
            ("application/json; charset=utf-16", "unknown"), ("application/json; charset=utf-7", "unknown"),
            ("application/json; charset=utf-8; charset=utf-7", "unknown"), ("application/json, text/plain", "unknown"),
            ("application/json; charset=\"utf-8", "unknown"), ("application/json charset=utf-8", "unknown"),
            ("application/x-www-form-urlencoded", "unknown"), ("multipart/form-data; boundary=x", "unknown"),
            ("application/json\u{b}", "unknown"), ("application/ json", "unknown"), ("application/x-ndjson", "unknown"),
            ("application/json; charset", "unknown"), ("/json", "unknown"), ("application/json; charset=", "unknown"),
        ] as [(String?, String)]
    )
    func knowsMediaTypes(type: String?, expected: String) throws {
        #expect(
            judge([try Self.condition("/a", .isOneOf([.number(JSONNumber(1))]))], #"{"a":1}"#, type: type) == expected
        )
    }

    @Test("see nothing in encoded or long bodies", arguments: ["gzip", "identity", "", "br, gzip"])
    func refusesEncodings(encoding: String) throws {
        let conditions = [try Self.condition("/a")]
        #expect(judge(conditions, #"{"a":1}"#, encoding: encoding) == "unknown")
    }

    @Test("see nothing in a body that is longer than they look")
    func limitsLength() throws {
        let conditions = [try Self.condition("/a")]
        #expect(judge(conditions, #"{"a":1}"#, maxBytes: 7) == "holds")
        #expect(judge(conditions, #"{"a":1} "#, maxBytes: 7) == "unknown")
        let padded = #"{"a":1,"pad":""# + String(repeating: " ", count: 1 << 20) + #""}"#
        #expect(judge(conditions, padded) == "unknown")
    }

    @Test("give up on matching in bounded time")
    func limitsMatching() throws {
        let pattern = try TextPattern("(a|a|a|a|a|a|a|a)*b")
        let condition = try Self.condition("/*", .matches(pattern))
        let body = "[\"" + String(repeating: "a", count: 1_000_000) + "b\"]"
        let clock = ContinuousClock()
        let elapsed = clock.measure { #expect(judge([condition], body) == "unknown") }
        #expect(elapsed < .seconds(5))
    }

    @Test("do not tell what the body holds")
    func keepsBodiesOut() throws {
        let rules = BodyRules(conditions: [try Self.condition("/model", Self.strings("small"))])
        let verdict = rules.judge(
            contentType: Array("application/json".utf8)[...],
            contentEncoding: nil,
            body: Array(#"{"model":"s3cr3t"}"#.utf8)
        )
        #expect(verdict == .fails("`/model` in the body has another value"))
    }

    @Test(
        "point with RFC 6901",
        arguments: [
            ("", true), ("/", true), ("/a~1b", true), ("/m~0n", true), ("/a/0/*", true), ("a", false), ("/~", false),
            ("/~2", false), ("/a~", false), ("#/a", false), (String(repeating: "/a", count: 65), false),
        ]
    )
    func readsPointers(text: String, isPointer: Bool) { #expect((JSONPointer(text) != nil) == isPointer) }

    @Test("find the members that RFC 6901 section 5 finds")
    func followsThePointersOfTheRFC() throws {
        let body = #"{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}"#
        let expected: [(String, Int)] = [
            ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3), ("/g|h", 4), ("/i\\j", 5), ("/k\"l", 6), ("/m~0n", 8),
        ]
        for (pointer, value) in expected {
            #expect(judge([try Self.condition(pointer, .isOneOf([.number(JSONNumber(value))]))], body) == "holds")
        }
        #expect(judge([try Self.condition("/foo/0", Self.strings("bar"))], body) == "holds")
        #expect(judge([try Self.condition("/foo/00", Self.strings("bar"))], body) == "unknown")
        #expect(judge([try Self.condition("/foo/-", Self.strings("bar"))], body) == "unknown")
    }
}
