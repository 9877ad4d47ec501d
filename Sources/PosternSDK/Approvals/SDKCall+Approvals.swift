internal import PosternAdmin
internal import PosternCore

extension SDKCall {
    /// Tells how it stands with a call that waits for a person, perhaps after some seconds.
    func approvalStatus() async throws -> SDKReply {
        let wait = Duration.seconds(try integer("wait", in: 0...25) ?? 0)
        guard let status = try await services.approvals.status(try approvalID(), of: caller.asker, wait: wait)
        else { throw SDKRefusal.approvalNotFound }
        return .ok(status.json)
    }

    /// Tells what came of a call that was approved.
    func approvalResult() async throws -> SDKReply {
        let id = try approvalID()
        guard let result = try await services.approvals.result(id, of: caller.asker) else {
            throw SDKRefusal.approvalNotFound
        }
        switch result {
        case .answered(let answer): return .ok(answer.json(approval: id))
        case .open(let status):
            throw SDKRefusal.approval("approval_pending", "the approval is \(status.rawValue)")
        case .sent: throw SDKRefusal.approval("approval_no_result", "the client itself sent the request")
        case .forgotten: throw SDKRefusal.approval("approval_no_result", "the answer is not kept any more")
        case .denied(let reason):
            throw SDKRefusal.approval("approval_denied", reason.map { "the request was denied: \($0)" })
        case .expired: throw SDKRefusal.approval("approval_expired", "nobody decided in time")
        case .failed(let code):
            throw SDKRefusal.approval("approval_execution_failed", "the approved call failed: \(code)")
        }
    }

    private func approvalID() throws(SDKRefusal) -> String {
        let id = try parameter("approval").lowercased()
        guard Identifier.isOne(id) else { throw SDKRefusal.approvalNotFound }
        return id
    }
}

extension SDKRefusal {
    fileprivate static let approvalNotFound = SDKRefusal(
        status: 404,
        code: "approval_not_found",
        message: "there is no such approval"
    )

    fileprivate static func approval(_ code: String, _ message: String?) -> SDKRefusal {
        SDKRefusal(status: 409, code: code, message: message ?? "the request was denied")
    }
}
