import PosternConfig
import PosternCore
import Testing

/// The keys about hours, bodies and MCP, as a configuration file has them.
@Suite("Hours, bodies and MCP in a configuration")
struct RuleKeyTests {
    private static let declarations = """
        [[agent]]
        name = "bot"
        [[secret]]
        name = "key"
        provider = "openai"
        value = "env:SECRET"
        [[grant]]
        agent = "bot"
        secret = "key"

        """

    private func constraints(_ keys: String) throws -> RequestConstraints {
        let configuration = try ConfigText.load(Self.declarations + keys)
        return try #require(configuration.contents.grants.first).terms.constraints
    }

    private func judge(_ keys: String, _ body: String) throws -> Verdict? {
        try constraints(keys).body?.judge(
            contentType: Array("application/json".utf8)[...],
            contentEncoding: nil,
            body: Array(body.utf8)
        )
    }

    private static let conditions = """
        body = [
          { pointer = "/model", in = ["a", "b"] }, { pointer = "/n", min = 1, max = 1.5, optional = true },
          { pointer = "/id", matches = 'x-\\d+', optional = true }, { pointer = "/stream", equals = false, optional = true },
          { pointer = "/k", in = [1, +2.5, true, "x"], optional = true }, { pointer = "/e", max = 1_0.0e1, optional = true },
        ]
        """

