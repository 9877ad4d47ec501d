internal import HTTPTypes
internal import Hummingbird
internal import PosternControl

/// What holds for every request, and what every error looks like.
struct ControlGate: RouterMiddleware {
    func handle(
        _ request: Request,
        context: ControlContext,
        next: (Request, ControlContext) async throws -> Response
    ) async throws -> Response {
        do {
            try check(request)
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            return Response(missing(request))
        } catch {
            return Response(ControlRefusal(error))
        }
    }

    private func check(_ request: Request) throws(ControlRefusal) {
        // Browsers set it wherever a page has a hand in a request, and programs have no reason to.
        guard request.headers[.origin] == nil else {
            throw ControlRefusal(status: 403, code: "origin_refused", message: "requests from web pages are refused")
        }
        // The path alone says what is asked for: no scheme, no host, no part that could be read in two ways.
        let target = request.head.path ?? ""
        let path = target.prefix { $0 != "?" }
        guard path.hasPrefix("/"), !path.contains("//"), !path.hasSuffix("/"), !target.contains("#") else {
            throw ControlRefusal(status: 404, code: "not_found", message: "there is no such path")
        }
    }

    private func missing(_ request: Request) -> ControlRefusal {
        let segments = request.uri.path.split(separator: "/")
        let methods = ControlRoute.all.filter { route in
            let template = route.path.split(separator: "/")
            return template.count == segments.count
                && zip(template, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }.map(\.method.rawValue)
        guard !methods.isEmpty else {
            return ControlRefusal(status: 404, code: "not_found", message: "there is no such path")
        }
        return ControlRefusal(
            status: 405,
            code: "method_not_allowed",
            message: "this path cannot be asked by \(request.method.rawValue)",
            hint: "use \(methods.joined(separator: " or "))"
        )
    }
}
