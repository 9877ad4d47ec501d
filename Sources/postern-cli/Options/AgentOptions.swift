import ArgumentParser
import PosternCLI
import PosternControl

/// What can be said of an agent when it is created, and changed later.
struct AgentOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Its name for people.", valueName: "text"))
    var displayName: String?

    @Option(help: ArgumentHelp("What it may ask of each provider: {\"github\": [\"repo\"]}.", valueName: "json"))
    var scopesJson: String?

    @Option(help: ArgumentHelp("Requests a minute, over all its grants.", valueName: "n"))
    var rpm: Int?

    @Option(help: ArgumentHelp("Requests at once, over all its grants.", valueName: "n"))
    var concurrent: Int?

    @Option(
        help: ArgumentHelp(
            "Constraints on all its requests, with the keys of a [[grant]] and `providers`, as JSON or TOML.",
            valueName: "file"
        ),
        completion: .file()
    )
    var policyFile: String?

    @Option(help: ArgumentHelp("A note of your own; may be repeated.", valueName: "key=value"))
    var metadata: [NamedValue] = []

    /// Whether nothing was given.
    var areEmpty: Bool {
        displayName == nil && scopesJson == nil && rpm == nil && concurrent == nil && policyFile == nil
            && metadata.isEmpty
    }

    func scopes() throws -> [String: [String]]? { try scopesJson.map { try ScopesText.read($0) } }

    func policy() throws -> RawJSON? { try policyFile.map { try DefinitionFile.read($0) } }

    func notes() throws -> RawJSON? {
        guard !metadata.isEmpty else { return nil }
        return .object(try NamedValue.dictionary(metadata).mapValues { .text($0) })
    }
}
