import PosternConfig
import PosternCore
import Testing

/// A secret table whose first three lines are its head; `rest` begins on line 4.
private func secret(_ provider: String, _ rest: String) -> String {
    "[[secret]]\nname = \"a\"\nprovider = \"\(provider)\"\n\(rest)"
}
private func agent(_ rest: String) -> String { "[[agent]]\nname = \"bot\"\n\(rest)" }

private let formsHint =
    "\n  hint: write `env:NAME`, `file:/path`, `credential:NAME` or `exec:/path arguments`; the secret itself does not belong in this file"

// swift-format-ignore: one row, one line
private let refusedSecrets: [Refused] = [
    Refused(
        secret("openai", ""),
        "proxy.conf:1: [[secret]] has no `value`\n  hint: name where the secret is: `env:NAME`, `file:/path`, `credential:NAME` or `exec:/path arguments`"
    ),
    Refused(
        secret("openai", "value = \"sk-live-0123456789\""),
        "proxy.conf:4: `value` in [[secret]]: not a reference to a secret" + formsHint
    ),
    Refused(
        secret("openai", "value = \"Bearer: sk-live-0123\""),
        "proxy.conf:4: `value` in [[secret]]: not a reference to a secret" + formsHint
    ),
    Refused(
        secret("openai", "value = \"ENV:SECRET\""),
        "proxy.conf:4: `value` in [[secret]]: not a reference to a secret" + formsHint
    ),
    Refused(
        secret("openai", "value = 12345678"),
        "proxy.conf:4: `value` in [[secret]] must be a string, found an integer"
    ),
    Refused(
        secret("openai", "value = \"env:\""),
        "proxy.conf:4: `value` in [[secret]]: `env:` takes the name of an environment variable"
    ),
    Refused(
        secret("openai", "value = \"env:$(id)\""),
        "proxy.conf:4: `value` in [[secret]]: `env:` takes the name of an environment variable"
    ),
    Refused(
        secret("openai", "value = \"env:NOT_SET\""),
        "proxy.conf:4: `value` in [[secret]]: the environment variable NOT_SET is not set"
    ),
    Refused(
        secret("openai", "value = \"env:SHORT\""),
        "proxy.conf:4: `value` in [[secret]]: the secret is shorter than 8 bytes: a shorter one could not be masked in answers"
    ),
    Refused(
        secret("openai", "value = \"env:TWO_LINES\""),
        "proxy.conf:4: `value` in [[secret]]: the secret has more than one line"
    ),
    Refused(
        secret("openai", "value = \"file:relative\""),
        "proxy.conf:4: `value` in [[secret]]: `file:` takes an absolute path"
    ),
    Refused(
        secret("openai", "value = \"file:/nonexistent/key\""),
        "proxy.conf:4: `value` in [[secret]]: /nonexistent/key does not exist"
    ),
    Refused(
        secret("openai", "value = \"file:/dev/null\""),
        "proxy.conf:4: `value` in [[secret]]: /dev/null is not a regular file"
    ),
    Refused(
        secret("openai", "value = \"credential:../shadow\""),
        "proxy.conf:4: `value` in [[secret]]: `credential:` takes the name of a credential, without `/`"
    ),
    Refused(
        secret("openai", "value = \"credential:..\""),
        "proxy.conf:4: `value` in [[secret]]: `credential:` takes the name of a credential, without `/`"
    ),
    Refused(
        secret("openai", "value = \"credential:key\""),
        "proxy.conf:4: `value` in [[secret]]: no credentials were passed to Postern ($CREDENTIALS_DIRECTORY is not set)\n  hint: add LoadCredential=key:/path to the unit"
    ),
    Refused(
        secret("openai", "value = \"exec:cat /etc/passwd\""),
        "proxy.conf:4: `value` in [[secret]]: `exec:` takes the absolute path of a program\n  hint: no shell and no PATH are involved"
    ),
    Refused(
        secret("openai", "value = \"exec:/bin/echo \\\"a\""),
        "proxy.conf:4: `value` in [[secret]]: `exec:` has a quote that is not closed"
    ),
    Refused(
        secret("openai", "value = \"env:SECRET\"\nvalues = { secret = \"env:SECRET\" }"),
        "proxy.conf:5: `values` in [[secret]] stands beside `value`\n  hint: `value` is short for `values = { secret = ... }`; keep one"
    ),
    Refused(
        secret("openai", "values = { secret = 1 }"),
        "proxy.conf:4: `values` in [[secret]] must be a table of strings, found an integer"
    ),
    Refused(
        secret("openai", "value = \"env:SECRET\"\ninputs = { email = \"a\" }"),
        "proxy.conf:5: `inputs` in [[secret]] supplies `email`, which provider `openai` does not use\n  hint: it uses `secret`"
    ),
    Refused(
        secret("openai", "values = { secret = \"env:SECRET\", app_key = \"env:OTHER\" }"),
        "proxy.conf:4: `values` in [[secret]] supplies `app_key`, which provider `openai` does not use\n  hint: it uses `secret`"
    ),
    Refused(
        secret("datadog", "value = \"env:SECRET\""),
        "proxy.conf:1: [[secret]] does not supply `app_key`, which provider `datadog` needs\n  hint: add it to `values`: values = { app_key = \"...\", secret = \"...\" }"
    ),
    Refused(
        secret("datadog", "value = \"env:SECRET\"\ninputs = { app_key = \"0123456789\" }"),
        "proxy.conf:5: `inputs` in [[secret]] holds `app_key`, which is a secret\n  hint: put a reference to it into `values`"
    ),
    Refused(
        secret("trello", "value = \"env:SECRET\""),
        "proxy.conf:1: [[secret]] does not supply `api_key`, which provider `trello` needs\n  hint: add it to `values`: values = { api_key = \"...\", secret = \"...\" }"
    ),
    Refused(
        secret("twilio", "value = \"env:SECRET\""),
        "proxy.conf:1: [[secret]] does not supply `account_sid`, which provider `twilio` needs\n  hint: add it: inputs = { account_sid = \"...\" }, or to `values` if it is a secret"
    ),
    Refused(
        secret("twilio", "value = \"env:SECRET\"\ninputs = { acount_sid = \"AC\" }"),
        "proxy.conf:1: [[secret]] does not supply `account_sid`, which provider `twilio` needs\n  hint: add it: inputs = { account_sid = \"...\" }, or to `values` if it is a secret\nproxy.conf:5: `inputs` in [[secret]] supplies `acount_sid`, which provider `twilio` does not use\n  hint: did you mean `account_sid`?"
    ),
    Refused(
        secret("twilio", "value = \"env:SECRET\"\ninputs = { account_sid = \"AC:1\" }"),
        "proxy.conf:1: `account_sid` in [[secret]] holds a character that a Basic user name cannot hold"
    ),
    Refused(
        secret("twilio", "value = \"env:SECRET\"\ninputs = { account_sid = \"AC\\r\\nX: 1\" }"),
        "proxy.conf:5: `inputs` in [[secret]]: `account_sid` must be visible ASCII text"
    ),
    Refused(
        secret("telegram", "value = \"env:SLASH\""),
        "proxy.conf:1: `secret` in [[secret]] holds a character that a path segment cannot hold"
    ),
]

