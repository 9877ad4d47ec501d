internal import PosternCore
internal import PosternEventLoop
internal import PosternUpstream

// The answer on its way down, one buffer at a time. In the buffer the bytes stand like this, so that nothing is copied
// on the way to the client but what is held back:
//
//     | room for a chunk header | held back before | just received ... | room for the end of a chunk |
extension Exchange {
    private static let headerRoom = 64
    private static let pieceBytes = 65_536
    /// Pieces passed on in one turn, so that a fast upstream leaves the loop time for others.
    static let maxPiecesPerTurn = 8
    /// A full TLS record: when one is received there are probably more.
    private static let recordBytes = 16_384

    /// Receives and passes on what has come, as far as the client takes it.
    func receiveAnswer() {
        var pieces = 0
        while case .running = phase, let upstream, hasSentHead, client.hasFlushed {
            guard pieces < Exchange.maxPiecesPerTurn else { return goOnLater() }
            pieces += 1
            switch receivePiece(from: upstream) {
            case .bytes(let range): passOn(range)
            case .nothing:
                if response.mustEnd { upstreamEnded(inOrder: false) }
                return
            case .ended(let range, let inOrder):
                if !range.isEmpty { passOn(range) }
                if case .running = phase { upstreamEnded(inOrder: inOrder) }
                return
            }
        }
    }

    private enum Piece {
        case bytes(Range<Int>)
        case nothing
        case ended(Range<Int>, inOrder: Bool)
    }

    /// Receives into the worker's buffer, behind what was held back.
    private func receivePiece(from upstream: UpstreamConnection) -> Piece {
        let start = Exchange.headerRoom + response.heldBack.count
        var end = start
        while end - start < Exchange.pieceBytes {
            let room = UnsafeMutableRawBufferPointer(rebasing: worker.answering[end..<start + Exchange.pieceBytes])
            switch upstream.receive(into: room) {
            case .bytes(let count):
                end += count
                if count < min(room.count, Exchange.recordBytes) { return .bytes(start..<end) }
            case .wouldBlock: return end > start ? .bytes(start..<end) : .nothing
            case .end: return .ended(start..<end, inOrder: true)
            case .failed: return .ended(start..<end, inOrder: false)
            }
        }
        return .bytes(start..<end)
    }

    private func passOn(_ received: Range<Int>) {
        if !response.hasBegun {
            response.hasBegun = true
            firstByteAt = .now
        }
        worker.loop.set(deadline, after: worker.snapshot.settings.timeouts.upstreamIdle)
        do throws(UpstreamError) {
            if response.isHeadSent {
                try passOnBody(received, after: [])
            } else {
                try passOnHead(received)
            }
        } catch { fail(.upstream(error)) }
    }

    // MARK: Head

    private func passOnHead(_ received: Range<Int>) throws(UpstreamError) {
        var received = received
        // Interim heads come before the final one.
        while case .running = phase, !response.isHeadSent, !received.isEmpty {
            guard let (head, rest) = try nextHead(in: received) else { return }
            received = rest
            if head.status == 101 { throw .responseMalformed }
            if head.status < 200 { try passOnInterim(head) } else { try begin(head, followedBy: rest) }
        }
    }

    /// The next head, with the place of what follows it; `nil` if it has not arrived whole.
    private func nextHead(in received: Range<Int>) throws(UpstreamError) -> (ResponseHead, rest: Range<Int>)? {
        let before = response.partialHead.count
        let limits = ResponseLimits()
        let buffer = UnsafeRawBufferPointer(rebasing: worker.answering[received])
        if before > 0 { response.partialHead.append(buffer) }
        var scanner = response.scanner
        let isAnswerToHead = request.ingress.head.method == .head
        let found: Result<(ResponseHead, Int)?, UpstreamError>
        func look(_ bytes: UnsafeRawBufferPointer) -> Result<(ResponseHead, Int)?, UpstreamError> {
            switch scanner.scan(bytes) {
            case .malformed: return .failure(.responseMalformed)
            case .incomplete: return bytes.count > limits.maxHeadBytes ? .failure(.responseMalformed) : .success(nil)
            case .complete(let length):
                guard length <= limits.maxHeadBytes else { return .failure(.responseMalformed) }
                let source = UnsafeRawBufferPointer(rebasing: bytes[..<length])
                do throws(UpstreamError) {
                    return .success((try ResponseHead(source, isAnswerToHead: isAnswerToHead, limits: limits), length))
                } catch { return .failure(error) }
            }
        }
        found = before > 0 ? response.partialHead.withBytes(look) : look(buffer)
        response.scanner = scanner
        guard let (head, length) = try found.get() else {
            if before == 0 { response.partialHead.append(buffer) }
            return nil
        }
        response.partialHead.removeAll()
        response.scanner = HeadScanner()
        return (head, received.lowerBound + length - before..<received.upperBound)
    }

