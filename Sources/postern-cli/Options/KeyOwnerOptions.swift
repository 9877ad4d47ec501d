import ArgumentParser
import PosternControl

/// Whose key it is: an agent's, or the operator's application's, which `--app` says in the place of an agent's name.
struct KeyOwnerOptions: ParsableArguments {
    @Flag(help: "The application's, in place of an agent's.")
    var app = false

    /// Where keys of this owner are.
    func path(_ agent: String?) -> ControlPath { agent.map { "/v1/agents/\($0)/keys" } ?? "/v1/app/keys" }

    /// Refuses both or neither.
    func check(_ agent: String?) throws {
        if app, agent != nil { throw ValidationError("with --app no agent is named") }
        if !app, agent == nil { throw ValidationError("an agent has to be named, or --app given") }
    }
}
