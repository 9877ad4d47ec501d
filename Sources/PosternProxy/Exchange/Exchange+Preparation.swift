internal import PosternCore
internal import PosternEventLoop

// What a rule wants to know before a request is recorded as let through.
extension Exchange {
    /// Gathers the body, if the rule looks into bodies, and judges it.
    func inspect() {
        guard let inspection = request.rule.inspection else {
            countUse()
            return
        }
        if !phase.isGathering {
            // Once for all of the body, and not anew for each byte: what is held back is held for nobody else.
            worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.clientStall)
            phase = .inspecting(isGathering: true)
        }
        do throws(ProxyError) {
            while true {
                try client.takeBody(into: &bodyToRepeat)
                try holdBody()
                guard bodyToRepeat.count <= inspection.maxBytes else {
                    throw .policyDenied(
                        rule: request.rule.id,
                        reason: "it looks into bodies of up to \(inspection.maxBytes) bytes, and this one is longer"
                    )
                }
                if client.isRequestComplete { break }
                switch client.awaitBody() {
                case .some: continue
                case .none: return
                case .ended: throw .clientClosed
                }
            }
            requestBodyBytes = bodyToRepeat.count
            if let limit = request.rule.maxBodyBytes, requestBodyBytes > limit { throw .bodyTooLarge(limit: limit) }
            if let reason = inspection.refusal(of: request.ingress.head, body: bodyToRepeat) {
                throw .policyDenied(rule: request.rule.id, reason: reason)
            }
            toolListRules = inspection.toolListRules(forAnswerTo: bodyToRepeat)
            countUse()
        } catch { fail(error) }
    }

    /// Counts the bytes that are held of the body among those of all requests.
    private func holdBody() throws(ProxyError) {
        let more = bodyToRepeat.count - heldBytes
        guard worker.shared.hold(more) else { throw .overloaded }
        heldBytes += more
    }

    /// Counts a use, if the grant, or one above it, is used up by uses.
    private func countUse() {
        let limits = request.rule.useLimits
        guard !limits.isEmpty else {
            record()
            return
        }
        phase = .counting
        worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.audit)
        let exchange = LoopBound(self, on: worker.loop)
        let mailbox = worker.loop.mailbox
        worker.shared.uses.count(limits) { result in
            mailbox.post { loop in exchange.on(loop).useCounted(result) }
        }
    }

    private func useCounted(_ result: UseCount) {
        guard case .counting = phase else { return }
        switch result {
        case .counted: record()
        case .usedUp(let grant): fail(.grantUsedUp(rule: grant))
        case .unavailable: fail(.storeUnavailable)
        }
    }
}
