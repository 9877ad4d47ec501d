internal import Hummingbird
internal import PosternAdmin
internal import PosternControl
internal import PosternCore

/// Finds the route of a request and asks it.
struct ControlRouter {
    let administration: Administration
    let services: ControlServices

    /// Every route, behind the checks that are the same for all.
    func responder() -> RouterResponder<ControlContext> {
        let router = Router(context: ControlContext.self)
        router.add(middleware: ControlGate())
        for route in ControlRoute.all {
            let path = route.path.replacing("{", with: ":").replacing("}", with: "")
            guard let method = HTTPRequest.Method(rawValue: route.method.rawValue) else { continue }
            router.on(RouterPath(path), method: method) { request, context in
                try await answer(request, context, route)
            }
        }
        return router.buildResponder()
    }

    private func answer(_ request: Request, _ context: ControlContext, _ route: ControlRoute) async throws -> Response {
        let query = try ControlQuery.parse(request.uri.query, allowed: route.query)
        var parameters: [String: String] = [:]
        for (name, value) in context.parameters {
            guard let decoded = PercentEncoding.text(value.utf8) else {
                throw ControlRefusal.invalid("the path is not well encoded")
            }
            parameters[String(name)] = decoded
        }
        let body = try await ControlBody.read(request, limit: route.maxBodyBytes)
        if !body.bytes.isEmpty, route.method == .get || route.method == .delete {
            throw ControlRefusal.invalid("a \(route.method.rawValue) has no body")
        }
        let reply = try await route.handle(
            ControlCall(
                administration: administration,
                services: services,
                operator: context.operator,
                parameters: parameters,
                query: query,
                body: body
            )
        )
        return try Response(reply)
    }
}
