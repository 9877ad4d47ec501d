internal import PosternCore
internal import PosternEventLoop

// The answer on its way down, one piece at a time.
extension Exchange {
    /// Pieces passed on in one turn, so that a fast upstream leaves the loop time for others.
    private static let maxPiecesPerTurn = 8

    /// Receives and passes on what has come, as far as the client takes it.
    func receiveAnswer() {
        var pieces = 0
        while case .running = phase, let upstream, hasSentHead {
            if !upstream.holdsReceived {
                guard client.takesAnswer else { break }
                guard pieces < Exchange.maxPiecesPerTurn else {
                    client.goOnNextTurn()
                    break
                }
                pieces += 1
            }
            if response.isDecoding, !upstream.holdsReceived {
                passOnDecoded()
                continue
            }
            let part = upstream.receive(behind: response.heldBack.count)
            if case .nothing = part { break }
            passOn(part)
        }
        guard case .running = phase else { return }
        // The head of an answer whose body takes its time.
        beginAnswer()
        if !client.takesAnswer {
            isClientSlow = true
            worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.clientStall)
        }
    }

    private func passOn(_ part: AnswerPart) {
        let isOfAnswer = if case .lost(let hasBegun) = part { hasBegun } else { true }
        if isOfAnswer, !response.hasBegun {
            response.hasBegun = true
            firstByteAt = .now
        }
        worker.loop.set(deadline, afterNanoseconds: worker.snapshot.waits.upstreamIdle)
        do throws(UpstreamError) {
            switch part {
            case .head(let head): head.status < 200 ? try passOnInterim(head) : try prepare(head)
            case .body(let range, let isLast): try passOnReceived(range, isLast: isLast)
            case .trailers(let lines):
                response.trailers = lines
                let end = AnsweringBuffer.start(behind: response.heldBack.count)
                try passOnReceived(end..<end, isLast: true)
            case .malformed: throw .responseMalformed
            case .lost:
                if !response.isHeadSent, response.head == nil, retry() { return }
                throw response.hasBegun ? .responseIncomplete : .connectionLost
            case .nothing: break
            }
        } catch { fail(.upstream(error)) }
    }

    // MARK: Heads

    /// Passes on an interim answer, RFC 9110 section 15.2; `100 Continue` is answered by Postern itself.
    private func passOnInterim(_ head: ResponseHead) throws(UpstreamError) {
        if try request.becomesWebSocket(by: head) {
            relay(asWebSocketFrom: head)
            return
        }
        response.interimHeads += 1
        guard response.interimHeads <= ResponseLimits().maxInterimHeads else { throw .responseMalformed }
        guard head.status != 100 else { return }
        response.scrubbedCount += client.sendInterim(downstream(head))
    }

    /// A head as the client gets it; `length` is that of a body which is not the one that was received.
    func downstream(_ head: ResponseHead, length: Int? = nil) -> DownstreamHead {
        DownstreamHead(
            head,
            under: request.rule,
            masking: request.scrubbing,
            length: length,
            isRewritten: !response.toolFilters.isEmpty
        )
    }

    /// Takes in the final head, which goes out with the first bytes of the body.
    private func prepare(_ head: ResponseHead) throws(UpstreamError) {
        if head.status == 401, renewAfterRefusal() { return }
        if request.issuesTokens, head.body != .none { response.tokens = TokenAnswer() }
        if let scrubbing = request.scrubbing {
            if head.isContentEncoded, head.body != .none {
                guard let decoder = ContentDecoder(for: head) else { throw .contentEncoded }
                response.decoder = decoder
            }
            response.scrubber = StreamScrubber(scrubbing)
            response.messages = MessageBoundaries(for: head)
        }
        if head.body != .none, !toolListRules.isEmpty {
            response.toolFilters = BodyInspection.filters(
                toolListRules,
                for: head,
                isDecoded: response.decoder != nil
            )
        }
        response.status = head.status
        response.head = head
        if head.body == .none { try passOnBody(AnsweringBuffer.headerRoom..<AnsweringBuffer.headerRoom, isLast: true) }
    }

    /// Sends the head, unless that is done.
    private func beginAnswer() {
        guard let head = response.head, !response.isHeadSent, response.tokens == nil else { return }
        sendHead(head)
        client.flushHead()
    }

    private func sendHead(_ head: ResponseHead) {
        response.isHeadSent = true
        let isAltered = !response.toolFilters.isEmpty || response.scrubber.map { $0.maskedCount > 0 } ?? false
        response.scrubbedCount += client.begin(downstream(head), isAltered: isAltered)
    }

    // MARK: Body

    /// Passes on what was received of the body, or keeps it for the decoder.
    private func passOnReceived(_ received: Range<Int>, isLast: Bool) throws(UpstreamError) {
        guard let decoder = response.decoder else {
            try inspect(received)
            try passOnBody(received, isLast: isLast)
            return
        }
        decoder.feed(UnsafeRawBufferPointer(rebasing: worker.answering[received]))
        response.hasReceivedAll = isLast
    }

    /// Passes on the next piece of a body whose coding is undone.
    private func passOnDecoded() {
        guard let decoder = response.decoder else { return }
        let start = AnsweringBuffer.start(behind: response.heldBack.count)
        let room = UnsafeMutableRawBufferPointer(
            rebasing: worker.answering[start..<start + AnsweringBuffer.pieceBytes]
        )
        do throws(UpstreamError) {
            switch decoder.next(into: room) {
            case .output(let count):
                try inspect(start..<start + count)
                try passOnBody(start..<start + count, isLast: false)
            case .needsInput:
                guard response.hasReceivedAll else { return }
                guard decoder.finish() else { throw .responseMalformed }
                response.decoder = nil
                try passOnBody(start..<start, isLast: true)
            case .malformed, .excessive: throw .contentEncoded
            }
        } catch { fail(.upstream(error)) }
    }

    /// Passes on body bytes, or gathers them.
    private func passOnBody(_ received: Range<Int>, isLast: Bool) throws(UpstreamError) {
        guard response.tokens == nil else {
            try keepTokens(in: received, isLast: isLast)
            return
        }
        guard response.toolFilters.isEmpty else {
            try passOnWithoutTools(received, isLast: isLast)
            return
        }
        try passOnMasked(received, isLast: isLast)
    }

    /// Passes on body bytes without the tools that the agent may not call.
    private func passOnWithoutTools(_ received: Range<Int>, isLast: Bool) throws(UpstreamError) {
        var bytes = Array(worker.answering[received])
        do throws(ToolListFault) {
            for index in response.toolFilters.indices {
                bytes = try response.toolFilters[index].feed(bytes[...])
                if isLast { bytes += try response.toolFilters[index].finish() }
            }
        } catch { throw .toolListUnreadable(reason: error.reason) }
        // What was held comes at once and may be more than there is room for.
        var rest = bytes[...]
        repeat {
            let piece = rest.prefix(AnsweringBuffer.pieceBytes)
            rest = rest.dropFirst(piece.count)
            if piece.isEmpty, !isLast { return }
            let start = AnsweringBuffer.start(behind: response.heldBack.count)
            UnsafeMutableRawBufferPointer(rebasing: worker.answering[start..<start + piece.count]).copyBytes(
                from: piece
            )
            try passOnMasked(start..<start + piece.count, isLast: isLast && rest.isEmpty)
        } while !rest.isEmpty
    }

    /// Masks and passes on body bytes; the last of them may be held back.
    private func passOnMasked(_ received: Range<Int>, isLast: Bool) throws(UpstreamError) {
        let held = response.heldBack
        let start = received.lowerBound - held.count
        if !held.isEmpty {
            UnsafeMutableRawBufferPointer(rebasing: worker.answering[start..<received.lowerBound]).copyBytes(from: held)
        }
        let end = scrub(start..<received.upperBound, newFrom: received.lowerBound, isLast: isLast)
        response.bodyBytes += end - start
        if let head = response.head, !response.isHeadSent { sendHead(head) }
        guard isLast, let trailers = response.trailers else {
            client.send(start..<end, isLast: isLast)
            if isLast { complete() }
            return
        }
        var lines: [UInt8] = []
        let masked: Result<Int, UpstreamError> = trailers.withUnsafeBytes { bytes in
            do throws(UpstreamError) {
                return .success(
                    try DownstreamTrailers.append(bytes, under: request.rule, masking: request.scrubbing, to: &lines)
                )
            } catch { return .failure(error) }
        }
        response.scrubbedCount += try masked.get()
        if end > start { client.send(start..<end, isLast: false) }
        client.sendTrailers(lines, at: end)
        complete()
    }

    /// Looks into a body that is compressed without saying so.
    private func inspect(_ received: Range<Int>) throws(UpstreamError) {
        guard let scrubbing = request.scrubbing, !received.isEmpty else { return }
        let bytes = UnsafeRawBufferPointer(rebasing: worker.answering[received])
        if response.bodyBytes == 0, response.heldBack.isEmpty, response.inspector == nil {
            response.inspector = CompressedInspector(beginning: bytes, patterns: scrubbing)
        }
        if let inspector = response.inspector, inspector.inspect(bytes) == .refused { throw .contentEncoded }
    }

    /// Masks secrets; returns where the bytes that may go end.
    ///
    /// The window begins with what was held back before; `newFrom` is where what has just come begins.
    private func scrub(_ window: Range<Int>, newFrom: Int, isLast: Bool) -> Int {
        guard response.scrubber != nil, !window.isEmpty else { return window.upperBound }
        let before = response.scrubber?.maskedCount ?? 0
        var start = window.lowerBound
        var position = newFrom
        while let length = response.messages?.next(
            in: UnsafeRawBufferPointer(rebasing: worker.answering[position..<window.upperBound])
        ) {
            position += length
            scrub(start..<position, isLast: true)
            start = position
        }
        let end = scrub(start..<window.upperBound, isLast: isLast)
        response.scrubbedCount += (response.scrubber?.maskedCount ?? 0) - before
        response.heldBack = Array(worker.answering[end..<window.upperBound])
        return end
    }

    @discardableResult
    private func scrub(_ window: Range<Int>, isLast: Bool) -> Int {
        let bytes = UnsafeMutableRawBufferPointer(rebasing: worker.answering[window])
        return window.lowerBound + (response.scrubber?.scrub(bytes, isLast: isLast) ?? bytes.count)
    }
}
