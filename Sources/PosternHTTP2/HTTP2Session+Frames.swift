internal import CNGHTTP2

/// What we make of the peer's frames.
extension HTTP2Session {
    /// Judges a frame by its header; `false` ends the connection.
    func frameBegins(_ header: nghttp2_frame_hd) -> Bool {
        // Given up, from inside what was reported last.
        if isBroken { return false }
        let type = nghttp2_frame_type(UInt32(header.type))
        isInsideHead = type == NGHTTP2_HEADERS || type == NGHTTP2_CONTINUATION
        return switch type {
        case NGHTTP2_DATA, NGHTTP2_HEADERS, NGHTTP2_CONTINUATION, NGHTTP2_RST_STREAM, NGHTTP2_GOAWAY: true
        default: isAllowed(floodGuard.controlFrames.take())
        }
    }

    private func isAllowed(_ isWithinBudget: Bool) -> Bool {
        if !isWithinBudget { end(HTTP2ErrorCode.enhanceYourCalm) }
        return isWithinBudget
    }

    func fieldsBegin(_ headers: nghttp2_headers) {
        let stream = headers.hd.stream_id
        if headers.cat == NGHTTP2_HCAT_REQUEST {
            // It may arrive before our GOAWAY is sent; the client will take it for not processed, and send it again.
            guard stream <= lastAcceptedStream, endingCode == nil, !isBroken else { return }
            streams[stream] = HTTP2Stream()
        }
        guard let state = streams[stream] else { return }
        let kind: IncomingHead.Kind =
            state.hasFinalHead ? .trailers : role == .server ? .request : .response
        state.incoming = IncomingHead(kind, limits: limits)
    }

    /// Takes a field; `false` ends the connection.
    func fieldReceived(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, on stream: Int32) -> Bool {
        guard let state = streams[stream] else { return true }
        state.incoming?.append(name: name, value: value)
        // A few bytes of HPACK can stand for a table's worth of fields: somewhere refusing the stream is not enough.
        guard (state.incoming?.receivedBytes ?? 0) > 4 * limits.maxHeadBytes else { return true }
        state.isSilenced = true
        handler.http2HeadReceived(.failure(.tooLarge), on: stream, endsStream: false)
        return isAllowed(false)
    }

    /// Takes note of a frame that was received whole; `false` ends the connection.
    func frameReceived(_ frame: nghttp2_frame) -> Bool {
        isInsideHead = false
        let stream = frame.hd.stream_id
        let endsStream = UInt32(frame.hd.flags) & NGHTTP2_FLAG_END_STREAM.rawValue != 0
        switch nghttp2_frame_type(UInt32(frame.hd.type)) {
        case NGHTTP2_HEADERS: return fieldsReceived(on: stream, endsStream: endsStream)
        case NGHTTP2_DATA:
            if endsStream {
                streams[stream]?.hasEnded = true
                if let state = streams[stream], !state.isSilenced { handler.http2EndReceived(on: stream) }
            } else if frame.hd.length <= frame.data.padlen {
                return isAllowed(floodGuard.controlFrames.take())
            }
        case NGHTTP2_RST_STREAM: return resetReceived(on: stream)
        case NGHTTP2_SETTINGS: hasSettingsOfPeer = true
        case NGHTTP2_GOAWAY:
            handler.http2GoAwayReceived(lastStream: frame.goaway.last_stream_id, errorCode: frame.goaway.error_code)
        default: break
        }
        return true
    }

    private func resetReceived(on stream: Int32) -> Bool {
        guard let state = streams[stream] else { return isAllowed(floodGuard.controlFrames.take()) }
        state.isResetByPeer = true
        state.isSilenced = true
        // What a server takes back are our own requests, of which we decide how many there are.
        return role == .client || isAllowed(floodGuard.resets.take())
    }

    private func fieldsReceived(on stream: Int32, endsStream: Bool) -> Bool {
        guard let state = streams[stream], var incoming = state.incoming else { return true }
        state.incoming = nil
        state.hasEnded = endsStream
        guard !state.isSilenced else { return true }
        let text = incoming.finish(endsStream: endsStream)
        guard incoming.kind != .trailers else {
            trailersReceived(text, on: stream)
            return true
        }
        if incoming.kind == .response, incoming.status / 100 == 1, incoming.problem == nil {
            handler.http2HeadReceived(text, on: stream, endsStream: false)
            return isAllowed(floodGuard.controlFrames.take())
        }
        state.hasFinalHead = true
        if role == .server { shareEqually(stream) }
        report(text, on: stream, endsStream: endsStream)
        return true
    }