// swift-format-ignore: one row, one line
private let refusedKeys: [Refused] = [
    Refused(
        agent("key = \"my-literal-key-0123456789\""),
        "proxy.conf:3: `key` in [[agent]]: not a reference to a secret" + formsHint
    ),
    Refused(
        agent("key = \"sha256:0123\""),
        "proxy.conf:3: `key` in [[agent]]: `sha256:` takes 64 hexadecimal digits\n  hint: printf %s \"$KEY\" | sha256sum"
    ),
    Refused(
        agent("key = \"env:COLON\""),
        "proxy.conf:3: `key` in [[agent]]: the secret is shorter than 16 bytes: a shorter one could be guessed"
    ),
    Refused(agent("key = \"env:SPACED\""), "proxy.conf:3: `key` in [[agent]]: the key holds a space"),
    Refused(
        agent("key = \"env:AGENT_KEY\"\nkeys = [\"env:AGENT_KEY_2\"]"),
        "proxy.conf:4: `keys` in [[agent]] stands beside `key`\n  hint: put every key into `keys`"
    ),
    Refused(
        agent("keys = [\n  \"env:AGENT_KEY\",\n  \"env:AGENT_KEY\",\n]"),
        "proxy.conf:5: agent `bot` has the same key twice\n  hint: each agent needs keys of its own"
    ),
    Refused(
        agent("key = \"env:AGENT_KEY\"\n[[agent]]\nname = \"other\"\nkey = \"env:AGENT_KEY\""),
        "proxy.conf:6: agents `bot` and `other` have the same key\n  hint: each agent needs keys of its own"
    ),
    Refused(agent("key = [\"env:AGENT_KEY\"]"), "proxy.conf:3: `key` in [[agent]] must be a string, found an array"),
]

