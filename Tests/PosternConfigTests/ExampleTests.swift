import Foundation
import PosternConfig
import PosternCore
import Testing

@Suite("proxy.conf.example")
struct ExampleTests {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    static func text(of file: String) throws -> String {
        try String(contentsOfFile: "\(root)/\(file)", encoding: .utf8)
    }

    @Test("as it stands, it sets nothing and allows nothing")
    func loadsAsItStands() throws {
        let configuration = try ConfigText.load(Self.text(of: "proxy.conf.example"))
        #expect(configuration.settings == (try ConfigText.load("")).settings)
        #expect(configuration.contents.agents.isEmpty && configuration.contents.grants.isEmpty)
    }

    @Test("with its comments taken away, every key in it is valid")
    func loadsUncommented() throws {
        let scratch = try ScratchDirectory()
        let files = [
            "keys-research-bot", "secrets-dd-api", "secrets-dd-app", "secrets-zendesk", "secrets-billing", "anthropic",
        ]
        for (index, name) in files.enumerated() { try scratch.write(name, "example-secret-value-\(index)\n") }
        try scratch.write("helpers-fetch-secret", "#!/bin/sh\necho \"secret-of-$1\"\n", mode: 0o700)
        for name in ["billing-ca.pem", "egress-ca.pem", "login-ca.pem"] { try scratch.write(name, TestCertificate.pem) }
        let text = try Self.text(of: "proxy.conf.example")
            .split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("#") ? $0.dropFirst() : $0 }
            .joined(separator: "\n")
            .replacing(/\/etc\/postern\/(\w+)\/([\w-]+)/) { "\(scratch.path)/\($0.output.1)-\($0.output.2)" }
            .replacing("/etc/postern/", with: "\(scratch.path)/")
        let environment = ["CREDENTIALS_DIRECTORY": scratch.path, "DEPLOY_BOT_KEY": "deploy-bot-key-0123456789"]
        let configuration = try ConfigText.load(text, environment: environment)

        var expected = try ConfigText.load("").settings
        expected.listeners = configuration.settings.listeners
        expected.masterKey = .key(reference: "credential:postern-master")
        expected.controlSocket = "/run/postern/control.sock"
        expected.portal = PortalSettings(
            listen: IPEndpoint(address: try #require(IPAddress("127.0.0.1")), port: 3129),
            url: "https://postern.example.com"
        )
        expected.userTokens = UserTokenSettings(
            issuer: "https://login.example.com",
            audience: "postern",
            keysURL: "https://login.example.com/jwks.json"
        )
        expected.userTokens?.groupsClaim = "groups"
        expected.userTokens?.network = UpstreamNetwork(
            allowsPrivateAddresses: true,
            certificateAuthorityFile: "\(scratch.path)/login-ca.pem"
        )
        expected.api.requestsPerMinute = 600
        expected.run.socket = .path("/run/postern/run.sock")
        expected.run.runners = [RunnerRule(userIDs: [1000], agents: ["research-bot", "mcp-*"])]
        #expect(configuration.settings == expected, "the example shows a default that is not the default")
        #expect(
            configuration.settings.listeners.map(\.address.description) == [
                "127.0.0.1:3128", "unix:/run/postern/research-bot.sock", "127.0.0.1:3201", "systemd:research-bot",
            ]
        )
        #expect(configuration.contents.agents.map(\.keys.count) == [1, 2])
        #expect(
            configuration.contents.grants.map(\.id) == [
                "research-bot-anthropic", "research-bot-anthropic-batch", "research-bot-mcp",
            ]
        )
        #expect(configuration.contents.egress.map(\.id) == ["research-bot-pypi", "research-bot-mirror", "packages"])
        #expect(
            Set(configuration.contents.providers.map(\.name)) == [
                "anthropic", "datadog", "twilio", "zendesk", "billing", "google-workspace", "tracker",
            ]
        )
    }

    @Test("the example and the documentation name every key", arguments: SchemaKeys.all)
    func namesEveryKey(key: String) throws {
        let example = try Self.text(of: "proxy.conf.example")
        #expect(
            ["\n#", "{ ", ", "].contains { example.contains("\($0)\(key) = ") },
            "example"
        )
        #expect(try Self.text(of: "docs/configuration.md").contains("`\(key)`"), "docs/configuration.md")
    }

    @Test("the documentation names every provider of the catalogue")
    func documentsCatalogue() throws {
        let text = try Self.text(of: "docs/configuration.md")
        for name in ProviderCatalogue.builtIn.entries.keys where !text.contains("`\(name)`") {
            Issue.record("docs/configuration.md does not name provider \(name)")
        }
    }
}
