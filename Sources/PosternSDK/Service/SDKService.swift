internal import CLinux
package import PosternCore

/// The API that programs use, over the use cases of the operator and the proxy's own pipeline.
package struct SDKService: OwnService {
    let services: SDKServices
    let gate: SDKGate
    private let router = SDKRouter(SDKRoute.all)

    /// Serves the API; `monotonic` is a clock in nanoseconds.
    package init(_ services: SDKServices, monotonic: @escaping @Sendable () -> UInt64 = { postern_monotonic_ns() }) {
        self.services = services
        gate = SDKGate(services: services, monotonic: monotonic)
    }

    package func holder(of head: ServiceRequest) -> PrincipalID? {
        guard let path = SignedPath(head.path), let query = SignedQuery(head.query) else { return nil }
        return gate.holder(of: head, path: path, query: query)
    }

    package func answer(_ request: ServiceRequest) async -> ServiceAnswer {
        var trail = SDKTrail()
        do {
            let reply = try await reply(to: request, &trail)
            return answer(request, trail, status: reply.status, reply.body, reply.fields)
        } catch {
            let refusal = SDKRefusal(error)
            record(refusal, of: request, trail)
            return answer(request, trail, status: refusal.status, refusal.body, refusal.fields)
        }
    }

    private func reply(to request: ServiceRequest, _ trail: inout SDKTrail) async throws -> SDKReply {
        guard let path = SignedPath(request.path), let query = SignedQuery(request.query) else {
            throw SDKRefusal.invalid("the path or the query is not well encoded")
        }
        guard path.parts.first == "sdk" else {
            throw SDKRefusal(status: 404, code: "not_found", message: "there is nothing at this path")
        }
        let match = try router.match(request.method, path.parts)
        guard request.body.count <= match?.route.maxBodyBytes ?? SDKRoute.usualMaxBodyBytes else {
            throw SDKRefusal(status: 413, code: "body_too_large", message: "the body is too long")
        }
        let caller = try await gate.admit(request, to: match?.route, path: path, query: query, &trail)
        guard let match else { throw SDKRefusal.notSupported }
        let call = SDKCall(
            services: services,
            caller: caller,
            parameters: match.parameters,
            query: try query.parameters(allowed: match.route.query),
            request: request
        )
        let reply = try await match.route.handle(call)
        // As it is now: what let it in may have been revoked while it waited.
        if match.route.waits { try await gate.readmit(request, to: match.route, &trail) }
        return reply
    }

    private func answer(
        _ request: ServiceRequest,
        _ trail: SDKTrail,
        status: Int,
        _ body: JSONText?,
        _ fields: [(name: String, value: String)]
    ) -> ServiceAnswer {
        // Answers hold keys that are shown once.
        let usual = [("cache-control", "no-store"), ("x-request-id", request.id)]
        let type = body == nil ? [] : [("content-type", "application/json")]
        // What a refusal says of a limit is nearer to it than what was noted on the way.
        let noted = trail.fields.filter { field in !fields.contains { $0.name == field.name } }
        return ServiceAnswer(status: status, fields: usual + type + noted + fields, body: body?.bytes ?? [])
    }
}
