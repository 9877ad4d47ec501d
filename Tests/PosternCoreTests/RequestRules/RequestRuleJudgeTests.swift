import Testing

@testable import PosternCore

/// Rules that callers attach to their own calls.
@Suite struct RequestRuleJudgeTests {
    typealias Verdict = RequestRuleJudge.Verdict

    /// What a rule says, in one word.
    enum Word: Sendable {
        case allow, deny, redact, unredactable, stepUp, unusable

        init(_ verdict: Verdict) {
            switch verdict {
            case .allow: self = .allow
            case .deny: self = .deny
            case .redact: self = .redact
            case .unredactable: self = .unredactable
            case .stepUp: self = .stepUp
            case .unusable: self = .unusable
            }
        }
    }

    private static func judge(
        _ type: String,
        _ rule: String,
        _ method: PosternCore.Method = .post,
        url: String = "https://api.test/v1/x",
        body: String = "",
        type contentType: String? = "application/json"
    ) -> Verdict {
        RequestRuleJudge.judge(
            RequestRule(type: type, body: rule),
            method: method,
            url: url,
            fields: contentType.map { [("Content-Type", $0)] } ?? [],
            body: Array(body.utf8)
        )
    }

    @Test(
        "A json_match denies the methods that it names",
        arguments: [
            (#"{"when":{"method":"POST"},"effect":"deny"}"#, PosternCore.Method.post, Word.deny),
            (#"{"when":{"method":"post"},"effect":"deny"}"#, .post, .deny),
            (#"{"when":{"method":["PUT","POST"]},"effect":"deny"}"#, .post, .deny),
            (#"{"when":{"method":"POST"},"effect":"deny"}"#, .get, .allow),
            (#"{"when":{"method":[]},"effect":"deny"}"#, .post, .unusable),
            (#"{"when":{},"effect":"deny"}"#, .post, .unusable),
            (#"{"when":{"method":"POST","url":"x"},"effect":"deny"}"#, .post, .unusable),
            (#"{"when":{"method":"POST"},"effect":"allow"}"#, .post, .unusable),
            (#"{"when":{"method":"POST"}}"#, .post, .unusable),
            (#"{"when":{"method":"POST"},"effect":"deny","unless":{}}"#, .post, .unusable),
            (#"{"when":{"method":"POST","method":"GET"},"effect":"deny"}"#, .post, .unusable),
            (#"[]"#, .post, .unusable),
            (#"{"#, .post, .unusable),
        ]
    )
    func methods(rule: String, method: PosternCore.Method, expected: Word) {
        #expect(Word(Self.judge("json_match", rule, method)) == expected)
    }

    @Test("A rule of another type is unusable", arguments: ["", "JSON_MATCH", "cel", "time_window"])
    func types(type: String) {
        #expect(Word(Self.judge(type, #"{"when":{"method":"POST"},"effect":"deny"}"#)) == .unusable)
    }

    @Test(
        "A family is told by the method, and a POST belongs to each",
        arguments: [
            ("read", PosternCore.Method.get, Word.deny), ("read", .head, .deny), ("read", .post, .deny),
            ("read", .delete, .allow), ("delete", .delete, .deny), ("delete", .get, .allow), ("delete", .post, .deny),
            ("write", .patch, .deny), ("write", .get, .allow), ("send", .put, .deny), ("payment", .get, .allow),
            ("admin", .delete, .deny), ("everything", .get, .unusable),
        ]
    )
    func families(family: String, method: PosternCore.Method, expected: Word) {
        let rule = #"{"match":{"families":["\#(family)"]},"effect":"deny"}"#
        #expect(Word(Self.judge("content_match", rule, method)) == expected)
    }

    @Test(
        "A content_match that cannot be judged by is unusable",
        arguments: [
            #"{"match":{"operations":["gmail.send"]},"effect":"deny"}"#,
            #"{"match":{},"effect":"deny"}"#,
            #"{"match":{"families":["send"],"paths":["/x"]},"effect":"deny"}"#,
            #"{"match":{"families":["send"]},"effect":"log"}"#,
            #"{"match":{"families":["send"]},"effect":"redact"}"#,
            #"{"match":{"families":["send"]},"effect":"redact","redact":{"fields":[]}}"#,
            #"{"match":{"families":["send"]},"effect":"deny","redact":{"fields":["a"]}}"#,
            #"{"match":{"families":["send"]},"effect":"step_up","step_up":{"max_session_age_seconds":0}}"#,
            #"{"match":{"families":["send"]},"effect":"step_up"}"#,
            #"{"match":{"families":["send"]},"params":{},"effect":"deny"}"#,
            #"{"match":{"families":["send"]},"params":[{"name":"a","op":"like","value":"b"}],"effect":"deny"}"#,
            #"{"match":{"families":["send"]},"params":[{"name":"a","op":"gt","value":"3"}],"effect":"deny"}"#,
            #"{"match":{"families":["send"]},"params":[{"name":"a","op":"equals","value":true}],"effect":"deny"}"#,
            #"{"match":{"families":["send"]},"params":[{"name":"a","op":"any_in","value":["[a]*"]}],"effect":"deny"}"#,
            #"{"match":{"families":["send"]},"params":[{"name":"a","op":"any_in","value":[]}],"effect":"deny"}"#,
            #"{"match":{"families":["send"]},"params":[{"name":"a","op":"any_in","value":["b"],"x":1}],"effect":"deny"}"#,
            #"{"match":{"families":["send"]},"params":[{"name":"t","op":"outside_windows"}],"effect":"deny"}"#,
        ]
    )
    func unusable(rule: String) { #expect(Word(Self.judge("content_match", rule)) == .unusable) }

    @Test(
        "Conditions look at the query and at the JSON body",
        arguments: [
            (#"{"name":"to","op":"equals","value":"a@b.c"}"#, "", #"{"to":"a@b.c"}"#, Word.deny),
            (#"{"name":"to","op":"equals","value":"a@b.c"}"#, "", #"{"to":" A@B.C "}"#, .deny),
            (#"{"name":"to","op":"equals","value":"a@b.c"}"#, "?to=A%40b.c", "", .deny),
            (#"{"name":"to","op":"equals","value":"a@b.c"}"#, "?x=1;to=a@b.c", "", .deny),
            (#"{"name":"to","op":"equals","value":"a@b.c"}"#, "", #"{"to":["d@e.f","a@b.c"]}"#, .deny),
            (#"{"name":"to","op":"equals","value":"a@b.c"}"#, "", #"{"to":["a@b.c","a@b.c"]}"#, .deny),
            (#"{"name":"to","op":"equals","value":"a@b.c"}"#, "", #"{"to":"a@b.c","copy":{"to":"x"}}"#, .deny),
            (#"{"name":"to","op":"equals","value":"a@b.c"}"#, "?to=a@b.c", #"{"to":"x"}"#, .deny),
            (#"{"name":"to","op":"equals","value":"a@b.c"}"#, "?to=x&to=a@b.c", "", .deny),
            (#"{"name":"to","op":"equals","value":"a@b.c"}"#, "", #"{"to":[{"at":["x",{"y":"a@b.c"}]}]}"#, .deny),
            (#"{"name":"to","op":"equals","value":"a@b.c"}"#, "", #"{"to":["x","y"]}"#, .allow),
            (#"{"name":"to","op":"equals","value":"a@b.c"}"#, "", #"{"mail":{"to":["a@b.c"]}}"#, .deny),
            (#"{"name":"to","op":"equals","value":"a@b.c"}"#, "", #"{"from":"a@b.c"}"#, .allow),
            (#"{"name":"to","op":"equals","value":"a@b.c"}"#, "", #"{"To":"x"}"#, .deny),
            (#"{"name":"to","op":"equals","value":"a@b.c"}"#, "", #"{"to":"x","to":"y"}"#, .allow),
            (#"{"name":"n","op":"equals","value":5}"#, "", #"{"n":5.0}"#, .deny),
            (#"{"name":"n","op":"equals","value":5}"#, "?n=5", "", .deny),
            (#"{"name":"n","op":"equals","value":5}"#, "", #"{"n":6}"#, .allow),
            (#"{"name":"to","op":"any_in","value":["*@evil.test"]}"#, "", #"{"to":["x@a.test","y@EVIL.test"]}"#, .deny),
            (#"{"name":"to","op":"any_in","value":["*@evil.test"]}"#, "", #"{"to":["x@a.test"]}"#, .allow),
            (#"{"name":"to","op":"not_subset_of","value":["*@a.test"]}"#, "", #"{"to":["x@a.test"]}"#, .allow),
            (#"{"name":"to","op":"not_subset_of","value":["*@a.test"]}"#, "", #"{"to":["x@a.test","y@z"]}"#, .deny),
            (#"{"name":"to","op":"not_subset_of","value":["*@a.test"]}"#, "", #"{"bcc":["y@z"]}"#, .deny),
            (#"{"name":"n","op":"gt","value":100}"#, "", #"{"n":100}"#, .allow),
            (#"{"name":"n","op":"gt","value":100}"#, "", #"{"n":[1,101]}"#, .deny),
            (#"{"name":"n","op":"gte","value":100}"#, "?n=100", "", .deny),
            (#"{"name":"n","op":"lt","value":0}"#, "", #"{"n":-1}"#, .deny),
            (#"{"name":"n","op":"lte","value":0}"#, "", #"{"n":1}"#, .allow),
            (#"{"name":"n","op":"gt","value":100}"#, "", #"{"n":"many"}"#, .deny),
            (#"{"name":"n","op":"gt","value":100}"#, "", #"{"n":18446744073709551617}"#, .deny),
            (#"{"name":"n","op":"gt","value":100}"#, "", "{", .deny),
        ]
    )
    func conditions(condition: String, query: String, body: String, expected: Word) {
        let rule = #"{"match":{"families":["send"]},"params":[\#(condition)],"effect":"deny"}"#
        let verdict = Self.judge("content_match", rule, url: "https://api.test/v1/x" + query, body: body)
        #expect(Word(verdict) == expected)
    }

    private static func denying(_ conditions: String...) -> String {
        #"{"match":{"families":["send"]},"params":[\#(conditions.joined(separator: ","))],"effect":"deny"}"#
    }

    @Test("What would take too long to look through counts against the call")
    func tooMuchWork() {
        let slow = "*" + String(repeating: "a", count: 500) + "b"
        let text = String(repeating: "a", count: 60_000)
        for operation in ["any_in", "not_subset_of"] {
            let condition = #"{"name":"x","op":"\#(operation)","value":["\#(slow)","*"]}"#
            #expect(Word(Self.judge("content_match", Self.denying(condition), body: #"{"x":"\#(text)"}"#)) == .deny)
        }
        let absent = #"{"name":"x","op":"equals","value":"y"}"#
        let many = "[" + String(repeating: "1,", count: 450_000) + "1]"
        #expect(Word(Self.judge("content_match", Self.denying(absent), body: many)) == .allow)
        let often = Array(repeating: #"{"name":"x","op":"not_subset_of","value":["z"]}"#, count: 5)
        let conditions = (often + [absent]).joined(separator: ",")
        #expect(Word(Self.judge("content_match", Self.denying(conditions), body: many)) == .deny)
    }

    @Test("Steps are counted over all conditions of a rule")
    func work() throws {
        let pattern = try GlobPattern("*a?")
        var work = MatchingWork(steps: 100)
        #expect(pattern.matches(Array("xxab".unicodeScalars), work: &work) == true)
        #expect(pattern.matches(Array("xxb".unicodeScalars), work: &work) == false)
        #expect(try GlobPattern("**a***").matches(Array("bab".unicodeScalars), work: &work) == true)
        #expect(try GlobPattern("***").matches([], work: &work) == true)
        #expect(pattern.matches(Array(String(repeating: "x", count: 200).unicodeScalars), work: &work) == nil)
        #expect(pattern.matches(Array("xxab".unicodeScalars), work: &work) == nil)
    }

    @Test("A value or a body that is too long to be looked at counts against the call")
    func tooLong() {
        let condition = #"{"name":"x","op":"equals","value":"y"}"#
        let long = String(repeating: "a", count: 65_537)
        #expect(Word(Self.judge("content_match", Self.denying(condition), body: #"{"x":"\#(long)"}"#)) == .deny)
        #expect(Word(Self.judge("content_match", Self.denying(condition), body: #"{"z":"\#(long)"}"#)) == .allow)
        let huge = #"{"z":"\#(String(repeating: "a", count: 1 << 20))"}"#
        #expect(Word(Self.judge("content_match", Self.denying(condition), body: huge)) == .deny)
        let redacting = #"{"match":{"families":["send"]},"effect":"redact","redact":{"fields":["ssn"]}}"#
        #expect(Word(Self.judge("content_match", redacting, body: huge)) == .unredactable)
        #expect(Word(Self.judge("json_match", #"{"when":{"method":"GET"},"effect":"deny"}"#, body: huge)) == .allow)
    }

    @Test("Each value is shown once, however many members of the name are around it")
    func shownOnce() {
        var body = #"[1,"two",null]"#
        for _ in 0..<20 { body = #"{"a":\#(body)}"# }
        let parameters = RequestParameters(
            url: "/x?a=0",
            fields: [("content-type", "application/json")],
            body: Array(body.utf8)
        )
        var work = MatchingWork()
        var shown: [String] = []
        let outcome = parameters.judge("a", work: &work) { value, _ in
            shown.append(value.text)
            return .notMet
        }
        #expect(outcome == .notMet)
        #expect(shown == ["0", "1", "two", "null"])
    }

    @Test(
        "A body that is no plain JSON counts against the call",
        arguments: [nil, "text/plain", "application/json; charset=utf-16"]
    )
    func unreadable(contentType: String?) {
        let rule =
            #"{"match":{"families":["send"]},"params":[{"name":"n","op":"equals","value":1}],"effect":"deny"}"#
        #expect(Word(Self.judge("content_match", rule, body: #"{"n":2}"#, type: contentType)) == .deny)
    }

    @Test(
        "Fields are taken out wherever in the body they are, and the rest stays as it was",
        arguments: [
            (#"{"a":1,"ssn":"x","b":[{"ssn":2,"c":1.50}]}"#, #"{"a":1,"b":[{"c":1.50}]}"#),
            (#"{"ssn":{"deep":[1]}}"#, "{}"),
            (#"{"SSN":1,"s_s_n":2,"\u0073sn":3, "k" : "\u00e9" }"#, #"{"k":"\u00e9"}"#),
            (#"[{"ssn":1},{"ssn":2,"x":null}]"#, #"[{},{"x":null}]"#),
        ]
    )
    func redacts(body: String, expected: String) {
        let rule = #"{"match":{"families":["send"]},"effect":"redact","redact":{"fields":["ssn"]}}"#
        #expect(Self.judge("content_match", rule, body: body) == .redact(body: Array(expected.utf8)))
    }

    @Test("What cannot be taken out refuses the call")
    func redactsNotEverywhere() {
        let rule = #"{"match":{"families":["send"]},"effect":"redact","redact":{"fields":["ssn"]}}"#
        #expect(Word(Self.judge("content_match", rule, body: "ssn=1", type: "text/plain")) == .unredactable)
        #expect(Word(Self.judge("content_match", rule, url: "https://api.test/?SSN=1")) == .unredactable)
        #expect(Self.judge("content_match", rule, body: #"{"a":1}"#) == .allow)
        #expect(Self.judge("content_match", rule) == .allow)
        #expect(Self.judge("content_match", rule, .get, url: "https://api.test/?ssn=1") == .allow)
    }

    @Test("A session that was proven lately is nobody's")
    func stepsUp() {
        let rule = #"{"match":{"families":["payment"]},"effect":"step_up","step_up":{"max_session_age_seconds":300}}"#
        #expect(Self.judge("content_match", rule) == .stepUp)
        #expect(Self.judge("content_match", rule, .get) == .allow)
    }

    @Test(
        "Every condition counts as met where a credential is released",
        arguments: [
            ("json_match", #"{"when":{"method":"TRACE"},"effect":"deny"}"#, Word.deny),
            ("content_match", #"{"match":{"families":["send"]},"effect":"deny"}"#, .deny),
            (
                "content_match",
                #"{"match":{"families":["send"]},"params":[{"name":"a","op":"equals","value":"b"}],"effect":"deny"}"#,
                .deny
            ),
            (
                "content_match",
                #"{"match":{"families":["send"]},"effect":"redact","redact":{"fields":["a"]}}"#,
                .unredactable
            ),
            (
                "content_match",
                #"{"match":{"families":["read"]},"effect":"step_up","step_up":{"max_session_age_seconds":1}}"#,
                .stepUp
            ),
            ("cel", "{}", .unusable),
        ]
    )
    func release(type: String, rule: String, expected: Word) {
        #expect(Word(RequestRuleJudge.judgeRelease(RequestRule(type: type, body: rule))) == expected)
    }

    @Test("Random rules and bodies are judged without a trap")
    func random() {
        var generator = SplitMix(state: 5)
        let names = ["match", "families", "send", "effect", "deny"].map { "\"\($0)\"" }
        let words = ["{", "}", "[", "]", ":", ",", "1"] + names
        for _ in 0..<2000 {
            let length = Int.random(in: 0..<20, using: &generator)
            let text = (0..<length).map { _ in words.randomElement(using: &generator) ?? "" }
            _ = Self.judge("content_match", text.joined(), body: text.reversed().joined())
        }
    }
}

private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