    /// Reports a final head; one that is a failure is the last thing reported.
    private func report(_ head: Result<[UInt8], HTTP2HeadError>, on stream: Int32, endsStream: Bool) {
        guard case .failure(let problem) = head else {
            return handler.http2HeadReceived(head, on: stream, endsStream: endsStream)
        }
        streams[stream]?.isSilenced = true
        handler.http2HeadReceived(head, on: stream, endsStream: endsStream)
        if case .malformed = problem { refuse(stream, code: HTTP2ErrorCode.protocolError) }
    }

    private func trailersReceived(_ lines: Result<[UInt8], HTTP2HeadError>, on stream: Int32) {
        switch lines {
        case .success(let lines):
            handler.http2TrailersReceived(lines, on: stream)
            // The handler may have reset the stream.
            if let state = streams[stream], !state.isSilenced { handler.http2EndReceived(on: stream) }
        case .failure(.malformed): refuse(stream, code: HTTP2ErrorCode.protocolError)
        case .failure: refuse(stream, code: HTTP2ErrorCode.enhanceYourCalm)
        }
    }

    /// Resets a stream for what the peer did on it.
    private func refuse(_ stream: Int32, code: UInt32) {
        guard let state = streams[stream] else { return }
        silence(state, stream)
        nghttp2_submit_rst_stream(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, code)
    }

    /// Has streams take turns, whatever their priorities: one that is always ready must not keep the others waiting.
    private func shareEqually(_ stream: Int32) {
        var priority = nghttp2_extpri(urgency: UInt32(NGHTTP2_EXTPRI_DEFAULT_URGENCY), inc: 1)
        nghttp2_session_change_extpri_stream_priority(session, stream, &priority, 1)
    }

    /// Takes note of a frame for which nghttp2 resets its stream.
    func invalidFrameReceived(_ header: nghttp2_frame_hd) {
        guard header.type == UInt8(NGHTTP2_HEADERS.rawValue), let state = streams[header.stream_id],
            !state.isSilenced
        else { return }
        silence(state, header.stream_id)
        guard !state.hasFinalHead else { return }
        handler.http2HeadReceived(
            .failure(.malformed("the fields break a rule of HTTP/2")),
            on: header.stream_id,
            endsStream: false
        )
    }

    func dataReceived(_ bytes: UnsafeRawBufferPointer, on stream: Int32) {
        guard let state = streams[stream], !state.isSilenced else {
            nghttp2_session_consume(session, stream, bytes.count)
            return
        }
        state.unconsumedBytes += bytes.count
        // gRPC sends a PING and a WINDOW_UPDATE beside many a message.
        floodGuard.controlFrames.earn(2)
        handler.http2DataReceived(bytes, on: stream)
    }

    func frameSent(_ frame: nghttp2_frame) {
        let type = nghttp2_frame_type(UInt32(frame.hd.type))
        if type == NGHTTP2_GOAWAY, frame.goaway.error_code != HTTP2ErrorCode.noError {
            handler.http2ConnectionFailed(errorCode: frame.goaway.error_code)
        }
        // A peer that takes them sends a WINDOW_UPDATE for the stream and one for the connection.
        if type == NGHTTP2_DATA { floodGuard.controlFrames.earn(2) }
        guard role == .server else { return }
        let state = streams[frame.hd.stream_id]
        // A stream that the peer had us reset or refuse costs as much as one that it took back itself.
        if type == NGHTTP2_RST_STREAM, state?.isResetByUs != true { _ = isAllowed(floodGuard.resets.take()) }
        let endsStream = UInt32(frame.hd.flags) & NGHTTP2_FLAG_END_STREAM.rawValue != 0
        guard endsStream, type == NGHTTP2_DATA || type == NGHTTP2_HEADERS, state?.hasEnded == false else { return }
        // The answer is complete and the request is not (RFC 9113 section 8.1).
        if state?.isSilenced == false {
            handler.http2AnswerEndedFirst(on: frame.hd.stream_id)
        } else {
            reset(frame.hd.stream_id, code: HTTP2ErrorCode.noError)
        }
    }

    /// Gives up a stream whose head cannot be sent.
    func frameNotSent(_ frame: nghttp2_frame) {
        guard frame.hd.type == UInt8(NGHTTP2_HEADERS.rawValue) else { return }
        reset(frame.hd.stream_id, code: HTTP2ErrorCode.internalError)
    }
}
