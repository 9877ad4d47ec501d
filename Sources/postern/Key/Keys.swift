import ArgumentParser
import PosternCLI
import PosternControl

struct Keys: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Mint, deprecate and revoke the keys by which agents prove who they are.",
        discussion: """
            To change a key without a gap: mint a new one, give it to the agent, deprecate the old one, look at LAST USED, \
            revoke it. With --app, the keys of the operator's application are meant.
            """,
        subcommands: [KeyMint.self, KeyList.self, KeyDeprecate.self, KeyUndeprecate.self, KeyRevoke.self]
    )
}

/// A key that a command is about.
struct KeyArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp("The agent, unless --app is given, and the key's name or id.", valueName: "agent> <key")
    )
    var words: [String]

    @OptionGroup var owner: KeyOwnerOptions

    func validate() throws { _ = try owner.split(words, rest: 1) }

    var key: String { words.last ?? "" }

    /// Does one of the things that can be done to it.
    func act(_ verb: String, in session: ControlSession) throws -> KeyAnswer {
        try session.call(.post, path(verb), naming: words)
    }

    func path(_ verb: String) throws -> ControlPath {
        let agent = try owner.split(words, rest: 1).agent
        return agent.map { "/v1/agents/\($0)/keys/\(key)/\(verb)" } ?? "/v1/app/keys/\(key)/\(verb)"
    }
}
