import ArgumentParser
import PosternControl

/// Whose key it is: an agent's, or the operator's application's.
///
/// `--app` stands in the place of the agent's name, so what is meant by the words depends on it.
struct KeyOwnerOptions: ParsableArguments {
    @Flag(help: "The application's, in place of an agent's.")
    var app = false

    /// Where keys of this owner are.
    func path(_ agent: String?) -> ControlPath { agent.map { "/v1/agents/\($0)/keys" } ?? "/v1/app/keys" }

    /// The agent, if `words` begin with one, and the words behind it.
    func split(_ words: [String], rest count: Int) throws -> (agent: String?, rest: [String]) {
        let wanted = app ? count : count + 1
        guard words.count == wanted else {
            throw ValidationError(app ? "with --app no agent is named" : "an agent has to be named, or --app given")
        }
        return app ? (nil, words) : (words[0], Array(words.dropFirst()))
    }
}
