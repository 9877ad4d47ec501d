internal import CNGHTTP2

/// One HTTP/2 connection, without its socket: bytes go in and come out, and a handler is told what they mean.
///
/// nghttp2 does the framing and HPACK. The other side of this class speaks HTTP/1.1 text, so that the parsers which judge
/// an HTTP/1.1 connection judge this one, too. Whoever owns it reads no more from the socket while output waits to be
/// written, or what nghttp2 has to answer piles up; there is a bound to that, and it ends the connection.
package final class HTTP2Session {
    /// Which end of the connection this is.
    package enum Role: Sendable { case client, server }

    let role: Role
    let limits: HTTP2Limits
    unowned let handler: any HTTP2SessionHandler
    let session: OpaquePointer
    var streams: [Int32: HTTP2Stream] = [:]
    var floodGuard: FloodGuard
    /// The code that the connection ends with, once we have found a reason.
    private(set) var endingCode: UInt32?
    /// The last stream that we said we would process.
    private(set) var lastAcceptedStream = Int32.max
    private(set) var isBroken = false

    /// Makes a session and has its SETTINGS ready to be sent.
    ///
    /// `nil` when memory is short. The handler must outlive the session.
    package init?(role: Role, limits: HTTP2Limits = HTTP2Limits(), handler: any HTTP2SessionHandler) {
        guard let session = HTTP2Session.makeSession(role, limits) else { return nil }
        self.role = role
        self.limits = limits
        self.handler = handler
        self.session = session
        floodGuard = FloodGuard(limits)
        nghttp2_session_set_user_data(session, Unmanaged.passUnretained(self).toOpaque())
        guard submitSettings() else { return nil }
    }

    deinit { nghttp2_session_del(session) }

    /// Takes bytes from the peer, at this moment of the monotonic clock (in nanoseconds).
    ///
    /// Returns whether the connection goes on. If it does not, it ends as soon as the output is sent, which says why.
    package func receive(_ bytes: UnsafeRawBufferPointer, now: UInt64) -> Bool {
        guard endingCode == nil, !isBroken else { return false }
        floodGuard.advance(to: now)
        let result = nghttp2_session_mem_recv(session, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
        if result < 0 { end(HTTP2Session.errorCode(ofResult: Int32(truncatingIfNeeded: result))) }
        if nghttp2_session_get_outbound_queue_size(session) > limits.maxQueuedFrames {
            end(HTTP2ErrorCode.enhanceYourCalm)
        }
        return endingCode == nil
    }

    /// The next bytes to send, which stay valid until the session is used again; `nil` if there are none for now.
    package func nextOutput() -> UnsafeRawBufferPointer? {
        guard !isBroken else { return nil }
        var output: UnsafePointer<UInt8>?
        let count = nghttp2_session_mem_send(session, &output)
        guard count >= 0 else {
            isBroken = true
            return nil
        }
        return count == 0 ? nil : UnsafeRawBufferPointer(start: output, count: count)
    }

    /// Whether nothing is to be read or written any more, so that the connection can be closed.
    package var isFinished: Bool {
        isBroken || (nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0)
    }

    /// Whether ``nextOutput()`` may have something.
    package var hasOutput: Bool { !isBroken && nghttp2_session_want_write(session) != 0 }

    /// Whether the peer has said how it wants to be treated, which is the first thing it says.
    package internal(set) var hasPeerSettings = false

    /// Whether a head has begun to arrive and not ended.
    package internal(set) var isInsideHead = false

    /// Streams that are not over on both sides.
    package var openStreamCount: Int { streams.count }

    /// How many streams the peer would let us have open; it may say so any time.
    package var maxConcurrentStreamsOfPeer: Int {
        Int(nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS))
    }

    /// Whether another request can be submitted right now.
    package var acceptsRequest: Bool {
        role == .client && endingCode == nil && !isBroken && streams.count < maxConcurrentStreamsOfPeer
            && nghttp2_session_check_request_allowed(session) != 0
    }

    /// Gives up the connection: every open stream is closed, for the handler to hear of.
    ///
    /// For when the socket was closed, whoever did it. No byte goes in or out after it. A handler may call it, too.
    package func abandon() {
        isBroken = true
        for id in streams.keys.sorted() { close(id, errorCode: endingCode ?? HTTP2ErrorCode.cancel) }
    }

    /// Announces that no new stream is taken; those that are open go on, and ``isFinished`` is true after the last.
    package func goAway() {
        guard lastAcceptedStream == .max else { return }
        lastAcceptedStream = nghttp2_session_get_last_proc_stream_id(session)
        let noFlags = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        nghttp2_submit_goaway(session, noFlags, lastAcceptedStream, HTTP2ErrorCode.noError, nil, 0)
    }

    /// Ends the connection, with what is open on it, once GOAWAY is sent.
    package func end(_ code: UInt32) {
        guard endingCode == nil else { return }
        endingCode = code
        nghttp2_session_terminate_session(session, code)
    }

    private static func errorCode(ofResult result: Int32) -> UInt32 {
        switch nghttp2_error(result) {
        case NGHTTP2_ERR_BAD_CLIENT_MAGIC: HTTP2ErrorCode.protocolError
        case NGHTTP2_ERR_FLOODED, NGHTTP2_ERR_TOO_MANY_CONTINUATIONS: HTTP2ErrorCode.enhanceYourCalm
        default: HTTP2ErrorCode.internalError
        }
    }
}
