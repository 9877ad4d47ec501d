internal import CNGHTTP2

/// What we send on streams.
extension HTTP2Session {
    /// Opens a stream with a request, given as HTTP/1.1 text that we made; it is not kept.
    ///
    /// `nil` where there is no stream to be had: too many are open, or the peer said that it takes no more.
    package func submitRequest(_ head: UnsafeRawBufferPointer, hasBody: Bool) -> Int32? {
        guard acceptsRequest, let fields = OutgoingFields(request: head)?.fields else { return nil }
        let stream = HTTP2Session.withProvider(hasBody) {
            nghttp2_submit_request(session, nil, fields, fields.count, $0, nil)
        }
        guard stream > 0 else { return nil }
        streams[stream] = HTTP2Stream()
        return stream
    }

    /// Answers a request with a final head, given as HTTP/1.1 text that we made; it is not kept.
    ///
    /// Returns whether the stream was there to be answered.
    @discardableResult
    package func submitResponse(_ head: UnsafeRawBufferPointer, on stream: Int32, hasBody: Bool) -> Bool {
        guard streams[stream] != nil, let fields = OutgoingFields(response: head)?.fields else { return false }
        return HTTP2Session.withProvider(hasBody) {
            nghttp2_submit_response(session, stream, fields, fields.count, $0) == 0
        }
    }

    /// Sends an interim (1xx) head.
    @discardableResult
    package func submitInterim(_ head: UnsafeRawBufferPointer, on stream: Int32) -> Bool {
        guard streams[stream] != nil, let fields = OutgoingFields(response: head)?.fields else { return false }
        let noFlags = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        return nghttp2_submit_headers(session, noFlags, stream, nil, fields, fields.count, nil) == 0
    }

    /// Asks for the body again, after ``HTTP2BodyPiece/wait``.
    package func resume(_ stream: Int32) { nghttp2_session_resume_data(session, stream) }

    /// Ends a stream at once, with what waits to be sent on it; nothing more is reported of it than that it was closed.
    package func reset(_ stream: Int32, code: UInt32) {
        guard let state = streams[stream], !state.isResetByUs else { return }
        state.isResetByUs = true
        silence(state, stream)
        nghttp2_submit_rst_stream(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), stream, code)
    }

    /// Gives back bytes of a body that were reported, so that the peer may send as many again.
    package func consumed(_ count: Int, on stream: Int32) {
        guard let state = streams[stream] else { return }
        let count = min(max(count, 0), state.unconsumedBytes)
        state.unconsumedBytes -= count
        nghttp2_session_consume(session, stream, count)
    }

    /// Reports no more of a stream, and takes what it holds of the connection's window.
    func silence(_ state: HTTP2Stream, _ stream: Int32) {
        state.isSilenced = true
        consumed(state.unconsumedBytes, on: stream)
    }

    /// Forgets a stream.
    func close(_ stream: Int32, errorCode: UInt32) {
        guard let state = streams.removeValue(forKey: stream) else { return }
        nghttp2_session_consume_connection(session, state.unconsumedBytes)
        if errorCode == HTTP2ErrorCode.noError, !state.isResetByPeer { floodGuard.resets.earn(1) }
        handler.http2StreamClosed(stream, errorCode: errorCode)
    }

    /// Has nghttp2 copy a piece of a body; the result is what its callback returns.
    func readBody(_ stream: Int32, into room: UnsafeMutableRawBufferPointer, flags: inout UInt32) -> Int {
        guard let state = streams[stream], !state.isResetByUs else { return Int(NGHTTP2_ERR_DEFERRED.rawValue) }
        switch handler.http2ReadBody(on: stream, into: room) {
        case .wait, .bytes(0, isLast: false): return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        case .bytes(let count, let isLast):
            if isLast { flags |= NGHTTP2_DATA_FLAG_EOF.rawValue }
            return min(max(count, 0), room.count)
        case .trailers(let lines, let count):
            flags |= NGHTTP2_DATA_FLAG_EOF.rawValue
            lines.withUnsafeBytes { lines in
                let fields = OutgoingFields(trailers: lines).fields
                if !fields.isEmpty, nghttp2_submit_trailer(session, stream, fields, fields.count) == 0 {
                    flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue
                }
            }
            return min(max(count, 0), room.count)
        }
    }
}
