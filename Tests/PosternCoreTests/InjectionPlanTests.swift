import PosternCore
import PosternTestSupport
import Testing

private func plan(
    _ templates: [InjectionTemplate],
    secrets: [String: String] = ["secret": Sample.secret],
    inputs: [String: String] = [:]
) throws -> InjectionPlan {
    try InjectionPlan(
        Sample.credential(secrets: secrets, inputs: inputs),
        for: Sample.provider(injection: templates)
    )
}

private func header(_ value: String, name: String = "X-Key") -> InjectionTemplate {
    .header(name: name, value: Sample.template(value))
}

private func lines(_ plan: InjectionPlan) -> [String] { plan.fields.map { latin1Text($0.line.withBytes(Array.init)) } }

/// Secrets that cannot stand in a header field.
private let unfitForHeaders = [
    "abc\r\nX: y", "abc\n", "abc\r", "\nabc", "abc\u{0}", "abc\u{1}", "abc\u{7f}", "abc\u{e9}def", "abc\tdef", " abc",
    "abc ",
]

/// Secrets that cannot stand in a path.
private let unfitForPaths = [
    "abc/def", "abc def", "abc?def", "abc#def", "abc%41def", "abc\\def", "abc;def", "abc\r\n", "abc\u{0}", "abc\u{e9}",
    "a\"b",
    "../../x",
]

@Suite("InjectionPlan")
struct InjectionPlanTests {
    @Test("headers are rendered whole") func headers() throws {
        let plan = try plan(
            [header("Bearer {secret}", name: "Authorization"), header("{other}-{account}", name: "X-Two")],
            secrets: ["secret": "sssssssss", "other": "ooooooooo"],
            inputs: ["account": "acme"]
        )
        #expect(lines(plan) == ["Authorization: Bearer sssssssss\r\n", "X-Two: ooooooooo-acme\r\n"])
        #expect(plan.fields.map(\.name) == [FieldName("authorization"), FieldName("x_two")])
    }

    @Test("Basic is the pair in base 64") func basic() throws {
        let plan = try plan(
            [.basic(username: Sample.template("{user}"), password: Sample.template("{secret}"))],
            secrets: ["secret": "open sesame"],
            inputs: ["user": "Aladdin"]
        )
        // RFC 7617 section 2.
        #expect(lines(plan) == ["Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"])
    }

    @Test("query values are escaped") func query() throws {
        let plan = try plan(
            [.query(name: "api_key", value: Sample.template("{secret}"))],
            secrets: ["secret": "a&b=c d/+%"]
        )
        #expect(plan.parameters.map(\.name) == [latin1("api_key")])
        #expect(plan.parameters.map { latin1Text($0.pair.withBytes(Array.init)) } == ["api_key=a%26b%3Dc%20d%2F%2B%25"])
    }

    @Test("secrets that would break a head are refused, whatever they came through", arguments: unfitForHeaders)
    func refusesForHeader(secret: String) throws {
        #expect(throws: DirectoryError.self) { try plan([header("{secret}")], secrets: ["secret": secret]) }
        let inputs = ["account": secret]
        #expect(throws: DirectoryError.self) { try plan([header("{account}")], inputs: inputs) }
    }

    @Test(
        "a line break is refused in the middle of a value too",
        arguments: ["abc\r\nX: y", "abc\n", "\u{0}", "\u{e9}"]
    )
    func refusesInside(secret: String) {
        #expect(throws: DirectoryError.self) { try plan([header("Bearer {secret} x")], secrets: ["secret": secret]) }
    }

    @Test("Basic hides any byte, so it takes any") func basicTakesAnything() throws {
        let plan = try plan(
            [.basic(username: Sample.template("u"), password: Sample.template("{secret}"))],
            secrets: ["secret": "a\r\nb: c\u{0}"]
        )
        #expect(lines(plan) == ["Authorization: Basic dTphDQpiOiBjAA==\r\n"])
    }

    @Test("secrets that are more than a segment are refused in a path", arguments: unfitForPaths)
    func refusesForPath(secret: String) {
        #expect(throws: DirectoryError.self) {
            try plan([.path(Sample.template("/bot{secret}/"))], secrets: ["secret": secret])
        }
    }

    @Test("an empty value is refused") func empty() {
        #expect(throws: DirectoryError.self) { try plan([header("{account}")], inputs: ["account": ""]) }
    }

    @Test("a variable without a value is refused by name") func missing() {
        #expect(throws: DirectoryError.missingVariable("token", credential: "good-key")) {
            try plan([header("{token}")])
        }
    }

    @Test(
        "path templates have one variable and start with /",
        arguments: ["/bot/", "bot{secret}/", "/{secret}/{secret}/"]
    )
    func pathTemplates(text: String) {
        #expect(throws: DirectoryError.self) {
            try plan([.path(Sample.template(text))], secrets: ["secret": "abcdefgh"])
        }
    }

    @Test(
        "what a client wrote for the secret is one segment, with the right text around it",
        arguments: [
            ("/botX/getMe", "X"), ("/bot1:2/getMe", "1:2"), ("/botX/", "X"),
            ("/bot/getMe", nil), ("/botX", nil), ("/BOTX/getMe", nil), ("/xbotX/", nil), ("/", nil), ("", nil),
            ("//botX/", nil),
        ] as [(String, String?)]
    )
    func placeholder(path: String, expected: String?) throws {
        let slot = try #require(
            try plan([.path(Sample.template("/bot{secret}/"))], secrets: ["secret": "1:abcdefg"]).pathSlots.first
        )
        // A slice that does not start at 0, as in a head.
        let bytes = latin1("GET " + path)
        let found = slot.placeholder(in: bytes[4...])
        #expect(found.map { latin1Text(bytes[$0]) } == expected)
        #expect(latin1Text(slot.shown) == "/bot{secret}/")
    }

    @Test("there is a longest secret, and a longest Basic pair") func lengths() throws {
        let most = String(repeating: "a", count: ScrubPatterns.maximumSecretLength)
        #expect(lines(try plan([header("{secret}")], secrets: ["secret": most])).count == 1)
        #expect(throws: DirectoryError.self) { try plan([header("{secret}")], secrets: ["secret": most + "a"]) }
        let basic = InjectionTemplate.basic(username: Sample.template("{user}"), password: Sample.template("{secret}"))
        #expect(throws: DirectoryError.self) {
            try plan([basic], inputs: ["user": String(repeating: "u", count: 40_000)])
        }
    }

    @Test(
        "templates",
        arguments: [
            ("", 0), ("a", 1), ("{a}", 1), ("a{b}c", 3), ("{a}{b}", 2), ("Bearer {secret}", 2),
            ("{", -1), ("}", -1), ("{}", -1), ("{a", -1), ("a}", -1), ("{a}}", -1), ("{{a}}", -1), ("{a b}", -1),
            ("{a-b}", -1),
            ("{\u{e9}}", -1), ("}{", -1), ("{a}{", -1),
        ]
    )
    func templates(text: String, parts: Int) { #expect((Template(text)?.parts.count ?? -1) == parts) }
}
