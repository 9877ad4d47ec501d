internal import Foundation

/// A document of `docs` that describes an API, as tests compare it with what is served.
package struct OpenAPIDocument: Sendable {
    /// The members of an object: those that it may have, and those that it must.
    package typealias Members = (known: Set<String>, required: Set<String>)

    /// Every request, such as `GET /v1/agents`, with the parameters of its query.
    package let requests: [String: Set<String>]
    private let schemas: [String: Members]

    private typealias Object = [String: Any]

    /// Reads the document of this name.
    package init(_ name: String) throws {
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try Data(contentsOf: repository.appendingPathComponent("docs/\(name)"))
        let root = try JSONSerialization.jsonObject(with: data) as? Object ?? [:]
        var requests: [String: Set<String>] = [:]
        for (path, methods) in root["paths"] as? [String: [String: Object]] ?? [:] {
            for (method, operation) in methods {
                let parameters = operation["parameters"] as? [Object] ?? []
                let query = parameters.filter { $0["in"] as? String == "query" }.compactMap { $0["name"] as? String }
                requests["\(method.uppercased()) \(path)"] = Set(query)
            }
        }
        self.requests = requests
        let components = root["components"] as? Object ?? [:]
        schemas = (components["schemas"] as? [String: Object] ?? [:]).mapValues { schema in
            let known = (schema["properties"] as? Object ?? [:]).keys
            return (Set(known), Set(schema["required"] as? [String] ?? []))
        }
    }

    /// The members of an object of this name; `nil` if it is not described.
    package func members(of schema: String) -> Members? { schemas[schema] }
}
