import PosternConfig
import PosternCore

/// Configurations as texts, and the messages they give.
enum ConfigText {
    /// Variables that texts may refer to: one good secret, one agent key, and some that are not good.
    static let environment = [
        "SECRET": "s3cr3t-value-0123456789",
        "OTHER": "an0ther-value-0123456789",
        "AGENT_KEY": "agent-key-0123456789",
        "AGENT_KEY_2": "agent-key-9876543210",
        "SHORT": "seven77",
        "SPACED": "agent key 0123456789",
        "COLON": "abcdefgh:ijkl",
        "SLASH": "abcdefgh/ijkl",
        "TWO_LINES": "abcdefgh\r\nX-Evil: 1",
        "HOME": "/home/someone",
    ]

    static func load(_ text: String, userMode: Bool = false, environment: [String: String] = environment)
        throws(ConfigError) -> Configuration
    {
        try ConfigurationLoader(path: "proxy.conf", userMode: userMode, environment: environment)
            .configuration(from: Array(text.utf8))
    }

    /// What loading complains of; empty when it does not.
    static func complaint(_ text: String) -> String {
        do {
            _ = try load(text)
            return ""
        } catch {
            return error.description
        }
    }
}

/// A provider table with lines 1 and 2 taken.
func provider(_ name: String, _ rest: String) -> String { "[[provider]]\nname = \"\(name)\"\n\(rest)" }

/// An own provider whose third line is `hosts`, so that `rest` begins on line 4.
func own(_ rest: String) -> String { provider("own", "hosts = [\"api.example.com\"]\n\(rest)") }
