import PosternCore
import Testing

@testable import PosternMCP

@Suite struct PlanTests {
    /// Knows GitHub by its prefix and its variable, and Grafana as one that needs a host.
    private let judge = ValueJudge { name, value in
        if value.withBytes({ $0.starts(with: Array("postern-placeholder".utf8)) }) { return .none }
        if value.withBytes({ $0.starts(with: Array("ghp_".utf8)) }) || name == "GITHUB_TOKEN" {
            return .known("github")
        }
        return name == "GRAFANA_API_KEY" ? .unusable("needs your own host") : .unknown
    }

    private func server(_ entry: String) throws -> ServerPlan {
        let text = "{\"mcpServers\": {\"a\": \(entry)}}"
        let plan = try FilePlan(Array(text.utf8), of: ClientFile(client: .cursor, path: "/m.json"), judge: judge)
        return try #require(plan.servers.first)
    }

    private func text(_ secret: FoundSecret) -> String {
        secret.value.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    private static let random = "k3yQwertz0123456789abcDEF"

    @Test(
        "secrets are found wherever they stand",
        arguments: [
            (#"{"command": "x", "env": {"GITHUB_TOKEN": "anything"}}"#, "GITHUB_TOKEN", "anything"),
            (#"{"command": "x", "env": {"FOO": "ghp_0123"}}"#, "FOO", "ghp_0123"),
            (#"{"command": "x", "env": {"ACME_KEY": "\#(random)"}}"#, "ACME_KEY", random),
            (#"{"command": "x", "env": {"AUTH": "Bearer \#(random)"}}"#, "AUTH", random),
            (#"{"command": "x", "env": {"DB_PASSWORD": "hunter2"}}"#, "DB_PASSWORD", "hunter2"),
            (#"{"command": "x", "env": {"GRAFANA_API_KEY": "glsa_1"}}"#, "GRAFANA_API_KEY", "glsa_1"),
            (#"{"command": "x", "args": ["--api-key=\#(random)"]}"#, "API_KEY", random),
            (#"{"command": "x", "args": ["--acme-token", "\#(random)"]}"#, "ACME_TOKEN", random),
            (#"{"command": "x", "args": ["-y", "ghp_0123"]}"#, "KEY", "ghp_0123"),
            (#"{"command": "env", "args": ["GITHUB_TOKEN=g", "x"]}"#, "GITHUB_TOKEN", "g"),
            (#"{"command": "docker", "args": ["run", "-e", "GITHUB_TOKEN=g", "i"]}"#, "GITHUB_TOKEN", "g"),
            (#"{"command": "docker", "args": ["run", "--env=GITHUB_TOKEN=g", "i"]}"#, "GITHUB_TOKEN", "g"),
            (#"{"command": ["x", "--token", "\#(random)"]}"#, "TOKEN", random),
            (#"{"command": "x", "args": ["--header", "Authorization: Bearer \#(random)"]}"#, "AUTHORIZATION", random),
            (#"{"command": "x", "args": ["https://h.test/mcp?a=b&api_key=\#(random)#x"]}"#, "API_KEY", random),
            (
                #"{"command": "x", "env": {"H": "{\"Authorization\": \"Bearer \#(random)\"}"}}"#, "H_AUTHORIZATION",
                random
            ),
            (#"{"url": "https://h.test/mcp", "headers": {"X-Api-Key": "\#(random)"}}"#, "X_API_KEY", random),
            (#"{"url": "https://h.test/mcp?key=\#(random)"}"#, "KEY", random),
        ]
    )
    func found(entry: String, name: String, value: String) throws {
        let server = try server(entry)
        #expect(server.secrets.map(\.name) == [name])
        #expect(server.secrets.map(text) == [value])
        #expect(server.state == .open)
    }

    @Test(
        "what is no secret, or none that can be moved, is left",
        arguments: [
            (#"{"command": "x"}"#, ServerPlan.State.noSecret),
            (
                #"{"command": "x", "env": {"LOG_LEVEL": "debug", "TOKEN_LIMIT": "100000000000", "KEY_PATH": "/a/b"}}"#,
                .noSecret
            ),
            (#"{"command": "x", "env": {"GITHUB_TOKEN": "${GITHUB_TOKEN}", "B_TOKEN": "op://v/i/f"}}"#, .noSecret),
            (
                #"{"command": "x", "env": {"C_TOKEN": "$C_TOKEN", "D_KEY": "${input:d}", "E_KEY": "{env:E}"}}"#,
                .noSecret
            ),
            (
                #"{"command": "x", "env": {"GITHUB_TOKEN": "<YOUR_TOKEN>", "ACME_KEY": "your_key_here_0123456789"}}"#,
                .noSecret
            ),
            (#"{"command": "x", "env": {"GITHUB_TOKEN": "", "MODE": "a long sentence of several words"}}"#, .noSecret),
            (
                #"{"command": "x", "env": {"CREDENTIALS": "/home/ada/key.json", "A_KEY": "./key0123456789abc.pem"}}"#,
                .noSecret
            ),
            (#"{"command": "x", "env": {"A_TOKEN": "postern-placeholder-0123456789abcdef"}}"#, .noSecret),
            (#"{"command": "x", "args": ["postgres://a:b@c/d"]}"#, .open),
            (#"{"command": "x", "env": {"A_TOKEN": "${A_TOKEN:-none}"}}"#, .noSecret),
            (#"{"command": "x", "env": {"A_TOKEN": "${A_TOKEN:-\#(random)}"}}"#, .open),
            (#"{"command": "x", "env": {"A": "{\"k\": \"a\\u0062\#(random)\"}"}}"#, .open),
            (#"{"command": "x", "env": {"A_TOKEN": "Bearer "}}"#, .noSecret),
            (#"{"command": "x", "env": {"A": "{not json, nor a key}"}}"#, .noSecret),
            (#"{"command": "x", "env": {"URL": "https://ada:pw@h.test/"}}"#, .open),
            (#"{"command": "postern", "args": ["run", "--agent", "mcp-a", "--", "x"]}"#, .run),
            (#"{"url": "http://127.0.0.1:3128/via/acme/mcp"}"#, .run),
            (#"{"url": "https://h.test/mcp", "headers": {"Authorization": "Bearer ${X}"}}"#, .noSecret),
            (#"{"command": 1}"#, .notUnderstood), (#"{"settings": {}}"#, .notUnderstood), ("1", .notUnderstood),
            (#"{"command": "x", "args": ["a", 1]}"#, .notUnderstood),
            (#"{"command": "x", "command": "y"}"#, .notUnderstood),
        ]
    )
    func left(entry: String, state: ServerPlan.State) throws {
        let server = try server(entry)
        #expect(server.secrets.isEmpty)
        #expect(server.state == state)
    }

    @Test(
        "a server that is left as a whole says why",
        arguments: [
            (#"{"command": "podman", "args": ["run", "-e", "GITHUB_TOKEN=g", "i"]}"#, true),
            (#"{"url": "https://h.test/sse", "headers": {"X-Api-Key": "\#(random)"}}"#, true),
            (#"{"url": "http://h.test/mcp", "headers": {"X-Api-Key": "\#(random)"}}"#, false),
            (#"{"url": "https://u:p@h.test/mcp", "headers": {"X-Api-Key": "\#(random)"}}"#, false),
            (#"{"url": "${URL}", "headers": {"X-Api-Key": "\#(random)"}}"#, false),
        ]
    )
    func blocked(entry: String, canBeForced: Bool) throws {
        let server = try server(entry)
        #expect(server.blocked != nil && server.canBeForced == canBeForced)
    }

    @Test(
        "an entry says what is meant after its edits",
        arguments: [
            (
                #"{"command": "npx", "args": ["-y", "p"], "env": {"GITHUB_TOKEN": "ghp_0"}}"#,
                #"{"command": "postern", "args": ["run", "--agent", "mcp-a", "--", "npx", "-y", "p"], "env": {"GITHUB_TOKEN": "PH"}}"#
            ),
            (
                #"{"command": "postern", "args": ["run", "--agent", "z", "--", "x", "--token", "ghp_0"]}"#,
                #"{"command": "postern", "args": ["run", "--agent", "z", "--", "x", "--token", "PH"]}"#
            ),
            (
                #"{"command": "postern", "args": ["run", "--agent", "z", "--env", "B_KEY", "--", "x"], "env": {"A_KEY": "ghp_0", "B_KEY": "1", "C_KEY": "2", "D": "3"}}"#,
                #"{"command": "postern", "args": ["run", "--agent", "z", "--env", "B_KEY", "--env", "C_KEY", "--", "x"], "env": {"A_KEY": "PH", "B_KEY": "1", "C_KEY": "2", "D": "3"}}"#
            ),
            (
                #"{"command": ["x", "--token=ghp_0"]}"#,
                #"{"command": ["postern", "run", "--agent", "mcp-a", "--", "x", "--token=PH"]}"#
            ),
            (
                #"{"command": "x", "env": {"H": "{\"A\": \"Bearer ghp_0\", \"B\": \"ghp_1\"}"}}"#,
                #"{"command": "postern", "args": ["run", "--agent", "mcp-a", "--", "x"], "env": {"H": "{\"A\": \"Bearer PH\", \"B\": \"PH\"}"}}"#
            ),
            (
                #"{"url": "https://h.test:8443/m?key=\#(random)&b=c", "headers": {"Authorization": "Basic \#(random)"}}"#,
                #"{"url": "http://127.0.0.1:1/via/p/m?key=PH&b=c", "headers": {"Authorization": "Bearer PH"}}"#
            ),
        ]
    )
    func edits(entry: String, after: String) throws {
        let text = "{\"mcpServers\": {\"a\": \(entry)}}"
        let plan = try FilePlan(Array(text.utf8), of: ClientFile(client: .cursor, path: "/m.json"), judge: judge)
        let server = try #require(plan.servers.first)
        let substitutes = FilePlan.Substitutes(
            agent: server.agent ?? "mcp-a",
            texts: server.secrets.map { _ in "PH" },
            baseURL: "http://127.0.0.1:1/via/p"
        )
        let edited = try plan.document.edited(by: plan.edits(server, substitutes) { name, _ in name.hasSuffix("_KEY") })
        let meant = try EditableDocument(Array("{\"mcpServers\": {\"a\": \(after)}}".utf8), syntax: .jsonc)
        #expect(edited.meaning == meant.meaning)
    }

    @Test("a difference shows no string that nobody has looked at")
    func masked() throws {
        let text = """
            {
              "apiKey": "sk-outside-0123456789",
              // "OLD_TOKEN": "ghp_comment0123456789",
              "mcpServers": {"a": {"command": "npx", "args": ["-y", "--password", "secret", "x7K9q2LmZ4pW", "--debug"],
                "env": {"GITHUB_TOKEN": "ghp_0123", "OTHER": "hunter2"}}}
            }
            """
        let plan = try FilePlan(Array(text.utf8), of: ClientFile(client: .cursor, path: "/m.json"), judge: judge)
        let server = try #require(plan.servers.first)
        let texts: [String?] = server.secrets.map { $0.name == "GITHUB_TOKEN" ? "<placeholder>" : nil }
        let edits = plan.edits(server, FilePlan.Substitutes(agent: "mcp-a", texts: texts)) { _, _ in true }
        let lines = try MaskedDiff.text("/m.json", plan.document, edits, showing: ["<placeholder>"])
        let shown = lines.joined(separator: "\n")
        for hidden in ["sk-outside", "comment0123", "secret", "x7K9", "ghp_0123", "hunter2"] {
            #expect(!shown.contains(hidden), "\(hidden)")
        }
        for open in ["\"--debug\"", "\"npx\"", "+ ", "\"postern\"", "\"mcp-a\"", "<placeholder>", "// ***"] {
            #expect(shown.contains(open), "\(open)")
        }
    }
}
