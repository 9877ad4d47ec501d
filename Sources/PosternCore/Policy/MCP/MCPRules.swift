/// A tool of an MCP server that may be called, and with which arguments.
package struct MCPTool: Hashable, Sendable {
    /// Its name, compared exactly.
    package let name: String
    /// What its arguments must hold; pointers begin at `params.arguments`.
    package let arguments: [BodyCondition]

    package init(name: String, arguments: [BodyCondition] = []) {
        self.name = name
        self.arguments = arguments
    }
}

/// What may be asked of an MCP server.
///
/// Every JSON-RPC message that a client sends is judged: `tools/call` by its tool and arguments, other methods by their
/// name. What a session needs passes: `initialize`, `ping`, `notifications/…`, `logging/setLevel`, `tools/list`, and replies
/// to what the server asks.
package struct MCPRules: Hashable, Sendable {
    /// The tools that may be called; `nil` is every one.
    package let tools: [MCPTool]?
    /// Methods that are allowed besides those that every session needs; `resources/*` is all that begin so.
    package let methods: [String]
    /// The most bytes of a request, an answer or an event that are looked into; of a longer one nothing is known.
    package let maxBytes: Int
    private let exactMethods: Set<[UInt8]>
    private let methodPrefixes: [[UInt8]]
    private let toolsByName: [[UInt8]: MCPTool]

    private static let sessionMethods: Set<[UInt8]> = Set(
        ["initialize", "server/discover", "ping", "logging/setLevel", "tools/list"].map { Array($0.utf8) }
    )

    /// With two tools of one name, the arguments of both must hold.
    package init(tools: [MCPTool]?, methods: [String] = [], maxBytes: Int = BodyRules.defaultMaxBytes) {
        self.tools = tools
        self.methods = methods
        self.maxBytes = maxBytes
        let exact = methods.filter { !$0.hasSuffix("/*") }.map { Array($0.utf8) }
        exactMethods = MCPRules.sessionMethods.union(exact)
        methodPrefixes =
            [Array("notifications/".utf8)] + methods.filter { $0.hasSuffix("/*") }.map { Array($0.utf8.dropLast()) }
        toolsByName = Dictionary((tools ?? []).map { (Array($0.name.utf8), $0) }) { first, second in
            MCPTool(name: first.name, arguments: first.arguments + second.arguments)
        }
    }

    /// Judges a whole request.
    ///
    /// GET and DELETE, which open and end a stream of answers, carry no message and pass without a body. `contentType` and
    /// `contentEncoding` are as in ``BodyRules/judge(contentType:contentEncoding:body:)``; `fields` must say what the body
    /// says.
    package func judge(
        method: Method,
        contentType: ArraySlice<UInt8>?,
        contentEncoding: ArraySlice<UInt8>?,
        fields: MCPFields = MCPFields(),
        body: [UInt8]
    ) -> Verdict {
        switch method {
        case .get, .delete:
            guard body.isEmpty else {
                return .unknown("\(method.rawValue) carries a body, which MCP knows nothing of")
            }
            return fields.agree(with: nil, checksArguments: false)
        case .post: break
        case .head, .put, .patch, .options, .connect, .trace:
            return .unknown("MCP knows GET, POST and DELETE, not \(method.rawValue)")
        }
        switch JSONBody.read(contentType, contentEncoding, body, maxBytes: maxBytes) {
        case .unknown(let reason): return .unknown(reason)
        case .read(let document):
            let verdict = judge(document.root)
            guard verdict == .holds else { return verdict }
            return fields.agree(with: document.root, checksArguments: checksArguments(in: document.root))
        }
    }

    /// Whether it is a call of a tool whose arguments matter.
    private func checksArguments(in message: JSONValue) -> Bool {
        guard case .found(let parameters) = message.member(MCPMember.params),
            case .found(let value) = parameters.member(MCPMember.name), let name = value.string
        else { return false }
        return toolsByName[name].map { !$0.arguments.isEmpty } ?? false
    }

    /// Whether the answer to a request may hold a list of tools; that to a call of a tool does not, and may be of any size.
    package func mayListTools(inAnswerTo body: [UInt8]) -> Bool {
        guard tools != nil else { return false }
        guard let document = try? JSONDocument(body), document.root.kind == .object,
            case .found(let method) = document.root.member(MCPMember.method)
        else { return true }
        return method.string != MCPRules.toolCall
    }

    private static let toolCall = Array("tools/call".utf8)

    /// Whether a list of tools may show one of this name.
    func shows(_ tool: [UInt8]) -> Bool { tools == nil || toolsByName[tool] != nil }

    private func judge(_ root: JSONValue) -> Verdict {
        var work = MatchingWork()
        guard root.kind == .array else { return judge(message: root, &work) }
        var isEmpty = true
        for message in root.elements {
            isEmpty = false
            let verdict = judge(message: message, &work)
            if verdict != .holds { return verdict }
        }
        return isEmpty ? .unknown("the batch holds no message") : .holds
    }

    private func judge(message: JSONValue, _ work: inout MatchingWork) -> Verdict {
        guard message.kind == .object else { return .unknown("a JSON-RPC message is an object") }
        guard case .found(let version) = message.member(MCPMember.jsonrpc), version.string == Array("2.0".utf8) else {
            return .unknown("the message is not of JSON-RPC 2.0")
        }
        switch message.member(MCPMember.method) {
        case .ambiguous: return .unknown("the message may have more than one `method`")
        case .absent: return MCPRules.judge(reply: message)
        case .found(let value):
            guard let method = value.string else { return .unknown("the `method` of the message is not a text") }
            if method == MCPRules.toolCall { return judge(call: message, &work) }
            let isAllowed = exactMethods.contains(method) || methodPrefixes.contains { method.starts(with: $0) }
            return isAllowed ? .holds : .fails("the MCP method is not one of those allowed")
        }
    }

    /// A message without a method answers the server, which alone has asked.
    private static func judge(reply message: JSONValue) -> Verdict {
        for name in [MCPMember.result, MCPMember.error] {
            if case .found = message.member(name) { return .holds }
        }
        return .unknown("the message is neither a request nor a reply")
    }

    private func judge(call message: JSONValue, _ work: inout MatchingWork) -> Verdict {
        guard case .found(let parameters) = message.member(MCPMember.params), parameters.kind == .object else {
            return .unknown("the tool call has not one object of `params`")
        }
        guard case .found(let value) = parameters.member(MCPMember.name), let name = value.string else {
            return .unknown("the tool call has not one `name`")
        }
        let arguments: JSONValue?
        switch parameters.member(MCPMember.arguments) {
        case .found(let value): arguments = value
        case .absent: arguments = nil
        case .ambiguous: return .unknown("the tool call may have more than one `arguments`")
        }
        guard let tool = toolsByName[name] else {
            return tools == nil ? .holds : .fails("the tool is not one of those allowed")
        }
        for condition in tool.arguments {
            let verdict = condition.judge(arguments, work: &work)
            if let reason = verdict.refusal {
                let text = "in a call of tool `\(tool.name)`: \(reason)"
                if case .fails = verdict { return .fails(text) }
                return .unknown(text)
            }
        }
        return .holds
    }

    package static func == (left: MCPRules, right: MCPRules) -> Bool {
        left.tools == right.tools && left.methods == right.methods && left.maxBytes == right.maxBytes
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(tools)
        hasher.combine(methods)
        hasher.combine(maxBytes)
    }
}

/// The members of JSON-RPC messages that rules look at.
enum MCPMember {
    static let jsonrpc = JSONName("jsonrpc")
    static let method = JSONName("method")
    static let params = JSONName("params")
    static let name = JSONName("name")
    static let uri = JSONName("uri")
    static let arguments = JSONName("arguments")
    static let result = JSONName("result")
    static let error = JSONName("error")
    static let tools = JSONName("tools")
}
