import Foundation
import PosternConfig
import PosternCore
import Testing

private let declared = """
    [[agent]]
    name = "bot"
    key = "env:NOT_SET"
    [[agent]]
    name = "eve"
    key = "file:/nowhere/at/all"
    [[secret]]
    name = "claude"
    provider = "anthropic"
    value = "credential:nowhere"
    [[secret]]
    name = "own-key"
    provider = "own"
    values = { user = "exec:/nowhere", secret = "file:/nowhere" }
    [[provider]]
    name = "own"
    hosts = ["api.example.com"]
    inject = [{ basic_username = "{user}", basic_password = "{secret}" }]
    """

private func grant(_ agent: String, _ secret: String, _ rest: String = "placeholder = true") -> String {
    "\n[[grant]]\nagent = \"\(agent)\"\nsecret = \"\(secret)\"\n\(rest)"
}

/// Contents of a key file and its mode.
private let refusedKeys: [(String, mode_t)] = [
    (String(repeating: "0", count: 64), 0o640), (String(repeating: "0", count: 62), 0o600),
    (String(repeating: "g", count: 64), 0o600), ("", 0o600), (String(repeating: "0", count: 64) + "\n\n", 0o600),
]

@Suite("Placeholders and token endpoints in a configuration")
struct PlaceholderTests {
    private static let key = PlaceholderKey(Secret((0..<32).map { UInt8($0) }))

    @Test("grants with a placeholder are listed, each once, without reading a secret") func list() throws {
        let text =
            declared + grant("bot", "claude") + grant("bot", "claude", "paths = [\"/a\"]\nplaceholder = true")
            + grant("eve", "claude", "") + grant("eve", "own-key")
        let loader = ConfigurationLoader(path: "proxy.conf", userMode: false, environment: [:])
        #expect(throws: ConfigError.self) { try loader.configuration(from: Array(text.utf8)) }
        let configuration = try loader.configuration(from: Array(text.utf8), fetchesSecrets: false)
        let given = configuration.placeholders(from: Self.key)
        #expect(given.map(\.agent) == ["bot", "eve"] && given.map(\.secret) == ["claude", "own-key"])
        #expect(
            given[0].text.hasPrefix("sk-ant-postern-placeholder-") && given[0].variables.contains("ANTHROPIC_API_KEY")
        )
        #expect(given[1].text == Self.key.placeholder(agent: "eve", secret: "own-key", prefix: nil))
        #expect(given[1].variables.isEmpty)
    }

    @Test("the key is made once, for its owner alone, and read again") func keyFile() throws {
        let scratch = try ScratchDirectory()
        let file = PlaceholderKeyFile(stateDirectory: "\(scratch.path)/state/postern")
        #expect(throws: ConfigError.self) { try file.read() }
        let made = try file.open().placeholder(agent: "a", secret: "b", prefix: nil)
        #expect(try file.open().placeholder(agent: "a", secret: "b", prefix: nil) == made)
        #expect(try file.read().placeholder(agent: "a", secret: "b", prefix: nil) == made)
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(scratch.path)/state/postern")
        #expect(names == ["placeholder.key"])
        let other = PlaceholderKeyFile(stateDirectory: scratch.path)
        #expect(try other.open().placeholder(agent: "a", secret: "b", prefix: nil) != made)
    }

    @Test("a key that others can read, or that is none, is refused", arguments: refusedKeys)
    func refusedKey(text: String, mode: mode_t) throws {
        let scratch = try ScratchDirectory()
        try scratch.write("placeholder.key", text, mode: mode)
        let file = PlaceholderKeyFile(stateDirectory: scratch.path)
        #expect(throws: ConfigError.self) { try file.open() }
    }

    @Test("token_paths replaces what the catalogue says") func tokenPaths() throws {
        func paths(_ provider: String, _ rest: String) throws -> [TokenPath] {
            let text =
                "[[secret]]\nname = \"s\"\nprovider = \"\(provider)\"\nvalue = \"env:SECRET\"\n"
                + (rest.isEmpty ? "" : "[[provider]]\nname = \"\(provider)\"\n\(rest)")
            return try #require(try ConfigText.load(text).contents.providers.first).tokenPaths
        }
        #expect(try paths("notion", "") == [TokenPath("/v1/oauth/token")])
        #expect(try paths("notion", "allow_private = true") == [TokenPath("/v1/oauth/token")])
        #expect(try paths("notion", "token_paths = []").isEmpty)
        #expect(try paths("notion", "token_paths = [\"/T\"]") == [TokenPath("/t")])
        #expect(try paths("openai", "").isEmpty)
        let complaint = ConfigText.complaint(
            "[[provider]]\nname = \"notion\"\ntoken_paths = [\"/ok\", \"oauth/token\"]"
        )
        #expect(
            complaint.hasPrefix(
                "proxy.conf:3: `token_paths` in [[provider]]: `oauth/token` is not a path pattern\n  hint:"
            )
        )
    }

    @Test("every token endpoint of the catalogue is a path pattern, and documented") func catalogue() throws {
        let text = try ExampleTests.text(of: "docs/configuration.md")
        let section = try #require(text.split(separator: "## Sealed tokens").last?.split(separator: "\n## ").first)
        for entry in ProviderCatalogue.builtIn.entries.values {
            for path in entry.tokenPaths ?? [] { #expect(TokenPath(path) != nil, "\(entry.name): \(path)") }
            #expect(section.contains("`\(entry.name)`") == (entry.tokenPaths != nil), "\(entry.name)")
        }
    }
}
