internal import PosternCore

extension SDKGate {
    /// The most that a request can limit itself to.
    private static let maxConstraints = 64

    /// Reads the scopes to which a request limits itself, which its key must have; `nil` is no limit.
    func constraints(_ field: String?, of key: HeldKey) throws(SDKRefusal) -> [String]? {
        guard let field else { return nil }
        let wanted = field.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let granted = key.key.scopes
        guard wanted.count <= SDKGate.maxConstraints,
            wanted.allSatisfy({ AccessScope.list(granted, implies: $0) })
        else {
            throw SDKRefusal(
                status: 400,
                code: "constraint_not_narrowing",
                message: "a request can only limit itself to scopes that its key has"
            )
        }
        return wanted
    }

    /// Refuses a request for which its key is not good.
    func check(_ need: SDKRoute.Need, _ caller: SDKCaller) throws(SDKRefusal) {
        guard case .any(let wanted) = need else { return }
        try caller.requireScope(among: wanted)
    }
}

extension SDKCaller {
    /// Whether it has one of these scopes.
    func hasScope(among wanted: [String]) -> Bool {
        wanted.contains { AccessScope.list(scopes, implies: $0) }
    }

    /// Refuses a request whose key has none of these scopes.
    func requireScope(among wanted: [String]) throws(SDKRefusal) {
        guard !hasScope(among: wanted) else { return }
        throw SDKRefusal(
            status: 403,
            code: "insufficient_scope",
            message: "the key lacks the scope \(wanted.joined(separator: " or "))",
            hint: "mint a key that has it"
        )
        .with("required", .texts(wanted))
        .with("granted", .texts(scopes ?? AccessScope.all))
        .with("missing", .texts(wanted))
        .with("scope_version", .integer(AccessScope.version))
        .with("current_scope_version", .integer(AccessScope.version))
    }
}