    /// Passes on an interim answer, RFC 9110 section 15.2; `100 Continue` is answered by Postern itself.
    private func passOnInterim(_ head: ResponseHead) throws(UpstreamError) {
        response.interimHeads += 1
        guard response.interimHeads <= ResponseLimits().maxInterimHeads else { throw .responseMalformed }
        guard head.status != 100, request.ingress.head.version == .http11 else { return }
        var bytes: [UInt8] = []
        response.scrubbedCount += DownstreamHead(head, under: request.rule)
            .append(to: &bytes, framing: .none, connection: nil)
        bytes.withUnsafeBytes { client.write($0) }
    }

    /// Starts the answer with its final head.
    private func begin(_ head: ResponseHead, followedBy rest: Range<Int>) throws(UpstreamError) {
        let rule = request.rule
        if let scrubbing = rule.injection?.scrubbing {
            guard !head.isContentEncoded || head.body == .none else { throw .contentEncoded }
            response.scrubber = StreamScrubber(scrubbing)
        }
        response.status = head.status
        response.keepsUpstream = head.keepsConnection
        response.framing = DownstreamHead.framing(head.body, for: request.ingress.head.version)
        response.body = ResponseBodyDecoder(head.body)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(head.bytes.count + 64)
        response.scrubbedCount += DownstreamHead(head, under: rule)
            .append(to: &bytes, framing: response.framing, connection: connectionField)
        response.isHeadSent = true
        try passOnBody(rest, after: bytes)
    }

    private var connectionField: StaticString? {
        let head = request.ingress.head
        guard head.keepsConnection, response.isDelimited, requestBody.isComplete, !worker.isDraining else {
            return "close"
        }
        return head.version == .http10 ? "keep-alive" : nil
    }

    // MARK: Body

    /// Passes on a piece of the body, behind `head` if the answer begins with it.
    private func passOnBody(_ received: Range<Int>, after head: [UInt8]) throws(UpstreamError) {
        let input = UnsafeMutableRawBufferPointer(rebasing: worker.answering[received])
        let progress = try response.body.decode(input)
        // Bytes behind the end are no part of this answer, and must not become the next one.
        if progress.surplus > 0 { response.keepsUpstream = false }
        let held = response.heldBack
        let start = received.lowerBound - held.count
        if !held.isEmpty {
            UnsafeMutableRawBufferPointer(rebasing: worker.answering[start..<received.lowerBound]).copyBytes(from: held)
        }
        write(start..<received.lowerBound + progress.decoded, after: head, isLast: response.body.isComplete)
        if response.body.isComplete { complete(keepsUpstream: response.keepsUpstream && isRequestSent) }
    }

    /// Masks, frames and writes the bytes at `window`; the last of them may be held back.
    private func write(_ window: Range<Int>, after head: [UInt8], isLast: Bool) {
        var end = window.upperBound
        if response.scrubber != nil, !window.isEmpty {
            let bytes = UnsafeMutableRawBufferPointer(rebasing: worker.answering[window])
            let before = response.scrubber?.maskedCount ?? 0
            let passes = response.scrubber?.scrub(bytes, isLast: isLast) ?? 0
            response.scrubbedCount += (response.scrubber?.maskedCount ?? 0) - before
            end = window.lowerBound + passes
            response.heldBack = Array(worker.answering[end..<window.upperBound])
        }
        response.bodyBytes += end - window.lowerBound
        var start = window.lowerBound
        if response.framing == .chunked {
            if end > start {
                let room = UnsafeMutableRawBufferPointer(rebasing: worker.answering[..<start])
                start -= ChunkedEncoder.writeHeader(end - start, atEndOf: room)
                append("\r\n", at: &end)
            }
            if isLast { append("0\r\n\r\n", at: &end) }
        }
        let body = UnsafeRawBufferPointer(rebasing: worker.answering[start..<end])
        if head.isEmpty {
            if !body.isEmpty { client.write(body) }
        } else {
            head.withUnsafeBytes { client.write($0, body) }
        }
    }

    private func append(_ text: StaticString, at end: inout Int) {
        for index in 0..<text.utf8CodeUnitCount { worker.answering[end + index] = text.utf8Start[index] }
        end += text.utf8CodeUnitCount
    }

    /// The upstream's connection has ended, in order or not.
    private func upstreamEnded(inOrder: Bool) {
        guard response.isHeadSent else {
            if retry() { return }
            fail(.upstream(response.hasBegun ? .responseIncomplete : .connectionLost))
            return
        }
        guard inOrder, response.body.endsWithConnection else {
            fail(.upstream(.responseIncomplete))
            return
        }
        // What was held back turned out to be no secret.
        let start = Exchange.headerRoom
        let held = response.heldBack
        response.heldBack = []
        UnsafeMutableRawBufferPointer(rebasing: worker.answering[start..<start + held.count]).copyBytes(from: held)
        write(start..<start + held.count, after: [], isLast: true)
        complete(keepsUpstream: false)
    }
}
