internal import PosternCore
internal import PosternEventLoop

// A person is asked before the request is recorded as let through.
extension Exchange {
    /// What the rule says about asking for a request of this method.
    private var approvalTerms: [ApprovalTerms] { request.approvalTerms }

    /// Whether a person has to approve it.
    var asksPerson: Bool { !approvalTerms.isEmpty }

    /// Whether a renewed request is to be approved by others than those who were asked, or are about to be.
    ///
    /// Where nobody was to be asked its body was not gathered, so that nobody could be shown it.
    func asksOthers(than renewed: UpstreamRequest) -> Bool {
        switch phase {
        case .inspecting, .running, .relaying, .ended: false
        case .refreshing, .approving, .counting, .recording, .connecting: renewed.approvalTerms != approvalTerms
        }
    }

    /// Asks, if the rule wants that.
    func approve() {
        let terms = approvalTerms
        guard !terms.isEmpty else {
            countUse()
            return
        }
        guard !request.rule.isTunnel, !request.ingress.isUpgrade else {
            fail(.approval(.unaskable(reason: "nobody can be shown what goes through a tunnel or a WebSocket")))
            return
        }
        guard let desk = worker.shared.desks.approvals else {
            fail(.approval(.unavailable))
            return
        }
        guard let frozen else {
            fail(.approval(.unaskable(reason: "a header field of it is no text")))
            return
        }
        phase = .approving
        let patience = worker.snapshot.settings.approvals.patience
        let route: ApprovalRoute
        if let call = client.call {
            route = call.approval.map { .execution(approval: $0) } ?? .api
        } else {
            route = .proxy(patience: patience)
        }
        worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.audit + patience.wholeNanoseconds)
        let exchange = LoopBound(self, on: worker.loop)
        let mailbox = worker.loop.mailbox
        desk.ask(frozen, under: terms, by: route) { answer in
            mailbox.post { loop in exchange.on(loop).approvalSettled(answer, by: desk) }
        }
    }

    /// The request as a person is shown it.
    private var frozen: FrozenRequest? {
        var attribution = attribution ?? CallAttribution()
        attribution.key = attribution.key ?? request.keyID
        attribution.user = attribution.user ?? request.rule.facts?.userID
        return request.frozen(body: bodyToRepeat, attribution: attribution, rule: client.call?.rule)
    }

    private func approvalSettled(_ answer: ApprovalAnswer, by desk: any ApprovalDesk) {
        guard case .approving = phase else {
            // The client went away meanwhile: it may send the request again.
            if case .granted(let approval) = answer { desk.giveBack(approval) }
            return
        }
        switch answer {
        case .granted(let approval):
            self.approval = approval
            countUse()
        case .pending(let pending): fail(.approval(.pending(pending)))
        case .denied(let approval): fail(.approval(.denied(approval: approval)))
        case .expired(let approval): fail(.approval(.expired(approval: approval)))
        case .refused(let reason): fail(.approval(.unaskable(reason: reason)))
        case .unavailable: fail(.approval(.unavailable))
        }
    }
}
