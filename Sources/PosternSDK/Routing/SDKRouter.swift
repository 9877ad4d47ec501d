internal import PosternCore

/// Finds the route of a request by its method and the parts of its path.
struct SDKRouter: Sendable {
    /// A route and what stands in the variable parts of the path.
    struct Match: Sendable {
        let route: SDKRoute
        let parameters: [String: String]
    }

    private struct Template: Sendable {
        let route: SDKRoute
        let parts: [Substring]

        /// What stands in the variable parts of a path; `nil` if the path is another one.
        func parameters(_ given: [String]) -> [String: String]? {
            guard given.count == parts.count else { return nil }
            var parameters: [String: String] = [:]
            for (part, text) in zip(parts, given) {
                if part.hasPrefix("{") {
                    guard !text.isEmpty else { return nil }
                    parameters[String(part.dropFirst().dropLast())] = text
                } else if part != text {
                    return nil
                }
            }
            return parameters
        }
    }

    private let templates: [Template]

    init(_ routes: [SDKRoute]) {
        templates = routes.map { Template(route: $0, parts: $0.path.dropFirst().split(separator: "/")) }
    }

    /// The first route that fits; `nil` if none has this path, and a refusal if they have other methods.
    func match(_ method: Method, _ parts: [String]) throws(SDKRefusal) -> Match? {
        var others: [Method] = []
        for template in templates {
            guard let parameters = template.parameters(parts) else { continue }
            if template.route.method == method { return Match(route: template.route, parameters: parameters) }
            others.append(template.route.method)
        }
        guard !others.isEmpty else { return nil }
        var refusal = SDKRefusal(
            status: 405,
            code: "method_not_allowed",
            message: "this path does not have the method \(method.rawValue)"
        )
        refusal.fields.append(("allow", others.map(\.rawValue).joined(separator: ", ")))
        throw refusal
    }
}
