internal import PosternAdmin
internal import PosternControl
internal import PosternCore

extension ControlRoute {
    static let approvals: [ControlRoute] = [
        ControlRoute(.get, "/v1/approvals", query: ControlPage.parameters + ["status", "approver"]) { call in
            let page = try ControlPage(call.query)
            let approver = Approver(name: call.query["approver"], by: call.operator)
            let (board, states) = (try call.approvals, try call.states())
            let found = try await board.cases(for: approver, in: states, page.page)
            let total = try await board.caseCount(for: approver, in: states)
            return .ok(page.answer(found.map { ApprovalEntry($0) }, total: total))
        },
        ControlRoute(.get, "/v1/approvals/{approval}", query: ["approver"]) { call in
            let approver = Approver(name: call.query["approver"], by: call.operator)
            return .ok(ApprovalEntry(try await call.approvals.approvalCase(call.parameter("approval"), for: approver)))
        },
        ControlRoute(.post, "/v1/approvals/{approval}/approve") { call in
            let (approver, unseen) = try call.members { members throws(ControlRefusal) in
                (try members.text("approver"), try members.boolean("unseen") ?? false)
            }
            let status = try await call.approvals.approve(
                call.parameter("approval"),
                unseen: unseen,
                by: Approver(name: approver, by: call.operator)
            )
            return .ok(ApprovalEntry(status))
        },
        ControlRoute(.post, "/v1/approvals/{approval}/deny") { call in
            let (approver, reason) = try call.members { members throws(ControlRefusal) in
                (try members.text("approver"), try members.text("reason"))
            }
            let status = try await call.approvals.deny(
                call.parameter("approval"),
                reason: reason,
                by: Approver(name: approver, by: call.operator)
            )
            return .ok(ApprovalEntry(status))
        },
    ]
}

extension ControlCall {
    fileprivate var approvals: ApprovalBoard {
        get throws(ControlRefusal) {
            guard let board = services.approvals else {
                throw ControlRefusal(
                    status: 409,
                    code: "approvals_unavailable",
                    message: "this daemon asks nobody"
                )
            }
            return board
        }
    }

    /// The states asked for: `pending` if nothing is, `all`, or one of them.
    fileprivate func states() throws(ControlRefusal) -> Set<StoredApproval.Status> {
        guard let text = query["status"] else { return [.pending] }
        if text == "all" { return Set(StoredApproval.Status.allCases) }
        guard let status = StoredApproval.Status(rawValue: text) else {
            let known = StoredApproval.Status.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid("status is not all or one of \(known)")
        }
        return [status]
    }
}
