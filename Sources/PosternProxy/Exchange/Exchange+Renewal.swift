internal import PosternCore
internal import PosternEventLoop

// Access tokens that end are renewed before they are sent, and once more if the upstream does not take them.
extension Exchange {
    /// The most of a body that is kept to be sent again.
    private static let maxKeptBytes = 262_144
    /// How long a renewal may take.
    private static let patience = Duration.seconds(45)

    private var life: CredentialLife? { request.rule.credential?.life }

    /// Renews the token first, if it is about to end.
    func refresh() {
        guard let life else {
            approve()
            return
        }
        let now = worker.wallClock / 1_000_000_000
        sentBody = []
        guard let renewsAt = life.renewsAt, renewsAt <= now else {
            approve()
            return
        }
        guard life.isRenewable else {
            guard let end = life.endsAt, end <= now else { return approve() }
            fail(.credential(.broken(rule: request.rule.id)))
            return
        }
        renew(life)
    }

    /// Keeps what is sent of the body, as long as all of it can be kept.
    func keep(_ piece: some Collection<UInt8>) {
        guard let kept = sentBody?.count else { return }
        guard kept + piece.count <= Exchange.maxKeptBytes, hold(piece.count) else {
            sentBody = nil
            return
        }
        sentBody?.append(contentsOf: piece)
    }

    /// Sends the request again with another token, after the upstream refused the one it had; `false` if that is its answer.
    func renewAfterRefusal() -> Bool {
        let now = worker.wallClock / 1_000_000_000
        guard !hasRenewed, let life, life.isRenewable, isRequestSent, let body = sentBody,
            request.refusal(at: now) == nil, let credential = request.rule.credential?.identity,
            !worker.shared.refusedTokens.isFutile(credential, version: life.version, at: now)
        else { return false }
        hasRenewed = true
        guard approval == nil else {
            // What a person has approved is sent once, whatever comes of it; the next one has another token.
            worker.shared.desks.refresher?.refresh(credential, after: life.version) { _ in }
            return false
        }
        upstream?.release()
        upstream = nil
        response = ResponseProgress()
        hasSentHead = false
        isRequestSent = false
        sentAt = nil
        firstByteAt = nil
        requestBodyBytes = 0
        bodyToRepeat = body
        sentBody = []
        retries += 1
        renew(life)
        return true
    }

    private var isStillGood: Bool {
        life?.endsAt.map { worker.wallClock / 1_000_000_000 < $0 } ?? true
    }

    private func renew(_ life: CredentialLife) {
        guard let refresher = worker.shared.desks.refresher, let credential = request.rule.credential else {
            fail(.credential(.unavailable(rule: request.rule.id)))
            return
        }
        phase = .refreshing
        worker.loop.set(deadline, after: Exchange.patience)
        let exchange = LoopBound(self, on: worker.loop)
        let mailbox = worker.loop.mailbox
        refresher.refresh(credential.identity, after: life.version) { result in
            mailbox.post { loop in exchange.on(loop).renewed(result, after: life.version) }
        }
    }

    private func renewed(_ result: CredentialRefresh, after version: Int) {
        guard case .refreshing = phase else { return }
        switch result {
        case .refreshed:
            // It is in force on this loop already, so the request has the authority with the new token.
            guard let life, life.version > version, let credential = request.rule.credential?.identity else {
                fail(.credential(.unavailable(rule: request.rule.id)))
                return
            }
            guard isSettled else {
                approve()
                return
            }
            let now = worker.wallClock / 1_000_000_000
            worker.shared.refusedTokens.note(credential, version: life.version, at: now)
            connect(mayReuse: true)
        case .broken: fail(.credential(.broken(rule: request.rule.id)))
        // It was to be renewed a little before its end, so it may still do.
        case .unavailable where !isSettled && isStillGood: approve()
        case .unavailable: fail(.credential(.unavailable(rule: request.rule.id)))
        }
    }
}