@Suite("Secrets and keys")
struct CredentialTests {
    @Test("secrets that are refused", arguments: refusedSecrets)
    func refusesSecrets(row: Refused) { #expect(ConfigText.complaint(row.text) == row.complaint) }

    @Test("agent keys that are refused", arguments: refusedKeys)
    func refusesKeys(row: Refused) { #expect(ConfigText.complaint(row.text) == row.complaint) }

    @Test(
        "no message holds a secret, wherever it is misplaced",
        arguments: [
            secret("openai", "value = \"PLANTED\""), secret("openai", "value = PLANTED"), secret("PLANTED", ""),
            secret("openai", "values = { PLANTED = \"env:SECRET\" }"),
            secret("openai", "inputs = { email = \"PLANTED\\u0007\" }"),
            agent("key = \"PLANTED\""), agent("keys = [\"sha256:PLANTED\"]"), agent("PLANTED = 1"), "[PLANTED]",
            "PLANTED",
            agent("[[grant]]\nagent = \"PLANTED\"\nsecret = \"PLANTED\""), "[proxy]\nlisten = [\"PLANTED\"]",
            "[[provider]]\nname = \"own\"\nhosts = [\"PLANTED/\"]\ninject = [{ header = \"X-Key\", value = \"PLANTED\" }]",
            "[[provider]]\nname = \"own\"\nhosts = [\"a.b\"]\ninject = [{ header = \"PLANTED{secret}\", value = \"PLANTED{\" }]",
            "[audit]\ndurability = \"PLANTED\"",
        ]
    )
    func doesNotEcho(text: String) {
        let planted = "sk-proj-Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy"
        let complaint = ConfigText.complaint(text.replacing("PLANTED", with: planted))
        #expect(!complaint.isEmpty && !complaint.contains("Zm9v"))
    }

    @Test("a secret, its inputs and its provider arrive together")
    func reads() throws {
        let contents = try ConfigText.load(
            secret("datadog", "values = { secret = \"env:SECRET\", app_key = \"env:OTHER\" }\n")
                + "[[secret]]\nname = \"t\"\nprovider = \"twilio\"\nvalue = \"env:SECRET\"\ninputs = { account_sid = \"AC1\" }\n"
                + "[[secret]]\nname = \"d2\"\nprovider = \"datadog\"\nvalues = { secret = \"env:SECRET\", app_key = \"env:OTHER\" }\n"
        ).contents
        #expect(contents.providers.map(\.name) == ["datadog", "twilio"])
        #expect(contents.credentials.map(\.name) == ["a", "t", "d2"])
        let first = try #require(contents.credentials.first)
        #expect(first.secrets["secret"]?.isEqual(to: Secret(Array("s3cr3t-value-0123456789".utf8))) == true)
        #expect(first.secrets["app_key"]?.isEqual(to: Secret(Array("an0ther-value-0123456789".utf8))) == true)
        #expect(contents.credentials.last?.inputs == [:] && contents.credentials[1].inputs == ["account_sid": "AC1"])
    }

    @Test("agents are known by the digests of their keys")
    func digests() throws {
        let digest = "58a6b0d0ea8a4a6bbd0dc3e4c4dbd22a1d0a5e1c5ab1a3f1a0f2a0f3a0f4a0f5"
        let text = agent("keys = [\"env:AGENT_KEY\", \"sha256:\(digest)\"]\n[[agent]]\nname = \"mute\"\nkeys = []")
        let agents = try ConfigText.load(text).contents.agents
        #expect(
            agents.first?.keys.map(\.digest) == [
                KeyDigest(ofKey: Array("agent-key-0123456789".utf8)), try #require(KeyDigest(hexadecimal: digest)),
            ]
        )
        #expect(agents.last?.keys.isEmpty == true)
    }
}

@Suite("Grants and egress rules")
struct RuleTests {
    private static let head = agent("") + secret("openai", "value = \"env:SECRET\"\n")

