import ArgumentParser
import PosternCLI
import PosternControl

/// What a grant allows.
struct GrantTermsOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A method it allows; may be repeated.", valueName: "method"))
    var method: [String] = []

    @Option(help: ArgumentHelp("A path it allows, such as /v1/**; may be repeated.", valueName: "pattern"))
    var path: [String] = []

    @Option(help: ArgumentHelp("A host it allows, of those of the secret; may be repeated.", valueName: "pattern"))
    var host: [String] = []

    @Option(help: ArgumentHelp("A query key it allows; may be repeated.", valueName: "key"))
    var queryKey: [String] = []

    @Option(help: ArgumentHelp("Requests a minute.", valueName: "n"))
    var rpm: Int?

    @Option(help: ArgumentHelp("Requests at once.", valueName: "n"))
    var concurrent: Int?

    @Option(help: ArgumentHelp("The largest body it allows.", valueName: "bytes"))
    var maxBody: Int?

    @Option(
        help: ArgumentHelp(
            "When it may be used, such as 'Mon-Fri 08:00-18:00 Europe/Berlin'; may be repeated.",
            valueName: "text"
        )
    )
    var hours: [String] = []

    @Option(
        help: ArgumentHelp(
            "A condition on JSON bodies, such as '/model in a,b' or '/max_tokens? <= 1000'; may be repeated.",
            discussion: "Operators: = in <= >= ~ (a regular expression). A ? lets the member be absent.",
            valueName: "condition"
        )
    )
    var body: [BodyConditionText] = []

    @Option(help: ArgumentHelp("An MCP tool it allows; may be repeated.", valueName: "name"))
    var mcpTool: [String] = []

    @Option(help: ArgumentHelp("A further MCP method it allows; may be repeated.", valueName: "name"))
    var mcpMethod: [String] = []

    @Flag(help: "Also WebSockets.")
    var websocket = false

    @Flag(help: "Give the agent a text to hold in place of the secret.")
    var placeholder = false

    @Flag(help: "A person approves each request.")
    var requiresApproval = false

    @Option(help: ArgumentHelp("Who has to approve each request; may be repeated.", valueName: "name"))
    var approver: [String] = []

    @Option(
        help: ArgumentHelp("The keys of a [[grant]], as JSON or TOML; options override it.", valueName: "file"),
        completion: .file()
    )
    var termsFile: String?

    /// The terms as they are sent.
    func document() throws -> RawJSON {
        var text = GrantTermsText()
        text.methods = method
        text.paths = path
        text.hosts = host
        text.queryKeys = queryKey
        text.hours = hours
        text.bodyConditions = body
        text.mcpTools = mcpTool
        text.mcpMethods = mcpMethod
        text.requestsPerMinute = rpm
        text.concurrentRequests = concurrent
        text.maxBodyBytes = maxBody
        text.allowsWebSocket = websocket
        text.givesPlaceholder = placeholder
        text.requiresApproval = requiresApproval
        text.approvers = approver
        return try text.document(over: termsFile.map { try DefinitionFile.read($0) })
    }
}
