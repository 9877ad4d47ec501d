internal import PosternCore

extension SDKRoute {
    static let scopes: [SDKRoute] = [
        SDKRoute(.get, "/sdk/scopes", .nothing) { _ in
            let verbs = JSONText.object([("verbs", .texts(AccessScope.verbs))])
            return .ok(
                .object([
                    ("scope_version", .integer(AccessScope.version)),
                    ("resources", .object(AccessScope.resources.map { ($0, verbs) })),
                    ("action_verbs", .texts(AccessScope.actions)), ("deprecated", .list([])),
                ])
            )
        }
    ]
}