    @Test("rules without names are numbered")
    func ids() throws {
        let grant = "[[grant]]\nagent = \"bot\"\nsecret = \"a\"\n"
        let egress = "[[egress]]\nagent = \"bot\"\nhosts = [\"pypi.org\"]\n"
        let contents = try ConfigText.load(
            Self.head + grant + grant + grant + "name = \"third\"\n" + grant + egress + egress
        ).contents
        #expect(contents.grants.map(\.id) == ["bot/a", "bot/a#2", "third", "bot/a#3"])
        #expect(contents.egress.map(\.id) == ["bot/egress", "bot/egress#2"])
    }

    @Test("an egress rule may be for agents that are not declared")
    func egressForMany() throws {
        let rule = "[[egress]]\nagents = [\"bot\", \"mcp-*\"]\nhosts = [\"pypi.org\"]\n"
        let rules = try ConfigText.load(Self.head + rule + rule).contents.egress
        #expect(rules.map(\.id) == ["egress", "egress#2"])
        #expect(["bot", "mcp-", "mcp-github"].allSatisfy { rules[0].isHeld(by: $0) })
        #expect(!["bots", "mcp", "xmcp-a", ""].contains { rules[0].isHeld(by: $0) })
    }

    @Test(
        "an egress rule says whose it is, once",
        arguments: [
            ("", "[[egress]] has no `agent`"),
            ("agent = \"bot\"\nagents = [\"mcp-*\"]\n", "`agents` in [[egress]] stands beside `agent`"),
            ("agents = []\n", "`agents` in [[egress]] names nobody"),
            ("agents = \"mcp-*\"\n", "`agents` in [[egress]] must be an array of strings"),
            ("agents = [\"m*p\"]\n", "is no agent's name"), ("agents = [\"a b\"]\n", "is no agent's name"),
        ]
    )
    func egressForWhom(keys: String, message: String) {
        let error = #expect(throws: ConfigError.self) {
            try ConfigText.load(Self.head + "[[egress]]\nhosts = [\"pypi.org\"]\n" + keys)
        }
        #expect(error?.problems.contains { $0.reason.contains(message) } == true, "\(error as Any)")
    }

    @Test("an absent list is no constraint and an empty one is none")
    func emptyLists() throws {
        let grant = "[[grant]]\nagent = \"bot\"\nsecret = \"a\"\n"
        let grants = try ConfigText.load(
            Self.head + grant + grant + "methods = []\npaths = []\nquery_keys = []\n"
        ).contents.grants
        let open = try #require(grants.first?.terms.constraints)
        #expect(open.methods == nil && open.paths == nil && open.queryKeys == nil && open.maxBodyBytes == nil)
        #expect(grants.first?.terms.hosts == nil && grants.first?.expiresAt == nil)
        let closed = try #require(grants.last?.terms.constraints)
        #expect(closed.methods == [] && closed.paths == [] && closed.queryKeys == [])
    }

    @Test(
        "moments are read with their offset",
        arguments: [
            ("2027-01-01T00:00:00Z", 1_798_761_600), ("2027-01-01T00:00:00+02:00", 1_798_754_400),
            ("2028-02-29 23:59:59.75-01:30", 1_835_486_999), ("1970-01-01T00:00:00Z", 0),
            ("2000-03-01T00:00:00Z", 951_868_800),
        ]
    )
    func moments(text: String, seconds: Int64) throws {
        let grant = "[[grant]]\nagent = \"bot\"\nsecret = \"a\"\nexpires = \(text)\n"
        #expect(try ConfigText.load(Self.head + grant).contents.grants.first?.expiresAt == seconds)
    }

    @Test("a grant may narrow its provider's hosts")
    func hosts() throws {
        let text =
            agent("") + secret("sentry", "value = \"env:SECRET\"\n")
            + "[[grant]]\nagent = \"bot\"\nsecret = \"a\"\nhosts = [\"us.sentry.io\", \"*.de.sentry.io:443\", \"sentry.io\"]"
        #expect(
            try ConfigText.load(text).contents.grants.first?.terms.hosts?.map(\.text) == [
                "us.sentry.io", "*.de.sentry.io", "sentry.io",
            ]
        )
    }
}
