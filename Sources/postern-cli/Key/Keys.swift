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
    @Argument(help: "The agent's name or id; with --app the key's.", completion: .agents)
    var agent: String

    @Argument(help: ArgumentHelp("The key's name or id; not with --app.", valueName: "key"))
    var agentKey: String?

    @OptionGroup var owner: KeyOwnerOptions

    func validate() throws {
        if owner.app, agentKey != nil { throw ValidationError("with --app no agent is named") }
        if !owner.app, agentKey == nil { throw ValidationError("a key has to be named") }
    }

    /// The key's name or id.
    var key: String { agentKey ?? agent }

    /// What was typed to name things.
    var names: [String] { [agent, agentKey].compactMap { $0 } }

    /// Does one of the things that can be done to it.
    func act(_ verb: String, in session: ControlSession) throws -> KeyAnswer {
        try session.call(.post, path(verb), naming: names)
    }

    func path(_ verb: String) -> ControlPath {
        agentKey.map { "/v1/agents/\(agent)/keys/\($0)/\(verb)" } ?? "/v1/app/keys/\(agent)/\(verb)"
    }
}
