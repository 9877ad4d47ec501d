internal import PosternCore
internal import PosternEventLoop

// The request on its way up.
extension Exchange {
    /// Pieces sent in one turn, so that a fast upload leaves the loop time for others.
    private static let maxPiecesSentPerTurn = 16
    /// The most that is sent at once of a body that is there already, so that a head before it stays where it can be wiped.
    private static let maxRepeatedBytes = 65_536

    /// Sends what there is of the request, as far as the upstream takes it.
    func sendRequest() {
        var pieces = 0
        while case .running = phase, let upstream {
            pieces += 1
            guard pieces <= Exchange.maxPiecesSentPerTurn else {
                client.goOnNextTurn()
                return
            }
            if !upstream.takesRequest, !flush(upstream) { return }
            if isRequestSent { return }
            if hasSentHead, bodyToRepeat.isEmpty, !client.isRequestComplete, !awaitBody() { return }
            guard case .running = phase else { return }
            if !gather(for: upstream) { return }
        }
    }

    /// Puts together the next bytes for the upstream and sends them; `false` if the exchange ended or started anew.
    private func gather(for upstream: any Upstream) -> Bool {
        worker.sending.removeAll(keepingCapacity: true)
        if !hasSentHead {
            let signature = request.appendHead(
                to: &worker.sending,
                tags: TagContext(agent: request.agent.agentName ?? "", requestID: requestID, tags: tags),
                takesTrailers: upstream.takesTrailers,
                payload: signedPayload,
                at: worker.wallClock / 1_000_000_000
            )
            if let signature { request = request.masking(signature) }
        }
        let head = 0..<worker.sending.count
        // The head holds the credential.
        defer { if !head.isEmpty { worker.wipeSending() } }
        hasSentHead = true
        if !client.isRequestComplete || !bodyToRepeat.isEmpty {
            worker.sending.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: upstream.framingRoom))
        }
        let bodyStart = worker.sending.count
        do throws(ProxyError) {
            let repeated = min(bodyToRepeat.count - repeatedBytes, Exchange.maxRepeatedBytes)
            worker.sending.append(contentsOf: bodyToRepeat[repeatedBytes...].prefix(repeated))
            repeatedBytes += repeated
            if repeatedBytes == bodyToRepeat.count {
                bodyToRepeat = []
                repeatedBytes = 0
                letGo(downTo: sentBody?.count ?? 0)
                try client.takeBody(into: &worker.sending)
            }
            requestBodyBytes += worker.sending.count - bodyStart - repeated
            if sentBody != nil { keep(worker.sending[bodyStart...]) }
            if let limit = request.rule.maxBodyBytes, requestBodyBytes > limit {
                throw .bodyTooLarge(limit: limit)
            }
            try searchBody(from: bodyStart)
        } catch {
            fail(error)
            return false
        }
        let isLast = client.isRequestComplete && bodyToRepeat.isEmpty
        if sentAt == nil { sentAt = worker.loop.now }
        guard upstream.submit(head: head, body: bodyStart..<worker.sending.count, isLast: isLast) else {
            requestRefused()
            return false
        }
        if isLast { isRequestSent = true }
        let waits = worker.snapshot.waits
        worker.loop.set(deadline, afterNanoseconds: isLast ? waits.firstByte : waits.upstreamIdle)
        return true
    }

    /// Looks for a placeholder in the body bytes at the end of what is to be sent.
    private func searchBody(from start: Int) throws(ProxyError) {
        let isFound = worker.sending.withUnsafeBytes { bytes in
            bodySearch?.finds(in: UnsafeRawBufferPointer(rebasing: bytes[start...])) ?? false
        }
        if isFound { throw .placeholderLeaked(where: .body) }
    }

    /// Waits for more of the body; `false` if there is none yet.
    func awaitBody() -> Bool {
        switch client.awaitBody() {
        case .some: return true
        case .ended: fail(.clientClosed)
        case .none:
            let waits = worker.snapshot.waits
            // Where both sides talk at once, either may be silent while the other is not.
            worker.loop.set(
                deadline,
                afterNanoseconds: response.hasBegun ? max(waits.clientStall, waits.upstreamIdle) : waits.clientStall
            )
        }
        return false
    }

    /// Sends what was kept; `false` if some of it is left, or the exchange ended.
    private func flush(_ upstream: any Upstream) -> Bool {
        switch upstream.flush() {
        case true?:
            let waits = worker.snapshot.waits
            worker.loop.set(deadline, afterNanoseconds: isRequestSent ? waits.firstByte : waits.upstreamIdle)
            return true
        case false?: return false
        case nil:
            requestRefused()
            return false
        }
    }

    /// An upstream that refuses more of the request may have answered already: that answer counts.
    private func requestRefused() {
        if retry() { return }
        isRequestSent = true
        receiveAnswer()
    }
}
