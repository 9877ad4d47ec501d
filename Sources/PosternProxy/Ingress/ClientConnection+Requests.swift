internal import PosternCore
internal import PosternEventLoop

// What becomes of a head that has arrived: an exchange, a connection to a host, or an answer of ours.
extension ClientConnection {
    func admit(_ head: RequestHead) {
        round = Round(head)
        switch worker.admit(head, from: source, inside: intercepted, client: self) {
        case .task(let task):
            state = .busy(task)
            task.begin()
        case .intercept(let host): intercept(host, head)
        case .refused(let refused): answer(refused, head: head)
        }
    }

    /// Refuses what could not be read as a request.
    func refuse(_ error: ProxyError) {
        answer(worker.refusal(error, from: source, intercepted: intercepted), head: nil)
    }

    /// Tells a refusal, and sees to it that the body it has is not taken for the next request.
    func answer(_ refused: Admission.Refused, head: RequestHead?) {
        guard !awaitsTLS else { return cut() }
        let canGoOn = head.map { $0.keepsConnection && canDiscard($0) } ?? false
        let closes = refused.error.endsConnection || !canGoOn || socket.hasEnded
        let response = refused.problem.response(
            requestID: refused.requestID,
            closes: closes,
            isBodiless: head?.method == .head
        )
        response.withUnsafeBytes { write($0) }
        if closes {
            finishConnection()
        } else if let head, head.body != .none {
            state = .discarding(RequestBodyDecoder(head.body), remaining: ClientConnection.maxDiscardedBytes)
        } else {
            becameIdle()
        }
    }

    /// Whether the body of a refused request may be read to keep the connection.
    ///
    /// A client that waits for 100 Continue may or may not send one, so the next bytes could be either.
    private func canDiscard(_ head: RequestHead) -> Bool {
        switch head.body {
        case .none: true
        case .length(let length): !head.expectsContinue && length < ClientConnection.maxDiscardedBytes
        case .chunked: !head.expectsContinue
        }
    }

    func becameIdle() {
        state = .idle
        if output.isEmpty { worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.clientIdle) }
    }
}
