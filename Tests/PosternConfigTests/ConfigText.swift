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
