internal import PosternCore

extension SDKGate {
    /// Whom a request with a proven key is for, and what it says of itself.
    func caller(
        _ fields: SignedFields,
        _ key: HeldKey,
        _ request: ServiceRequest,
        in directory: Directory
    ) throws(SDKRefusal) -> SDKCaller {
        let named = try CallerField(fields)
        let agent = try namedAgent(named, key, in: directory) ?? (key.principal == .app ? nil : key.agent)
        var label: String?
        if case .label(let text) = named { label = text }
        return SDKCaller(
            key: key,
            principal: agent?.principal ?? .app,
            agent: agent,
            label: label,
            constraints: try constraints(fields.constraints, of: key),
            context: try CallContext.read(fields.context),
            traceparent: request.values(of: "traceparent").last.flatMap { text in
                TraceParent(ArraySlice(text.utf8)).map { _ in text }
            },
            peer: request.peer
        )
    }

    /// The agent that a request names by its id, which must be one that may act.
    private func namedAgent(
        _ named: CallerField?,
        _ key: HeldKey,
        in directory: Directory
    ) throws(SDKRefusal) -> CompiledAgent? {
        guard case .agent(let id) = named else { return nil }
        // A paused agent names itself where it may ask at all.
        if key.agent.id == id, key.principal != .app { return key.agent }
        guard let agent = directory.agent(id: id), !agent.isPaused
        else {
            throw SDKRefusal(
                status: 404,
                code: "caller_agent_unresolved",
                message: "the caller is not an active agent of this application"
            )
        }
        guard key.principal == .app else {
            throw SDKRefusal(
                status: 400,
                code: "caller_agent_mismatch",
                message: "the key is one agent's, and the caller another"
            )
        }
        return agent
    }

    /// Refuses those whom a route does not answer.
    func check(_ audience: SDKRoute.Audience, _ caller: SDKCaller) throws(SDKRefusal) {
        switch audience {
        case .anyone: return
        case .application(let code):
            guard !caller.isApplication else { return }
            throw SDKRefusal(status: 403, code: code, message: "only keys of the application may ask this")
        case .agent(let code):
            guard caller.agent == nil else { return }
            throw SDKRefusal(status: 403, code: code, message: "only agents may ask this")
        }
    }
}
