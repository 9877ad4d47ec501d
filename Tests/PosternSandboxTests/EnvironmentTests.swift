import PosternTestSupport
import Testing

@testable import PosternSandbox

private let secret = [
    "OPENAI_API_KEY", "openai_api_key", "GITHUB_TOKEN", "GITHUBTOKEN", "NPM_CONFIG__AUTH",
    "npm_config_//registry.npmjs.org/:_authToken", "PGPASSWORD", "SSHPASS", "MYSQL_PWD", "BORG_PASSPHRASE",
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "GOOGLE_APPLICATION_CREDENTIALS", "SENTRY_DSN",
    "SLACK_WEBHOOK_URL", "GH_PAT", "DATABASE_URL", "SSH_AUTH_SOCK", "DBUS_SESSION_BUS_ADDRESS", "DOCKER_HOST",
    "KUBECONFIG", "DISPLAY", "XAUTHORITY", "TMUX", "NOTIFY_SOCKET", "LISTEN_FDS", "CREDENTIALS_DIRECTORY",
    "POSTERN_RUN_SOCKET", "POSTERN_CONTROL_SOCKET", "ALTER_API_URL", "ACTIONS_RUNTIME_URL", "CI_JOB_JWT",
]

private let harmless = [
    "PATH", "HOME", "USER", "SHELL", "TERM", "COLORTERM", "LANG", "LC_ALL", "TZ", "PWD", "OLDPWD", "EDITOR",
    "VIRTUAL_ENV",
    "PYTHONPATH", "NODE_ENV", "GOPATH", "JAVA_HOME", "LESSKEYIN", "KEYTIMEOUT", "MONKEY", "SSH_TTY", "SSH_CONNECTION",
    "XDG_CONFIG_HOME", "AUTHOR", "TOKENIZERS_PARALLELISM", "COMPASS_HOME", "PATTERN", "",
]

private func description(
    placeholders: [RunDescription.Placeholder] = [],
    baseURLs: [RunDescription.BaseURL] = []
) -> RunDescription {
    RunDescription(agent: "bot", authority: "PEM", placeholders: placeholders, baseURLs: baseURLs, hidden: [])
}

private func environment(
    from parent: [String: String] = [:],
    _ description: RunDescription = description(),
    bundle: (merged: String, authority: String)? = ("/all.pem", "/own.pem"),
    runtimeDirectory: String? = nil,
    _ change: (inout SandboxEnvironment.Options) -> Void = { _ in }
) -> SandboxEnvironment {
    var options = SandboxEnvironment.Options()
    change(&options)
    return SandboxEnvironment(
        from: parent,
        for: description,
        proxy: "http://127.0.0.1:3128",
        bundle: bundle,
        runtimeDirectory: runtimeDirectory,
        options: options
    )
}

@Suite("The environment of a sandbox")
struct EnvironmentTests {
    @Test("what others trust the caller with is left behind", arguments: secret)
    func leavesBehind(name: String) {
        let made = environment(from: [name: "value-of-the-caller", "TERM": "xterm"])
        #expect(made.variables[name] == nil && made.removed == [name] && made.variables["TERM"] == "xterm")
        #expect(!made.variables.values.contains("value-of-the-caller"))
    }

    @Test("what is no secret is passed on", arguments: harmless)
    func passesOn(name: String) {
        let made = environment(from: [name: "value"])
        #expect(made.variables[name] == "value" && made.removed.isEmpty && !made.changed.contains(name))
    }

    @Test("what the caller asks for is passed on whatever it is called")
    func keeps() {
        let made = environment(from: ["A_TOKEN": "a", "B_TOKEN": "b"]) { $0.kept = ["A_TOKEN", "C_TOKEN"] }
        #expect(made.variables["A_TOKEN"] == "a" && made.removed == ["B_TOKEN"] && made.variables["C_TOKEN"] == nil)
    }

    @Test("the proxy replaces the caller's, in both cases")
    func proxies() {
        let names = ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        let parent = Dictionary(uniqueKeysWithValues: names.map { ($0, "http://me:key@corp:8080") })
        let made = environment(from: parent.merging(["NO_PROXY": "*", "no_proxy": "*"]) { $1 })
        for name in names { #expect(made.variables[name] == "http://127.0.0.1:3128") }
        for name in ["NO_PROXY", "no_proxy"] { #expect(made.variables[name] == "localhost,127.0.0.1,::1") }
        #expect(Set(made.changed).isSuperset(of: names) && made.removed.isEmpty)
    }

    @Test("certificates replace or are added, by what a variable does")
    func certificates() {
        let made = environment(from: ["SSL_CERT_FILE": "/mine"]).variables
        #expect(made["SSL_CERT_FILE"] == "/all.pem" && made["REQUESTS_CA_BUNDLE"] == "/all.pem")
        #expect(made["NODE_EXTRA_CA_CERTS"] == "/own.pem" && made["DENO_CERT"] == "/own.pem")
        let without = environment(from: ["SSL_CERT_FILE": "/mine"], bundle: nil)
        #expect(without.variables["SSL_CERT_FILE"] == "/mine" && without.variables["NODE_EXTRA_CA_CERTS"] == nil)
    }

    @Test("placeholders and, where they are wanted, base URLs come into the variables that clients read")
    func placeholders() {
        let description = description(
            placeholders: [.init(provider: "openai", text: "ph-1", variables: ["OPENAI_API_KEY", "OPENAI_KEY"])],
            baseURLs: [.init(variable: "OPENAI_BASE_URL", path: "/via/openai")]
        )
        let plain = environment(from: ["OPENAI_API_KEY": "sk-real"], description)
        #expect(plain.variables["OPENAI_API_KEY"] == "ph-1" && plain.variables["OPENAI_KEY"] == "ph-1")
        #expect(plain.variables["OPENAI_BASE_URL"] == nil && plain.variables["POSTERN_AGENT"] == "bot")
        let based = environment(description) { $0.setsBaseURLs = true }
        #expect(based.variables["OPENAI_BASE_URL"] == "http://127.0.0.1:3128/via/openai")
    }

    @Test("what the caller sets comes last")
    func sets() {
        let made = environment(runtimeDirectory: "/run/user/7") {
            $0.set = [("HTTPS_PROXY", ""), ("MY_KEY", "a=b"), ("MY_KEY", "c")]
        }
        #expect(made.variables["HTTPS_PROXY"]?.isEmpty == true && made.variables["MY_KEY"] == "c")
        #expect(made.variables["XDG_RUNTIME_DIR"] == "/run/user/7")
        #expect(made.changed == Array(Set(made.changed)).sorted() && made.changed.contains("MY_KEY"))
    }

    @Test("every variable of the caller is passed on, changed or removed, and never two of these")
    func accounts() {
        var random = SplitMix64(seed: 6)
        let words = ["API", "KEY", "TOKEN", "HOME", "PATH", "http", "proxy", "X", "SSL", "CERT", "FILE", "9", ""]
        for _ in 0..<3_000 {
            let names = (0..<random.below(8)).map { _ in
                (0...random.below(3)).map { _ in random.pick(words) }.joined(separator: "_")
            }
            let parent = Dictionary(names.map { ($0, "the caller's") }) { first, _ in first }
            let made = environment(from: parent)
            for name in parent.keys {
                let isRemoved = made.removed.contains(name)
                #expect(isRemoved == EnvironmentRules.isSecret(name), "\(name)")
                let expected = isRemoved || made.changed.contains(name) ? nil : "the caller's"
                #expect((made.variables[name] == "the caller's" ? "the caller's" : nil) == expected, "\(name)")
            }
        }
    }
}
