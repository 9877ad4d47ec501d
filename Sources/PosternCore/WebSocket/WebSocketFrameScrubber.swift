/// Masks secrets in what a WebSocket server sends, in constant memory, without waiting for the end of a message.
///
/// Messages keep their bytes and borders, fragments do not: the end of what has arrived may be the beginning of a secret
/// and then waits for more, and the rest goes on as a fragment of its own. Without extensions an intermediary may divide
/// and join fragments so (RFC 6455 section 5.4). A message whose frame arrives whole stays one frame.
package struct WebSocketFrameScrubber {
    /// Where in the server's bytes the next one stands.
    private enum State {
        case header
        case data(remaining: Int, isFinal: Bool)
        case control(WebSocketFrameHeader)
        /// Behind a close frame, where nothing may stand.
        case closed
    }

    /// A text or binary message of which more is to come.
    private struct Message {
        /// The opcode of its next fragment towards the client.
        var opcode: WebSocketFrameHeader.Opcode
        var scrubber: StreamScrubber
    }

    private let patterns: ScrubPatterns
    private var state = State.header
    private var message: Message?
    /// A frame's header or a control frame's payload, as far as it has arrived.
    private var pending: [UInt8] = []
    /// What of the message is held back, and behind it what has just arrived.
    private var window: [UInt8] = []
    /// How many secrets were masked so far.
    package private(set) var maskedCount = 0

    package init(_ patterns: ScrubPatterns) { self.patterns = patterns }

    /// Whether the server has said that it sends nothing more.
    package var isClosed: Bool { if case .closed = state { true } else { false } }

    /// Takes the next bytes of the server's, and appends whole frames for the client.
    ///
    /// What follows a close frame is dropped.
    ///
    /// - Throws: ``UpstreamError/responseMalformed`` where the server breaks the protocol. What was appended before still
    ///   consists of whole frames, so that a close frame may follow it.
    package mutating func scrub(
        _ input: UnsafeRawBufferPointer,
        into output: inout [UInt8]
    ) throws(UpstreamError) {
        var rest = input[...]
        var hasNews = false
        while !rest.isEmpty {
            switch state {
            case .header:
                pending.append(rest.removeFirst())
                let reading = pending.withUnsafeBytes { WebSocketFrameHeader.read($0) }
                guard case .header(let header, _) = reading else {
                    if reading == .malformed { throw .responseMalformed }
                    continue
                }
                pending.removeAll(keepingCapacity: true)
                try begin(header, into: &output)
            case .data(let remaining, let isFinal):
                let piece = rest.prefix(remaining)
                rest = rest.dropFirst(piece.count)
                window.append(contentsOf: piece)
                hasNews = true
                if piece.count < remaining {
                    state = .data(remaining: remaining - piece.count, isFinal: isFinal)
                } else {
                    endOfDataFrame(isFinal: isFinal, into: &output)
                }
            case .control(let header):
                let piece = rest.prefix(header.payloadLength - pending.count)
                rest = rest.dropFirst(piece.count)
                pending.append(contentsOf: piece)
                if pending.count == header.payloadLength { try pass(header, into: &output) }
            case .closed: return
            }
        }
        // Once for all fragments that came together: a flood of tiny ones costs no more than its bytes.
        if hasNews, !isClosed, !window.isEmpty { passData(isLast: false, into: &output) }
    }

    private mutating func begin(_ header: WebSocketFrameHeader, into output: inout [UInt8]) throws(UpstreamError) {
        switch header.opcode {
        case .close, .ping, .pong:
            state = .control(header)
            if header.payloadLength == 0 { try pass(header, into: &output) }
            return
        case .continuation: guard message != nil else { throw .responseMalformed }
        case .text, .binary:
            guard message == nil else { throw .responseMalformed }
            message = Message(opcode: header.opcode, scrubber: StreamScrubber(patterns))
        }
        state = .data(remaining: header.payloadLength, isFinal: header.isFinal)
        if header.payloadLength == 0 { endOfDataFrame(isFinal: header.isFinal, into: &output) }
    }

    private mutating func endOfDataFrame(isFinal: Bool, into output: inout [UInt8]) {
        state = .header
        guard isFinal else { return }
        passData(isLast: true, into: &output)
        message = nil
    }

    /// Passes on what cannot become part of a secret any more, as a fragment.
    private mutating func passData(isLast: Bool, into output: inout [UInt8]) {
        guard var message else { return }
        let before = message.scrubber.maskedCount
        let count = window.withUnsafeMutableBytes { message.scrubber.scrub($0, isLast: isLast) }
        maskedCount += message.scrubber.maskedCount - before
        if count > 0 || isLast {
            WebSocketFrameHeader(opcode: message.opcode, isFinal: isLast, payloadLength: count).append(to: &output)
            output.append(contentsOf: window[..<count])
            window.removeFirst(count)
            message.opcode = .continuation
        }
        self.message = message
    }

    /// Passes on a control frame, whose payload is in `pending`.
    private mutating func pass(_ header: WebSocketFrameHeader, into output: inout [UInt8]) throws(UpstreamError) {
        var textStart = 0
        state = .header
        if header.opcode == .close {
            guard WebSocketClose.isValid(pending) else { throw .responseMalformed }
            textStart = min(2, pending.count)
            state = .closed
        }
        header.append(to: &output)
        // The code of a close frame is a number, and stays.
        maskedCount += pending.withUnsafeMutableBytes {
            patterns.mask(UnsafeMutableRawBufferPointer(rebasing: $0[textStart...]))
        }
        output.append(contentsOf: pending)
        pending.removeAll(keepingCapacity: true)
    }
}
