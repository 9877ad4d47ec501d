import ArgumentParser
import PosternCLI
import PosternControl

struct AgentCreate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create an agent and mint its first key.",
        discussion: "The key goes to standard output, alone, and cannot be shown again."
    )

    @Argument(help: "Lower-case letters, digits, - and _, up to 64.")
    var name: String

    @OptionGroup var options: AgentOptions

    @Option(help: ArgumentHelp("What kind of workload it is: agent or service.", valueName: "kind"))
    var kind: String?

    @Option(help: ArgumentHelp("The agent above it: it works only while that one does.", valueName: "agent"))
    var parent: String?

    @Flag(help: "Mint no key yet.")
    var noKey = false

    @OptionGroup var control: ControlOptions

    func run() throws {
        let session = control.session
        var request = AgentCreateRequest(name: name)
        request.kind = kind
        request.displayName = options.displayName
        request.parent = parent
        request.scopes = try options.scopes()
        request.requestsPerMinute = options.rpm
        request.concurrentRequests = options.concurrent
        request.policy = try options.policy()
        request.metadata = try options.notes()
        request.mintsKey = noKey ? false : nil
        let names = parent.map { [$0] } ?? []
        let agent: AgentAnswer = try session.call(.post, "/v1/agents", body: request, naming: names)
        let key = agent.key?.key
        try session.done(
            agent,
            "agent \(agent.name) is created" + (key == nil ? "" : "; its key is shown this once"),
            data: key,
            hint: "it reaches nothing yet: `postern grant create --agent \(agent.name) --secret SECRET`"
        )
    }
}
