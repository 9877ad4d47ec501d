internal import PosternCore
internal import PosternEventLoop

// What a rule wants to know before a request is recorded as let through.
extension Exchange {
    /// Gathers the body, if the rule looks into bodies, signs them, or a person is shown it, and judges it.
    func inspect() {
        let inspection = request.rule.inspection
        guard inspection != nil || asksPerson || request.signature != nil else {
            refresh()
            return
        }
        if !phase.isGathering {
            // Once for all of the body, and not anew for each byte: what is held back is held for nobody else.
            worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.clientStall)
            phase = .inspecting(isGathering: true)
        }
        do throws(ProxyError) {
            while try !passesUnsigned(inspection) {
                let former = bodyToRepeat.count
                try client.takeBody(into: &bodyToRepeat)
                guard hold(bodyToRepeat.count - former) else {
                    guard mayPassUnsigned(inspection) else { throw .overloaded }
                    signedPayload = .unsigned
                    break
                }
                try checkLength(inspection)
                if client.isRequestComplete { break }
                switch client.awaitBody() {
                case .some: continue
                case .none: return
                case .ended: throw .clientClosed
                }
            }
            requestBodyBytes = bodyToRepeat.count
            if let limit = request.rule.maxBodyBytes, requestBodyBytes > limit { throw .bodyTooLarge(limit: limit) }
            if let reason = inspection?.refusal(of: request.ingress.head, body: bodyToRepeat) {
                throw .policyDenied(rule: request.rule.id, reason: reason)
            }
            if request.signature != nil { signedPayload = signedPayload ?? AWSPayload(bodyToRepeat) }
            toolListRules = inspection?.toolListRules(forAnswerTo: bodyToRepeat) ?? []
            refresh()
        } catch { fail(error) }
    }

    /// Refuses a body that is longer than may be held.
    private func checkLength(_ inspection: BodyInspection?) throws(ProxyError) {
        if let inspection, bodyToRepeat.count > inspection.maxBytes {
            throw .policyDenied(
                rule: request.rule.id,
                reason: "it looks into bodies of up to \(inspection.maxBytes) bytes, and this one is longer"
            )
        }
        let limit = worker.snapshot.settings.approvals.maxBodyBytes
        if asksPerson, bodyToRepeat.count > limit {
            throw .approval(.unaskable(reason: "its body is longer than the \(limit) bytes that are kept"))
        }
    }

    /// Whether the body goes on without being held and signed, since it is too long for that.
    ///
    /// What is judged or shown to a person has to be here whole, and bounds of its own.
    private func passesUnsigned(_ inspection: BodyInspection?) throws(ProxyError) -> Bool {
        guard request.signature != nil else { return false }
        let limit = AWSSignature.maxHeldBytes
        var length = bodyToRepeat.count
        if case .length(let announced) = request.ingress.head.body { length = max(length, announced) }
        guard length > limit else { return false }
        guard mayPassUnsigned(inspection) else {
            throw .unsignable(rule: request.rule.id, .bodyTooLong(limit: limit))
        }
        signedPayload = .unsigned
        return true
    }

    private func mayPassUnsigned(_ inspection: BodyInspection?) -> Bool {
        inspection == nil && !asksPerson && request.mayLeaveBodyUnsigned
    }

    /// Counts bytes of the body among those that are held of all requests; `false` if there is no room for them.
    func hold(_ count: Int) -> Bool {
        guard worker.shared.held.hold(count, for: request.agent.principal, beside: heldBytes) else { return false }
        heldBytes += count
        return true
    }

    /// Counts out what is held no more.
    func letGo(downTo rest: Int) {
        guard heldBytes > rest else { return }
        worker.shared.held.letGo(heldBytes - rest, for: request.agent.principal)
        heldBytes = rest
    }

    /// Counts a use, if the grant, or one above it, is used up by uses.
    func countUse() {
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
