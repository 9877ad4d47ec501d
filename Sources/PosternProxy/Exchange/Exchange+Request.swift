internal import PosternCore
internal import PosternEventLoop
internal import PosternUpstream

// The request on its way up. Head and body are written anew; what the client framed is not passed on.
extension Exchange {
    private static let chunkHeaderBytes = 10
    /// Pieces sent in one turn, so that a fast upload leaves the loop time for others.
    private static let maxPiecesSentPerTurn = 16

    /// Sends what there is of the request, as far as the upstream takes it.
    func sendRequest() {
        var pieces = 0
        while case .running = phase, let upstream {
            pieces += 1
            guard pieces <= Exchange.maxPiecesSentPerTurn else {
                client.goOnNextTurn()
                return
            }
            if !pendingUp.isEmpty, !flush(to: upstream) { return }
            if isRequestSent { return }
            if hasSentHead, !requestBody.isComplete, !readBody() { return }
            guard case .running = phase else { return }
            if !gather() { return }
        }
    }

    /// Puts together the next bytes for the upstream and sends them; `false` if the exchange ended.
    private func gather() -> Bool {
        let isHead = !hasSentHead
        worker.sending.removeAll(keepingCapacity: true)
        if isHead {
            request.appendHead(
                to: &worker.sending,
                tags: TagContext(agent: request.agent.name, requestID: requestID, tags: tags)
            )
            hasSentHead = true
        }
        do throws(ProxyError) {
            try appendBody()
        } catch {
            wipeSending()
            fail(error)
            return false
        }
        let isSent = requestBody.isComplete
        let goesOn = send(wipes: isHead)
        if isSent, goesOn {
            isRequestSent = true
            worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.firstByte)
        }
        return goesOn
    }

    /// Appends the body bytes that have arrived, in one chunk if the body is chunked.
    private func appendBody() throws(ProxyError) {
        guard !requestBody.isComplete else { return }
        let isChunked = request.ingress.head.body == .chunked
        let start = worker.sending.count
        if isChunked {
            worker.sending.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: Exchange.chunkHeaderBytes))
        }
        let dataStart = worker.sending.count
        if !client.input.isEmpty {
            _ = try client.consumeBody(&requestBody) { worker.sending.append(contentsOf: $0) }
        }
        let count = worker.sending.count - dataStart
        requestBodyBytes += count
        if let limit = request.rule.constraints.maxBodyBytes, requestBodyBytes > limit {
            throw .bodyTooLarge(limit: limit)
        }
        guard isChunked else { return }
        if count == 0 {
            worker.sending.removeLast(worker.sending.count - start)
        } else {
            // The size was not known when its place was made, so it is written with leading zeros (RFC 9112 section 7.1).
            for index in 0..<8 { worker.sending[start + 7 - index] = HexDigit.lower[count >> (4 * index) & 15] }
            worker.sending[start + 8] = 0x0d
            worker.sending[start + 9] = 0x0a
            worker.sending.append(contentsOf: "\r\n".utf8)
        }
        if requestBody.isComplete { worker.sending.append(contentsOf: ChunkedEncoder.end) }
    }

    /// Waits for more of the body; `false` if there is none yet.
    private func readBody() -> Bool {
        guard client.input.isEmpty else { return true }
        if owesContinue {
            owesContinue = false
            let interim: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"
            client.write(UnsafeRawBufferPointer(start: interim.utf8Start, count: interim.utf8CodeUnitCount))
        }
        if client.receive() { return true }
        if client.hasEnded {
            fail(.clientClosed)
        } else {
            worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.clientStall)
        }
        return false
    }

    /// Sends the gathered bytes and keeps what is not taken; `false` if the exchange ended or started anew.
    private func send(wipes: Bool) -> Bool {
        guard let upstream else { return false }
        defer { if wipes { wipeSending() } }
        if sentAt == nil { sentAt = worker.loop.now }
        let result = worker.sending.withUnsafeBytes { bytes -> UpstreamConnection.Sent in
            var sent = 0
            while sent < bytes.count {
                switch upstream.send(UnsafeRawBufferPointer(rebasing: bytes[sent...])) {
                case .bytes(let count): sent += count
                case .wouldBlock:
                    pendingUp.append(UnsafeRawBufferPointer(rebasing: bytes[sent...]))
                    return .bytes(sent)
                case .failed: return .failed
                }
                hasSentBytes = true
            }
            return .bytes(sent)
        }
        if case .failed = result { return sendFailed() }
        worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.upstreamIdle)
        return true
    }

    /// The head holds the credential.
    private func wipeSending() {
        worker.sending.withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 0) }
    }

    /// Sends what was kept; `false` if some of it is left, or the exchange ended.
    private func flush(to upstream: UpstreamConnection) -> Bool {
        while !pendingUp.isEmpty {
            switch pendingUp.withBytes({ upstream.send($0) }) {
            case .bytes(let count):
                hasSentBytes = true
                pendingUp.consume(count)
                worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.upstreamIdle)
            case .wouldBlock: return false
            case .failed:
                _ = sendFailed()
                return false
            }
        }
        if isRequestSent { worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.firstByte) }
        return true
    }

    /// An upstream that refuses more of the request may have answered already: that answer counts.
    private func sendFailed() -> Bool {
        if retry() { return false }
        pendingUp.removeAll()
        isRequestSent = true
        response.mustEnd = true
        receiveAnswer()
        return false
    }
}
