extension GrantTerms {
    /// What these terms allow beyond those of a parent, as a member and why; `nil` if nothing.
    ///
    /// A request under a grant is held to the terms of every grant above it as well, so what cannot be decided here, such as
    /// whether one text pattern matches less than another, widens nothing. These terms must say themselves whatever those
    /// above say: whoever reads a grant should not find it wider than it is.
    package func isNarrower(than parent: GrantTerms) -> String? {
        widerHosts(parent) ?? constraints.wider(than: parent.constraints)
            ?? NumberLimit.wider(limits.requestsPerMinute, parent.limits.requestsPerMinute, "requests_per_minute")
            ?? NumberLimit.wider(limits.concurrentRequests, parent.limits.concurrentRequests, "concurrent_requests")
            ?? (allowsWebSocket && !parent.allowsWebSocket ? "websocket: the parent allows none" : nil)
    }

    private func widerHosts(_ parent: GrantTerms) -> String? {
        guard let allowed = parent.hosts else { return nil }
        guard let hosts else { return "hosts: the parent's are \(allowed.map(\.text).joined(separator: ", "))" }
        let beyond = hosts.first { host in !allowed.contains { $0.port == host.port && $0.covers(host) } }
        return beyond.map { "hosts: the parent does not cover `\($0.text)`" }
    }
}

extension RequestConstraints {
    /// What these constraints allow beyond others; `nil` if nothing.
    func wider(than parent: RequestConstraints) -> String? {
        if let reason = widerMethods(parent) ?? widerPaths(parent) ?? widerQuery(parent) { return reason }
        if let reason = NumberLimit.wider(maxBodyBytes, parent.maxBodyBytes, "max_body_bytes") { return reason }
        if parent.hours != nil, hours == nil { return "hours: the parent has some" }
        if let reason = BodyCondition.wider(body?.conditions ?? [], parent.body?.conditions ?? []) {
            return "body: \(reason)"
        }
        guard let allowed = parent.mcp else { return nil }
        guard let mcp else { return "mcp_tools: the parent has rules for MCP" }
        return mcp.wider(than: allowed)
    }

    private func widerMethods(_ parent: RequestConstraints) -> String? {
        guard let allowed = parent.methods else { return nil }
        guard let methods else { return "methods: the parent's are \(allowed.map(\.rawValue).joined(separator: ", "))" }
        return methods.first { !allowed.contains($0) }.map { "methods: the parent does not allow \($0.rawValue)" }
    }

    private func widerPaths(_ parent: RequestConstraints) -> String? {
        guard let allowed = parent.paths else { return nil }
        guard let paths else { return "paths: the parent's are \(allowed.map(\.text).joined(separator: ", "))" }
        if let beyond = paths.first(where: { path in !allowed.contains { $0.covers(path) } }) {
            return "paths: the parent does not cover `\(beyond.text)`"
        }
        return allowsEncodedSlash && !parent.allowsEncodedSlash ? "allow_encoded_slash: the parent does not" : nil
    }

    private func widerQuery(_ parent: RequestConstraints) -> String? {
        guard let allowed = parent.queryKeys else { return nil }
        guard let queryKeys else { return "query_keys: the parent's are \(allowed.joined(separator: ", "))" }
        return queryKeys.first { !allowed.contains($0) }.map { "query_keys: the parent does not allow `\($0)`" }
    }
}

extension MCPRules {
    fileprivate func wider(than parent: MCPRules) -> String? {
        widerTools(parent) ?? widerMethods(parent)
    }

    private func widerTools(_ parent: MCPRules) -> String? {
        guard let allowed = parent.tools else { return nil }
        guard let tools else { return "mcp_tools: the parent allows only some" }
        for tool in tools {
            guard let limit = allowed.first(where: { $0.name == tool.name }) else {
                return "mcp_tools: the parent does not allow `\(tool.name)`"
            }
            if let reason = BodyCondition.wider(tool.arguments, limit.arguments) {
                return "mcp_tools: `\(tool.name)`: \(reason)"
            }
        }
        return nil
    }

    private func widerMethods(_ parent: MCPRules) -> String? {
        let beyond = methods.first { method in
            !parent.methods.contains { $0 == method || $0.hasSuffix("/*") && method.hasPrefix($0.dropLast()) }
        }
        return beyond.map { "mcp_methods: the parent does not allow `\($0)`" }
    }
}

extension BodyCondition {
    /// What one list of conditions lets through that another does not; `nil` if nothing, or if that cannot be told.
    fileprivate static func wider(_ conditions: [BodyCondition], _ parent: [BodyCondition]) -> String? {
        for limit in parent {
            let own = conditions.filter { $0.pointer == limit.pointer }
            guard !own.isEmpty else { return "the parent has a condition on `\(limit.pointer.text)`" }
            let mayBeAbsent = own.allSatisfy(\.isOptional) && !limit.isOptional
            let isWider = mayBeAbsent || limit.tests.contains { test in own.allSatisfy { $0.exceeds(test) } }
            if isWider { return "the condition on `\(limit.pointer.text)` is wider than the parent's" }
        }
        return nil
    }

    /// Whether it plainly lets values through that a test does not.
    private func exceeds(_ limit: Test) -> Bool {
        !tests.contains { test in
            switch (test, limit) {
            case (.isOneOf(let own), .isOneOf(let allowed)): own.allSatisfy(allowed.contains)
            case (.atMost(let own), .atMost(let allowed)): own <= allowed
            case (.atLeast(let own), .atLeast(let allowed)): own >= allowed
            case (.isOneOf(let own), .atMost(let allowed)): own.allSatisfy { $0.number.map { $0 <= allowed } ?? false }
            case (.isOneOf(let own), .atLeast(let allowed)): own.allSatisfy { $0.number.map { $0 >= allowed } ?? false }
            // What a pattern matches is not compared.
            case (.matches, .isOneOf), (.matches, .matches), (.isOneOf, .matches): true
            case (.atMost, _), (.atLeast, _), (.matches, _): false
            }
        }
    }
}

extension JSONScalar {
    fileprivate var number: JSONNumber? { if case .number(let number) = self { number } else { nil } }
}

/// A limit of which none is the widest.
private enum NumberLimit {
    static func wider(_ own: Int?, _ parent: Int?, _ member: String) -> String? {
        guard let parent, own.map({ $0 > parent }) ?? true else { return nil }
        return "\(member): the parent's is \(parent)"
    }
}
