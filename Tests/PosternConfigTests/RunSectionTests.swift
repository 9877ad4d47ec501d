import PosternConfig
import PosternCore
import Testing

private let runner = "[[runner]]\nusers = [1000]\n"

// swift-format-ignore: one row, one line
private let refused: [Refused] = [
    Refused("[run]\nsocket = 1", "proxy.conf:2: `socket` in [run] must be a string, found an integer"),
    Refused(
        "[run]\nsocket = \"run.sock\"",
        "proxy.conf:2: `socket` in [run] must be an absolute path of at most 103 bytes, or \"off\""
    ),
    Refused(
        "[run]\nsocket = \"\"",
        "proxy.conf:2: `socket` in [run] must be an absolute path of at most 103 bytes, or \"off\""
    ),
    Refused(
        "[run]\nsocket = \"/\(String(repeating: "a", count: 103))\"",
        "proxy.conf:2: `socket` in [run] must be an absolute path of at most 103 bytes, or \"off\""
    ),
    Refused("[run]\nmax_sandboxes = 0", "proxy.conf:2: `max_sandboxes` in [run] must be from 1 to 4096, found 0"),
    Refused("[run]\nmax_sandboxes = 4097", "proxy.conf:2: `max_sandboxes` in [run] must be from 1 to 4096, found 4097"),
    Refused(
        "[run]\nmax_sandboxes = \"9\"",
        "proxy.conf:2: `max_sandboxes` in [run] must be an integer, found a string"
    ),
    Refused("[run]\nsockets = \"/a\"", "proxy.conf:2: unknown key `sockets` in [run]\n  hint: did you mean `socket`?"),
    Refused("[[run]]\nsocket = \"/a\"", "proxy.conf:1: [run] is written once, found [[run]]\n  hint: write [run]"),
    Refused(
        "[runner]\nusers = [1]",
        "proxy.conf:1: `runner` must be an array of tables, found a table\n  hint: write [[runner]]"
    ),
    Refused(
        "[[runner]]\nagents = [\"bot\"]",
        "proxy.conf:1: `users` in [[runner]] is missing: [[runner]] says who may run agents"
    ),
    Refused(
        "[[runner]]\nusers = [1]",
        "proxy.conf:1: `agents` in [[runner]] is missing: [[runner]] says which agents\n  hint: agents = [\"claude\", \"mcp-*\"]"
    ),
    Refused(
        "[[runner]]\nusers = []\nagents = [\"bot\"]",
        "proxy.conf:2: `users` in [[runner]] is empty, so it is for nobody\n  hint: leave [[runner]] out: root and Postern's own user may always"
    ),
    Refused(
        "[[runner]]\nusers = 1000\nagents = [\"bot\"]",
        "proxy.conf:2: `users` in [[runner]] must be an array of user ids or names, found an integer"
    ),
    Refused(
        "[[runner]]\nusers = [1.5]\nagents = [\"bot\"]",
        "proxy.conf:2: `users` in [[runner]] must be an array of user ids or names, found a floating-point number"
    ),
    Refused("[[runner]]\nusers = [-1]\nagents = [\"bot\"]", "proxy.conf:2: `users` in [[runner]]: -1 is not a user id"),
    Refused(
        "[[runner]]\nusers = [4294967295]\nagents = [\"bot\"]",
        "proxy.conf:2: `users` in [[runner]]: 4294967295 is not a user id"
    ),
    Refused(
        "[[runner]]\nusers = [\"no-such-user\"]\nagents = [\"bot\"]",
        "proxy.conf:2: `users` in [[runner]]: there is no user `no-such-user`"
    ),
    Refused(
        runner + "agents = \"bot\"",
        "proxy.conf:3: `agents` in [[runner]] must be an array of strings, found a string"
    ),
    Refused(
        runner + "agents = [\"bot\", 7]",
        "proxy.conf:3: `agents` in [[runner]] must be an array of strings, found an integer"
    ),
    Refused(
        runner + "agents = [\"bot\",\n\"**\"]",
        "proxy.conf:4: `agents` in [[runner]]: `**` is no agent's name\n  hint: a name, or the beginning of one and `*`"
    ),
    Refused(
        runner + "agents = [\"*-bot\"]",
        "proxy.conf:3: `agents` in [[runner]]: `*-bot` is no agent's name\n  hint: a name, or the beginning of one and `*`"
    ),
    Refused(
        runner + "agents = [\"a*b\"]",
        "proxy.conf:3: `agents` in [[runner]]: `a*b` is no agent's name\n  hint: a name, or the beginning of one and `*`"
    ),
    Refused(
        runner + "agents = [\"\"]",
        "proxy.conf:3: `agents` in [[runner]]: `` is no agent's name\n  hint: a name, or the beginning of one and `*`"
    ),
    Refused(
        runner + "agents = [\"bot\"]\nagent = \"bot\"",
        "proxy.conf:4: unknown key `agent` in [[runner]]\n  hint: did you mean `agents`?"
    ),
]

@Suite("Sandboxes, in a configuration")
struct RunSectionTests {
    @Test("what cannot be used is refused", arguments: refused)
    func refuses(row: Refused) { #expect(ConfigText.complaint(row.text) == row.complaint) }

    @Test("without the tables, root and Postern's own user may run agents")
    func defaults() throws {
        let run = try ConfigText.load("").settings.run
        #expect(run == RunSettings() && run.socket == .usual && run.maxSandboxes == 256 && run.runners.isEmpty)
    }

    @Test("every form is read")
    func forms() throws {
        let run = try ConfigText.load(
            """
            [run]
            socket = "/run/postern/run.sock"
            max_sandboxes = 7
            [[runner]]
            users = [1000, "root"]
            agents = ["bot", "mcp-*", "*"]
            [[runner]]
            users = [1001]
            agents = []
            """
        ).settings.run
        #expect(run.socket == .path("/run/postern/run.sock") && run.maxSandboxes == 7)
        #expect(
            run.runners == [
                RunnerRule(userIDs: [1000, 0], agents: ["bot", "mcp-*", "*"]), RunnerRule(userIDs: [1001], agents: []),
            ]
        )
        #expect(try ConfigText.load("[run]\nsocket = \"off\"").settings.run.socket == .off)
    }

    @Test("agents need not be in the file: those of the store are meant too")
    func storeAgents() throws {
        #expect(try ConfigText.load(runner + "agents = [\"somebody\"]").settings.run.runners.count == 1)
    }

    @Test(
        "a rule covers names, and with `*` what begins like one",
        arguments: [
            (1000, "bot", true), (1000, "bots", false), (1000, "Bot", false), (1000, "mcp-", true),
            (1000, "mcp-a", true),
            (1000, "mcp", false), (1000, "x-mcp-a", false), (1000, "mcp-*", true), (1000, "", false),
            (1001, "bot", false),
            (1001, "other", true), (0, "bot", false), (1002, "anything", true), (1003, "anything", false),
        ] as [(UInt32, String, Bool)]
    )
    func covers(userID: UInt32, agent: String, expected: Bool) {
        var run = RunSettings()
        run.runners = [
            RunnerRule(userIDs: [1000], agents: ["bot", "mcp-*"]), RunnerRule(userIDs: [1001], agents: ["other"]),
            RunnerRule(userIDs: [1002], agents: ["*"]), RunnerRule(userIDs: [1003], agents: []),
        ]
        #expect(run.allows(userID: userID, agent: agent) == expected)
    }
}