    @Test(
        "conditions are those that are written",
        arguments: [
            (#"{"model":"a"}"#, true), (#"{"model":"c"}"#, false), (#"{}"#, false), (#"{"model":"b","n":1.5}"#, true),
            (#"{"model":"b","n":1.50001}"#, false), (#"{"model":"b","n":0}"#, false),
            (#"{"model":"a","id":"x-12"}"#, true),
            (#"{"model":"a","id":"x-"}"#, false), (#"{"model":"a","stream":true}"#, false),
            (#"{"model":"a","k":2.5}"#, true),
            (#"{"model":"a","k":true}"#, true), (#"{"model":"a","k":false}"#, false), (#"{"model":"a","e":1e2}"#, true),
            (#"{"model":"a","e":101}"#, false),
        ]
    )
    func readsConditions(body: String, holds: Bool) throws {
        #expect((try judge(Self.conditions, body) == .holds) == holds)
    }

    /// Swift 6.3.1 crashes where it writes this out in a test that it optimises and that is made to be reached into.
    @inline(never)
    private func inspectedBytes(_ constraints: RequestConstraints) -> Int? { constraints.inspectedBytes }

    @Test("limits and tools are those that are written")
    func readsInspection() throws {
        #expect(inspectedBytes(try constraints("")) == nil)
        #expect(inspectedBytes(try constraints("mcp_tools = []")) == 1 << 20)
        let constraints = try constraints(
            """
            body = [{ pointer = "/a" }]
            max_inspected_bytes = 7
            mcp_tools = ["a", { name = "b", arguments = [{ pointer = "/x", equals = 1 }] }]
            mcp_methods = ["resources/*"]
            """
        )
        let pointer = try #require(JSONPointer("/x"))
        let condition = BodyCondition(pointer: pointer, tests: [.isOneOf([.number(JSONNumber(1))])])
        #expect(
            constraints.mcp
                == MCPRules(
                    tools: [MCPTool(name: "a"), MCPTool(name: "b", arguments: [condition])],
                    methods: ["resources/*"],
                    maxBytes: 7
                )
        )
        #expect(constraints.body?.maxBytes == 7)
        #expect(inspectedBytes(constraints) == 7)
        #expect(try self.constraints("mcp_methods = []").mcp == MCPRules(tools: nil))
    }

    @Test(
        "hours are those that are written",
        arguments: [
            // 1970-01-01 was a Thursday.
            ("00:00-24:00", [0, 86_399, 604_800], []), ("Thu 00:00-01:00", [0, 3_599], [3_600, 86_400]),
            ("Fri-Mon 00:00-24:00", [86_400, 4 * 86_400], [0, 5 * 86_400]),
            ("mon,THU 10:30-11:00", [37_800], [37_799, 39_600]),
            ("Wed 23:00-01:00", [0, 6 * 86_400 + 82_800], [3_600]), ("01:00-02:00 +01:00", [0], [3_600]),
            ("08:00-09:00 -05:30", [48_600], [28_800]), ("01:00-02:00 Europe/Berlin", [0], [3_600]),
            ("00:00-01:00 UTC", [0], [3_600]),
        ] as [(String, [Int64], [Int64])]
    )
    func readsHours(text: String, inside: [Int64], outside: [Int64]) throws {
        let constraints = try constraints("hours = [\"\(text)\"]")
        for moment in inside { #expect(constraints.isOpen(at: moment), "\(moment)") }
        for moment in outside { #expect(!constraints.isOpen(at: moment), "\(moment)") }
    }

    @Test("no hours are never")
    func readsNoHours() throws {
        #expect(!(try constraints("hours = []")).isOpen(at: 0))
    }

    // swift-format-ignore: one row, one line
    private static let refused: [(keys: String, complaint: String)] = [
        ("hours = \"Mon 08:00-09:00\"", "`hours` in [[grant]] must be an array of strings, found a string"),
        ("hours = [\"\"]", "`hours` in [[grant]]: `` is not a part of the week"),
        ("hours = [\"Mon\"]", "`hours` in [[grant]]: `Mon` has no times of day"),
        ("hours = [\"Mon-Fr 08:00-09:00\"]", "`hours` in [[grant]]: `Mon-Fr` is not a day or a range of days"),
        ("hours = [\"Mon--Fri 08:00-09:00\"]", "`hours` in [[grant]]: `Mon--Fri` is not a day or a range of days"),
        ("hours = [\"Mon, Fri 08:00-09:00\"]", "`hours` in [[grant]]: `` is not a day or a range of days"),
        ("hours = [\"8:00-09:00\"]", "`hours` in [[grant]]: `8:00-09:00` has no times of day"),
        ("hours = [\"08:00-24:01\"]", "`hours` in [[grant]]: `08:00-24:01` has no times of day"),
        ("hours = [\"24:00-08:00\"]", "`hours` in [[grant]]: `24:00-08:00` has no times of day"),
        ("hours = [\"08:60-09:00\"]", "`hours` in [[grant]]: `08:60-09:00` has no times of day"),
        ("hours = [\"08:00-08:00\"]", "`hours` in [[grant]]: `08:00-08:00` begins when it ends"),
        ("hours = [\"08:00-09:00 +19:00\"]", "`hours` in [[grant]]: `+19:00` is not an offset"),
        ("hours = [\"08:00-09:00 Europe/Berlim\"]", "`hours` in [[grant]]: there is no time zone `Europe/Berlim`"),
        (
            "hours = [\"08:00-09:00 ../../../etc/passwd\"]",
            "`hours` in [[grant]]: there is no time zone `../../../etc/passwd`"
        ),
        ("hours = [\"08:00-09:00 Europe/../Europe/Berlin\"]", "`hours` in [[grant]]: there is no time zone"),
        ("hours = [\"08:00-09:00 /etc/localtime\"]", "`hours` in [[grant]]: there is no time zone `/etc/localtime`"),
        ("hours = [\"08:00-09:00 right/UTC\"]", "`hours` in [[grant]]: there is no time zone `right/UTC`"),
        ("hours = [\"08:00-09:00 Europe\"]", "`hours` in [[grant]]: "),
        ("hours = [\"08:00-09:00 UTC UTC\"]", "`hours` in [[grant]]: `08:00-09:00 UTC UTC` is not a part of the week"),
        ("body = {}", "`body` in [[grant]] must be an array of tables, found a table"),
        ("body = []", "`body` in [[grant]] is empty, so it asks for nothing"),
        ("body = [{ in = [\"a\"] }]", "`body` has no `pointer`"),
        ("body = [{ pointer = \"model\" }]", "`pointer` in `body` is not a JSON pointer: `model`"),
        ("body = [{ pointer = \"/a\", eqals = 1 }]", "unknown key `eqals` in `body`\n  hint: did you mean `equals`?"),
        (
            "body = [{ pointer = \"/a\", equals = [1] }]",
            "`equals` in `body` must be a text, a number, true or false, found an array"
        ),
        ("body = [{ pointer = \"/a\", in = 1 }]", "`in` in `body` must be an array, found an integer"),
        ("body = [{ pointer = \"/a\", max = \"1\" }]", "`max` in `body` must be a number, found a string"),
        ("body = [{ pointer = \"/a\", max = inf }]", "`max` in `body` must be a number, found a floating-point number"),
        ("body = [{ pointer = \"/a\", max = 9007199254740992 }]", "`max` in `body` must be between -2^53 and 2^53"),
        ("body = [{ pointer = \"/a\", matches = \"(\" }]", "`matches` in `body`: not a pattern: a `(` without its `)`"),
        ("body = [{ pointer = \"/a\", matches = \"^a\" }]", "`matches` in `body`: not a pattern: `^` is not needed"),
        ("body = [{ pointer = \"/a\", equals = 1, in = [2] }]", "`in` in `body` stands beside `equals`"),
        ("body = [{ pointer = \"/a\", matches = \"a\", max = 2 }]", "`matches` in `body` is for texts"),
        (
            "body = [{ pointer = \"/a\", optional = true }]",
            "`optional` in `body` leaves nothing that the condition asks for"
        ),
        ("max_inspected_bytes = 5", "`max_inspected_bytes` in [[grant]] has no use without"),
        (
            "body = [{ pointer = \"/a\" }]\nmax_inspected_bytes = 0",
            "`max_inspected_bytes` in [[grant]] must be from 1 to 67108864, found 0"
        ),
        (
            "body = [{ pointer = \"/a\" }]\nwebsocket = true",
            "`websocket` in [[grant]] stands beside rules about bodies"
        ),
        ("mcp_methods = []\nwebsocket = true", "`websocket` in [[grant]] stands beside rules about bodies"),
        ("mcp_tools = \"a\"", "`mcp_tools` in [[grant]] must be an array of names and tables, found a string"),
        ("mcp_tools = [1]", "`mcp_tools` in [[grant]] must be an array of names and tables, found an integer"),
        ("mcp_tools = [\"\"]", "`mcp_tools` in [[grant]]: a tool's name has 1 to 256 bytes"),
        ("mcp_tools = [\"a\", { name = \"a\" }]", "`mcp_tools` in [[grant]] names `a` twice"),
        ("mcp_tools = [{ arguments = [] }]", "`mcp_tools` has no `name`"),
        (
            "mcp_tools = [{ name = \"a\", argument = 1 }]",
            "unknown key `argument` in `mcp_tools`\n  hint: did you mean `arguments`?"
        ),
        ("mcp_methods = [\"*\"]", "`mcp_methods` in [[grant]]: `*` is not a method"),
        ("mcp_methods = [\"a*\"]", "`mcp_methods` in [[grant]]: `a*` is not a method"),
        ("mcp_methods = [\"tools/call\"]", "`mcp_methods` in [[grant]]: calls of tools are not allowed by method"),
    ]

    @Test("what is refused, and why", arguments: refused)
    func refuses(keys: String, complaint: String) {
        let text = ConfigText.complaint(Self.declarations + keys)
        #expect(text.contains(": \(complaint)"), "\(text)")
    }

    @Test(
        "tunnels take hours, and nothing that looks inside",
        arguments: ["body = [{ pointer = \"/a\" }]", "mcp_tools = []", "mcp_methods = []"]
    )
    func refusesInTunnels(keys: String) throws {
        let tunnel = "[[agent]]\nname = \"bot\"\n[[egress]]\nagent = \"bot\"\nhosts = [\"a.test\"]\ntunnel = true\n"
        _ = try ConfigText.load(tunnel + "hours = [\"08:00-09:00\"]")
        #expect(ConfigText.complaint(tunnel + keys).contains("has no use with `tunnel = true`"))
    }
}
