internal import PosternAdmin
internal import PosternControl
internal import PosternCore

extension ControlRoute {
    static let service: [ControlRoute] = [
        ControlRoute(.get, "/v1/status") { call in .ok(try await call.services.status()) },
        ControlRoute(.post, "/v1/explain") { call in
            let query = try call.members { members throws(ControlRefusal) in
                ControlServices.ExplainQuery(
                    agent: try members.requiredText("agent"),
                    method: try members.requiredText("method"),
                    url: try members.requiredText("url"),
                    body: try members.text("body")
                )
            }
            return .ok(try await call.services.explain(query))
        },
        ControlRoute(.get, "/v1/placeholders", query: ControlPage.parameters + ["agent"]) { call in
            let page = try ControlPage(call.query)
            return .ok(page.answer(cutting: try await call.services.placeholders(call.query["agent"])) { $0 })
        },
        ControlRoute(.post, "/v1/store/rekey") { call in
            let source = try call.members { members throws(ControlRefusal) in try members.text("source") }
            return .ok(try await call.services.rekey(source, call.operator))
        },
        ControlRoute(.post, "/v1/store/check") { call in
            try call.expectNoMembers()
            return .ok(StoreCheckAnswer(problems: try await call.administration.checkStore()))
        },
        ControlRoute(.post, "/v1/config/reload") { call in
            try call.expectNoMembers()
            return .ok(try await call.services.reload(call.operator))
        },
    ]
}
