import PosternAdmin
import PosternCore
import Testing

@Suite("The words of approvals")
struct ApprovalTextTests {
    private static func text(_ request: FrozenRequest) async throws -> ApprovalText {
        let made = try await ApprovalOffice.started()
        let pending = try await made.ask(request)
        return try await made.board.approvalCase(pending.id, for: ApprovalOffice.operatorAtSocket).text
    }

    @Test("They say who does what where, with what")
    func sentence() async throws {
        let text = try await ApprovalTextTests.text(.sample())
        #expect(
            text.sentence
                == "Agent bot posts to (POST) /v1/charges on api.stripe.com, with JSON of 14 bytes. "
                + "It uses grant 7f0c7a55-94a5-4c7e-8a55-0f4a5b1f3f10."
        )
        #expect(text.parameters.map { "\($0.name)=\($0.value)" } == ["expand=customer"])
        #expect(text.fields.map(\.name) == ["content-type"])
        #expect(text.claims.map { "\($0.name): \($0.value)" } == ["reason: the invoice is due"])
        #expect(text.body?.text == "{\n  \"amount\": 100\n}")
        #expect(!text.isPartial)
    }

    @Test("They name the secret")
    func names() async throws {
        let made = try await ApprovalOffice.started()
        try await made.office.agent()
        try await made.office.secret()
        let grant = try await made.office.grant()
        let pending = try await made.ask(.sample(grant: grant.id))
        let text = try await made.board.approvalCase(pending.id, for: ApprovalOffice.operatorAtSocket).text
        #expect(text.sentence.hasSuffix("It uses the secret prod for anthropic."))
    }

    @Test(
        "Nothing in them hides or moves anything",
        arguments: [
            ("a\u{202e}b", "a\\u{202e}b"), ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"),
            ("a\nAPPROVED by admin", "a\\u{a}APPROVED by admin"),
            ("a\u{2028}b", "a\\u{2028}b"), ("a\u{200b}b", "a\\u{200b}b"), ("a\\u{a}b", "a\\\\u{a}b"),
            ("a\u{00a0}b", "a\\u{a0}b"), ("é", "é"),
            ("e\u{301}\u{301}\u{301}\u{301}", "e\u{301}\u{301}\\u{301}\\u{301}"),
            ("\u{3164}", "\\u{3164}"), ("\u{e0041}", "\\u{e0041}"), ("日本", "日本"), ("<b>&", "<b>&"),
        ]
    )
    func visible(_ text: String, _ shown: String) async throws {
        var request = FrozenRequest.sample(fields: [FrozenField(name: "x-note", value: text)], body: text)
        request.attribution.reason = text
        request.attribution.context = "{}"
        let found = try await ApprovalTextTests.text(request)
        #expect(found.claims.first?.value == shown)
        #expect(found.fields.first?.value == shown)
        #expect(found.body?.text == shown.replacing("\\u{a}APP", with: "\nAPP"))
    }

    @Test(
        "JSON is shown as whoever reads it gets it",
        arguments: [
            (
                #"{"a":"\u202e\n<","b":[1,{}],"c":[]}"#,
                "{\n  \"a\": \"\\u{202e}\\u{a}<\",\n  \"b\": [\n    1,\n    {}\n  ],\n  \"c\": []\n}"
            ),
            (#"{"a":1,"a":2}"#, "{\n  \"a\": 1,\n  \"a\": 2\n}"), (#""\"""#, "\"\\\"\""), ("1e5", "1e5"),
            (#""\"\u0301""#, "\"\\\"\u{301}\""),
        ]
    )
    func json(_ body: String, _ shown: String) async throws {
        let text = try await ApprovalTextTests.text(.sample(body: body))
        #expect(text.body?.text == shown)
        #expect(text.body?.kind == .json)
    }

    @Test("What is cut is said to be, with its size and digest")
    func cut() async throws {
        let text = try await ApprovalTextTests.text(.sample(body: String(repeating: "a", count: 20_000)))
        #expect(text.isPartial)
        #expect(text.body?.isCut == true)
        #expect(text.body?.bytes == 20_000)
        #expect(text.body?.text.count == 16_384)
        #expect(text.body?.sha256.count == 64)
    }

    @Test(
        "Whatever part is cut counts",
        arguments: [
            FrozenRequest.sample(url: "https://h/?q=" + String(repeating: "a", count: 600)),
            .sample(url: "https://h/" + String(repeating: "a", count: 4000)), .sample(url: "https://h/?a=%ff"),
            .sample(url: "https://h/?" + (0..<65).map { "a\($0)=1" }.joined(separator: "&")),
            .sample(fields: [FrozenField(name: "a", value: String(repeating: "a", count: 600))]),
            .sample(fields: (0..<65).map { FrozenField(name: "a\($0)", value: "") }),
            .sample(body: "[" + (0..<9000).map { "\($0)" }.joined(separator: ",") + "]"),
        ]
    )
    func partial(_ request: FrozenRequest) async throws {
        #expect(try await ApprovalTextTests.text(request).isPartial)
    }

    @Test("What is no text is shown in digits")
    func binary() async throws {
        var request = FrozenRequest.sample()
        request.body = [0x1f, 0x8b, 0, 0xff]
        let body = try await ApprovalTextTests.text(request).body
        #expect(body?.kind == .binary)
        #expect(body?.text == "1f8b00ff")
    }

    @Test("Plain HTTP is said to be")
    func clear() async throws {
        let text = try await ApprovalTextTests.text(.sample(url: "http://h:8080/x"))
        #expect(text.host == "h:8080")
        #expect(text.sentence.contains("/x on h:8080 (not encrypted), with"))
    }
}
