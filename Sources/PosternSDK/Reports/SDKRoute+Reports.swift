internal import PosternCore

extension SDKRoute {
    static let reports: [SDKRoute] = [
        SDKRoute(.post, "/sdk/oauth/audit/api-call", .scope("audit:emit"), worksWhilePaused: true) { call in
            let (report, reason) = try call.members(ignoringOthers: true) { members throws(SDKRefusal) in
                var report = ReportRecord.Call()
                report.grant = SDKCall.shortened(try members.text("grant_id"))
                report.provider = SDKCall.shortened(try members.text("provider_id"))
                report.method = SDKCall.shortened(try members.text("method"))
                report.url = SDKCall.shortened(try members.text("url").map { ReportedURL($0).text })
                report.status = try members.integer("response_status", in: 0...999)
                report.milliseconds = try members.integer("latency_ms", in: 0...1_000_000_000)
                return (report, try members.text("reason"))
            }
            try await call.record([.call(report)], reason: reason)
            return .ok(.object([("recorded", .boolean(true))]))
        },
        SDKRoute(.post, "/sdk/spans", .scope("spans:emit"), worksWhilePaused: true) { call in
            let spans = try call.members { members throws(SDKRefusal) in try SpanReports.read(&members) }
            let fresh = call.services.spans.fresh(spans, of: call.caller.asker)
            do { try await call.record(fresh.map { .span($0) }) } catch {
                call.services.spans.forget(fresh, of: call.caller.asker)
                throw error
            }
            return .ok(.object([("accepted", .integer(fresh.count))]))
        },
    ]
}
