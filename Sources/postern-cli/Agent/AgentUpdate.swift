import ArgumentParser
import PosternCLI
import PosternCommand
import PosternControl

struct AgentUpdate: ParsableCommand {
    /// What an agent may have, and may be without.
    enum Member: String, ExpressibleByArgument, CaseIterable {
        case displayName = "display-name"
        case scopes, rpm, concurrent, policy, metadata
    }

    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Change an agent.",
        discussion: "What is not given stays as it is; scopes, policy and metadata are replaced as a whole."
    )

    @OptionGroup var argument: AgentArgument
    @OptionGroup var options: AgentOptions

    @Option(help: "Take this away; may be repeated.")
    var clear: [Member] = []

    @Option(help: ArgumentHelp("How long scopes that are taken away still hold, such as 1h.", valueName: "time"))
    var grace: Span?

    @OptionGroup var control: ControlOptions

    func validate() throws {
        if clear.isEmpty, options.areEmpty { throw ValidationError("nothing to change was given") }
    }

    func run() throws {
        let session = control.session
        let agent: AgentAnswer = try session.call(
            .patch,
            "/v1/agents/\(argument.agent)",
            body: try request(),
            naming: [argument.agent]
        )
        try session.done(agent, "agent \(agent.name) is changed (version \(agent.version))")
    }

    private func request() throws -> AgentUpdateRequest {
        var request = AgentUpdateRequest()
        request.displayName = try patch(options.displayName, .displayName)
        request.scopes = try patch(options.scopes(), .scopes)
        request.requestsPerMinute = try patch(options.rpm, .rpm)
        request.concurrentRequests = try patch(options.concurrent, .concurrent)
        request.policy = try patch(options.policy(), .policy)
        request.metadata = try patch(options.notes(), .metadata)
        request.graceSeconds = grace?.seconds
        return request
    }

    private func patch<Value>(_ value: Value?, _ member: Member) throws -> Patch<Value> {
        guard clear.contains(member) else { return Patch(ifGiven: value) }
        guard value == nil else {
            throw CommandFailure(usage: "\(member.rawValue) is both given and cleared", hint: "leave one of them out")
        }
        return .cleared
    }
}
