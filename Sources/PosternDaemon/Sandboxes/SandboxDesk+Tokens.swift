internal import PosternCore
internal import PosternProxy
internal import PosternSandbox

// Programs that are started without a network of their own.
extension SandboxDesk {
    /// A token, and for whom it is.
    struct Loan: Sendable {
        let answer: RunLoan
        fileprivate let lent: RunTokens.Lent
        fileprivate let caller: Caller
    }

    /// Lends a token for an agent, which ends with ``end(_:)``.
    func lend(_ name: String, to caller: Caller) throws(RunAnswer.Refusal) -> Loan {
        let agent = try agent(name, for: caller)
        guard let address = commonAddress() else {
            throw RunAnswer.Refusal(
                "no_listener",
                "posternd listens at no address at which any agent may call",
                hint: "add one to [proxy] listen"
            )
        }
        guard record("unisolated_start", caller, agent: agent.name) else { throw SandboxDesk.notRecorded }
        let (token, lent) = published.directory.runTokens.lend(to: agent)
        let answer = RunLoan(agent: agent.name, address: address, token: token)
        return Loan(answer: answer, lent: lent, caller: caller)
    }

    /// Ends a token: requests that were let through by it are cut.
    func end(_ loan: Loan) {
        published.directory.runTokens.end(loan.lent)
        entrances.reviewAuthority()
        record("unisolated_end", loan.caller, agent: loan.lent.agent)
    }
}
