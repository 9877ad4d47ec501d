import PosternConfig
import PosternCore
import Testing

/// A text that is refused, and the whole of what is said about it.
struct Refused: CustomTestStringConvertible, Sendable {
    let text: String
    let complaint: String

    init(_ text: String, _ complaint: String) {
        self.text = text
        self.complaint = complaint
    }

    var testDescription: String { complaint.split(separator: "\n").first.map(String.init) ?? "" }
}

/// Declarations that the rows below refer to.
private let agent = "[[agent]]\nname = \"bot\"\n"
private let secret = "[[secret]]\nname = \"key\"\nprovider = \"openai\"\nvalue = \"env:SECRET\"\n"
/// Agent and secret, seven lines.
private let both = agent + secret + "\n"

// swift-format-ignore: one row, one line
private let syntax: [Refused] = [
    Refused("[proxy", "proxy.conf:1: not TOML: a table header is not closed"),
    Refused("[[agent]", "proxy.conf:1: not TOML: a table header is not closed"),
    Refused("[=]", "proxy.conf:1: not TOML: a key is expected"),
    Refused("\n\t[ .", "proxy.conf:2: not TOML: a key is expected"),
    Refused("[proxy] event_loops = 1", "proxy.conf:1: not TOML: something stands after a table header"),
    Refused("\n[proxy]\nlisten = [\"a\"\n\n", "proxy.conf:3: not TOML: an array is not closed"),
    Refused("\n[proxy]\nlisten = [\"a\"\n\"b\"]", "proxy.conf:4: not TOML: `,` or `]` is expected in an array"),
    Refused("[proxy]\nlisten = [\"a\"] 1", "proxy.conf:2: not TOML: something stands after a value"),
    Refused("[proxy]\nlisten", "proxy.conf:2: not TOML: `=` is expected after a key"),
    Refused("[proxy]\nevent_loops = # 2", "proxy.conf:2: not TOML: a value is expected"),
    Refused(
        "[[secret]]\nvalue = sk-ant-0123",
        "proxy.conf:2: not TOML: not a value\n  hint: text needs quotes: \"...\""
    ),
    Refused("[[secret]]\nvalue = 12secret", "proxy.conf:2: not TOML: not a value\n  hint: text needs quotes: \"...\""),
    Refused(
        "[proxy]\nevent_loops = 9223372036854775808",
        "proxy.conf:2: not TOML: not a value\n  hint: text needs quotes: \"...\""
    ),
    Refused(
        "[[grant]]\nexpires = 2027-02-29T00:00:00Z",
        "proxy.conf:2: not TOML: not a value\n  hint: text needs quotes: \"...\""
    ),
    Refused("[proxy]\nevent_loops = 1\nevent_loops = 2", "proxy.conf:3: not TOML: `event_loops` is defined already"),
    Refused("[proxy]\n[limits]\n[proxy]", "proxy.conf:3: not TOML: `proxy` is defined already"),
    Refused("[[agent]]\n[agent]", "proxy.conf:2: not TOML: `agent` is defined already"),
    Refused("[proxy]\n\0", "proxy.conf:2: not TOML: a key is expected"),
    Refused(
        "[proxy]\nstate_dir = \"/a\0b\"",
        "proxy.conf:2: not TOML: a string is not closed on its line, or holds a control character"
    ),
    Refused(
        "[proxy]\nstate_dir = \"/a\n\"",
        "proxy.conf:2: not TOML: a string is not closed on its line, or holds a control character"
    ),
    Refused("[proxy]\nstate_dir = \"/a", "proxy.conf:2: not TOML: a string is not closed"),
    Refused("[proxy]\nstate_dir = \"\"\"/a\n\n", "proxy.conf:2: not TOML: a multi-line string is not closed"),
    Refused(
        "[proxy]\nstate_dir = \"C:\\qux\"",
        "proxy.conf:2: not TOML: an unknown escape in a string\n  hint: a backslash is written `\\\\`, or use '...'"
    ),
    Refused("[proxy]\nstate_dir = \"\\ud800\"", "proxy.conf:2: not TOML: an escape that is not a character"),
    Refused("a = \(String(repeating: "[", count: 5000))", "proxy.conf:1: not TOML: values are nested too deeply"),
    Refused("[[provider]]\ninject = [{ header = \"a\",\nvalue = \"b\" }]", "proxy.conf:2: not TOML: a key is expected"),
]

// swift-format-ignore: one row, one line
private let unknown: [Refused] = [
    Refused(
        both + "[[grant]]\nagent = \"bot\"\nsecret = \"key\"\nmetods = [\"GET\"]",
        "proxy.conf:11: unknown key `metods` in [[grant]]\n  hint: did you mean `methods`?"
    ),
    Refused(
        both + "[[grant]]\nagent = \"bot\"\nsecret = \"key\"\nallow_path = [\"/\"]",
        "proxy.conf:11: unknown key `allow_path` in [[grant]]"
    ),
    Refused(
        "[proxy]\nlisten_on = []",
        "proxy.conf:2: unknown key `listen_on` in [proxy]\n  hint: did you mean `listen`?"
    ),
    Refused(
        "[timeouts]\nconnect = 1",
        "proxy.conf:2: unknown key `connect` in [timeouts]\n  hint: did you mean `connect_s`?"
    ),
    Refused(
        "[limits]\nmax_heads = 1",
        "proxy.conf:2: unknown key `max_heads` in [limits]\n  hint: did you mean `max_fields`?"
    ),
    Refused(
        "[audit]\ndurabilty = \"fsync\"",
        "proxy.conf:2: unknown key `durabilty` in [audit]\n  hint: did you mean `durability`?"
    ),
    Refused("[[grants]]\nagent = \"bot\"", "proxy.conf:1: unknown table `grants`\n  hint: did you mean [[grant]]?"),
    Refused("[policy]", "proxy.conf:1: unknown table `policy`"),
    Refused(
        "listen = [\"127.0.0.1:1\"]",
        "proxy.conf:1: unknown key `listen` before any table\n  hint: every key belongs to a table, such as [proxy]"
    ),
    Refused(
        "agent.name = \"bot\"",
        "proxy.conf:1: `agent` must be an array of tables, found a table\n  hint: write [[agent]]"
    ),
    Refused(
        "[grant]\nagent = \"bot\"",
        "proxy.conf:1: `grant` must be an array of tables, found a table\n  hint: write [[grant]]"
    ),
    Refused(
        "[[proxy]]\nevent_loops = 1",
        "proxy.conf:1: [proxy] is written once, found [[proxy]]\n  hint: write [proxy]"
    ),
    Refused("[proxy.tls]\na = 1", "proxy.conf:1: unknown key `tls` in [proxy]"),
    Refused(
        "\n# comment\n[proxy]\n\"event loops\" = 1",
        "proxy.conf:4: unknown key `event loops` in [proxy]\n  hint: did you mean `event_loops`?"
    ),
]

// swift-format-ignore: one row, one line
private let types: [Refused] = [
    Refused(
        "[proxy]\nevent_loops = \"two\"",
        "proxy.conf:2: `event_loops` in [proxy] must be an integer, found a string"
    ),
    Refused(
        "[proxy]\nevent_loops = 1.5",
        "proxy.conf:2: `event_loops` in [proxy] must be an integer, found a floating-point number"
    ),
    Refused(
        "[proxy]\nlisten = \"127.0.0.1:1\"",
        "proxy.conf:2: `listen` in [proxy] must be an array of strings, found a string"
    ),
    Refused(
        "[proxy]\nlisten = [\n  \"127.0.0.1:1\",\n  2,\n]",
        "proxy.conf:4: `listen` in [proxy] must be an array of strings, found an integer"
    ),
    Refused(
        "[proxy]\nallow_remote_clients = \"yes\"",
        "proxy.conf:2: `allow_remote_clients` in [proxy] must be true or false, found a string"
    ),
    Refused("[[agent]]\nname = 7", "proxy.conf:2: `name` in [[agent]] must be a string, found an integer"),
    Refused(secret + "inputs = [\"a\"]", "proxy.conf:5: `inputs` in [[secret]] must be a table, found an array"),
    Refused(
        both + "[[grant]]\nagent = \"bot\"\nsecret = \"key\"\nexpires = \"2027-01-01\"",
        "proxy.conf:11: `expires` in [[grant]] must be a date-time with an offset, found a string\n  hint: write it like 2027-01-01T00:00:00Z, without quotes"
    ),
    Refused(
        both + "[[grant]]\nagent = \"bot\"\nsecret = \"key\"\nexpires = 2027-01-01T00:00:00",
        "proxy.conf:11: `expires` in [[grant]] must be a date-time with an offset, found a date-time without an offset\n  hint: write it like 2027-01-01T00:00:00Z, without quotes"
    ),
    Refused(
        both + "[[grant]]\nagent = \"bot\"\nsecret = \"key\"\nexpires = 2027-01-01",
        "proxy.conf:11: `expires` in [[grant]] must be a date-time with an offset, found a date without a time\n  hint: write it like 2027-01-01T00:00:00Z, without quotes"
    ),
    Refused("agent = [1]", "proxy.conf:1: `agent` must be an array of tables, found an array\n  hint: write [[agent]]"),
]

// swift-format-ignore: one row, one line
private let ranges: [Refused] = [
    Refused(
        "[proxy]\nmax_connections = 0",
        "proxy.conf:2: `max_connections` in [proxy] must be from 1 to 1000000, found 0"
    ),
    Refused("[proxy]\nevent_loops = -1", "proxy.conf:2: `event_loops` in [proxy] must be from 0 to 1024, found -1"),
    Refused("[timeouts]\nconnect_s = 0", "proxy.conf:2: `connect_s` in [timeouts] must be from 1 to 86400, found 0"),
    Refused(
        "[limits]\nmax_head_bytes = 1024",
        "proxy.conf:2: `max_head_bytes` in [limits] leaves no room: a field of 16384 bytes does not fit a head of 1024\n  hint: max_field_bytes is at most max_head_bytes"
    ),
    Refused(
        "[audit]\ndurability = \"sync\"",
        "proxy.conf:2: `durability` in [audit] must be \"fsync\" or \"write\", found `sync`\n  hint: did you mean `fsync`?"
    ),
    Refused(
        "[[agent]]\nname = \"bot\"\nrequests_per_minute = 0",
        "proxy.conf:3: `requests_per_minute` in [[agent]] must be from 1 to 10000000, found 0"
    ),
    Refused("[proxy]\nstate_dir = \"state\"", "proxy.conf:2: `state_dir` in [proxy] must be an absolute path"),
]

// swift-format-ignore: one row, one line
private let names: [Refused] = [
    Refused("[[agent]]\nkey = \"env:AGENT_KEY\"", "proxy.conf:1: [[agent]] has no `name`"),
    Refused(
        "[[agent]]\nname = \"a:b\"",
        "proxy.conf:2: `name` in [[agent]] must be 1 to 64 letters, digits, `.`, `_` or `-`"
    ),
    Refused(
        "[[agent]]\nname = \"\"",
        "proxy.conf:2: `name` in [[agent]] must be 1 to 64 letters, digits, `.`, `_` or `-`"
    ),
    Refused(
        "[[agent]]\nname = \"a\\r\\nX: 1\"",
        "proxy.conf:2: `name` in [[agent]] must be 1 to 64 letters, digits, `.`, `_` or `-`"
    ),
    Refused(
        "[[agent]]\nname = \"$(id)\"",
        "proxy.conf:2: `name` in [[agent]] must be 1 to 64 letters, digits, `.`, `_` or `-`"
    ),
    Refused(
        agent + "\n" + agent,
        "proxy.conf:5: `name` in [[agent]] is taken: agent `bot` is declared on line 2 already"
    ),
    Refused(secret + secret, "proxy.conf:6: `name` in [[secret]] is taken: secret `key` is declared on line 2 already"),
    Refused(
        both + "[[grant]]\nagent = \"bto\"\nsecret = \"key\"",
        "proxy.conf:9: [[grant]] names an unknown agent `bto`\n  hint: did you mean `bot`?"
    ),
    Refused(
        both + "[[grant]]\nagent = \"bot\"\nsecret = \"keys\"",
        "proxy.conf:10: [[grant]] names an unknown secret `keys`\n  hint: did you mean `key`?"
    ),
    Refused(
        both + "[[grant]]\nagent = \"bot\"\nsecret = \"sk-proj-0123456789abcdef0123456789abcdef\"",
        "proxy.conf:10: [[grant]] names an unknown secret (40 characters)"
    ),
    Refused(both + "[[grant]]\nsecret = \"key\"", "proxy.conf:8: [[grant]] has no `agent`"),
    Refused(
        "[[secret]]\nname = \"a\"\nprovider = \"opnai\"\nvalue = \"env:SECRET\"",
        "proxy.conf:3: [[secret]] names an unknown provider `opnai`\n  hint: did you mean `openai`?"
    ),
    Refused(
        "[[socket]]\npath = \"/run/a.sock\"\nagent = \"a/b\"",
        "proxy.conf:3: `agent` in [[socket]] is no agent's name"
    ),
    Refused(
        both + "[[grant]]\nname = \"a b\"\nagent = \"bot\"\nsecret = \"key\"",
        "proxy.conf:9: `name` in [[grant]] must be 1 to 160 letters, digits, `.`, `_`, `-`, `/` or `#`"
    ),
    Refused(
        both
            + "[[grant]]\nname = \"bot/egress\"\nagent = \"bot\"\nsecret = \"key\"\n[[egress]]\nagent = \"bot\"\nhosts = [\"pypi.org\"]",
        "proxy.conf:12: [[egress]] has the name `bot/egress`, which is taken on line 9\n  hint: grants and egress rules need names of their own, so that a record names one rule"
    ),
]

// swift-format-ignore: one row, one line
private let rules: [Refused] = [
    Refused(
        both + "[[grant]]\nagent = \"bot\"\nsecret = \"key\"\nhosts = []",
        "proxy.conf:11: `hosts` in [[grant]] is empty, so it matches nothing\n  hint: name at least one host"
    ),
    Refused(
        both + "[[grant]]\nagent = \"bot\"\nsecret = \"key\"\nhosts = [\"api.openai.org\"]",
        "proxy.conf:11: `hosts` in [[grant]]: `api.openai.org` is not one of provider `openai`\n  hint: its hosts are api.openai.com"
    ),
    Refused(
        both + "[[grant]]\nagent = \"bot\"\nsecret = \"key\"\nhosts = [\"api.openai.com:8443\"]",
        "proxy.conf:11: `hosts` in [[grant]]: `api.openai.com:8443` is not one of provider `openai`\n  hint: its hosts are api.openai.com"
    ),
    Refused(
        both + "[[grant]]\nagent = \"bot\"\nsecret = \"key\"\nhosts = [\"*.openai.com\"]",
        "proxy.conf:11: `hosts` in [[grant]]: `*.openai.com` is not one of provider `openai`\n  hint: its hosts are api.openai.com"
    ),
    Refused(agent + "[[egress]]\nagent = \"bot\"", "proxy.conf:3: [[egress]] has no `hosts`"),
    Refused(
        agent + "[[egress]]\nagent = \"bot\"\nhosts = [\"https://pypi.org/simple\"]",
        "proxy.conf:5: `hosts` in [[egress]]: `https://pypi.org/simple` is not a host\n  hint: write the host alone, without `https://` and path"
    ),
    Refused(
        agent + "[[egress]]\nagent = \"bot\"\nhosts = [\n  \"pypi.org\",  # fine\n  \"*\",\n]",
        "proxy.conf:7: `hosts` in [[egress]]: `*` is not a host\n  hint: a wildcard needs at least two fixed labels after it, such as `*.example.com`"
    ),
    Refused(
        agent + "[[egress]]\nagent = \"bot\"\nhosts = [\"pypi.org\"]\nmethods = [\"get\"]",
        "proxy.conf:6: `methods` in [[egress]]: `get` is not a method\n  hint: did you mean `GET`?"
    ),
    Refused(
        agent + "[[egress]]\nagent = \"bot\"\nhosts = [\"pypi.org\"]\nmethods = [\"CONNECT\"]",
        "proxy.conf:6: `methods` in [[egress]]: `CONNECT` is never forwarded\n  hint: methods are GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
    ),
    Refused(
        agent + "[[egress]]\nagent = \"bot\"\nhosts = [\"pypi.org\"]\npaths = [\"v1/**\"]",
        "proxy.conf:6: `paths` in [[egress]]: `v1/**` is not a path pattern\n  hint: write `/v1/models`, `/v1/*/items` (one segment) or `/v1/**` (everything below)"
    ),
    Refused(
        agent + "[[egress]]\nagent = \"bot\"\nhosts = [\"pypi.org\"]\nscheme = \"ftp\"",
        "proxy.conf:6: `scheme` in [[egress]] must be \"http\" or \"https\", found `ftp`"
    ),
    Refused(
        agent + "[[egress]]\nagent = \"bot\"\nhosts = [\"pypi.org\"]\nconnect_to = \"localhost:1\"",
        "proxy.conf:6: `connect_to` in [[egress]] must be an address and a port, found `localhost:1`\n  hint: write `127.0.0.1:9443` or `[::1]:9443`; names are not resolved here"
    ),
    Refused(
        agent + "[[egress]]\nagent = \"bot\"\nhosts = [\"pypi.org\"]\nca_file = \"/nonexistent/ca.pem\"",
        "proxy.conf:6: `ca_file` in [[egress]]: /nonexistent/ca.pem cannot be opened: no such file or directory"
    ),
    Refused(
        agent + "[[egress]]\nagent = \"bot\"\nhosts = [\"pypi.org\"]\nca_file = \"ca.pem\"",
        "proxy.conf:6: `ca_file` in [[egress]]: a file needs an absolute path"
    ),
]

@Suite("What is refused, and how it is said")
struct RefusalTests {
    @Test("text that is not TOML", arguments: syntax) func notTOML(row: Refused) { check(row) }
    @Test("unknown keys and tables", arguments: unknown) func unknownKeys(row: Refused) { check(row) }
    @Test("values of the wrong type", arguments: types) func wrongTypes(row: Refused) { check(row) }
    @Test("values out of range", arguments: ranges) func outOfRange(row: Refused) { check(row) }
    @Test("names that are bad, taken or dangling", arguments: names) func badNames(row: Refused) { check(row) }
    @Test("rules that could not be meant", arguments: rules) func badRules(row: Refused) { check(row) }

    @Test("an unknown key is refused in every table", arguments: SchemaKeys.byTable.keys.sorted())
    func unknownKeyEverywhere(table: String) {
        #expect(
            ConfigText.complaint("\(table)\nzzzzzzzz = 1").contains("proxy.conf:2: unknown key `zzzzzzzz` in \(table)")
        )
    }

    @Test("every problem is reported, in the order of the file")
    func reportsAll() throws {
        let error = #expect(throws: ConfigError.self) {
            try ConfigText.load("[proxy]\nlistn = []\n[[agent]]\nname = 1\n[timeouts]\ntotal_s = -1\n[proksy]\n")
        }
        #expect(error?.problems.map(\.line) == [2, 4, 6, 7])
        #expect(error?.line == 2 && error?.file == "proxy.conf" && error?.hint == "did you mean `listen`?")
    }

    @Test("bytes that are not UTF-8 are refused on their line")
    func notUTF8() {
        #expect(throws: ConfigError(file: "p", line: 2, reason: "not TOML: not UTF-8 text")) {
            try ConfigurationLoader(path: "p", userMode: false, environment: [:]).configuration(from: [
                0x0a, 0x23, 0xff,
            ])
        }
    }

    private func check(_ row: Refused) { #expect(ConfigText.complaint(row.text) == row.complaint) }
}
