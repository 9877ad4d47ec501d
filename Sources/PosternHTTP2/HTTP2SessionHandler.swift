/// Is told what happens in a session, and asked for what it is to send.
///
/// All of this is called from inside ``HTTP2Session/receive(_:now:)``, ``HTTP2Session/nextOutput()`` and
/// ``HTTP2Session/abandon()``, and may call anything of the session but the first two.
package protocol HTTP2SessionHandler: AnyObject {
    /// A head arrived: a server's stream begins with one, a client gets interim (1xx) ones and a final one.
    ///
    /// `head` is HTTP/1.1 text, for the parsers that judge every head. Of a stream whose head is a failure nothing more
    /// is reported than that it was closed; unless it is malformed it can be answered. `endsStream` says that there is
    /// neither a body nor trailers, and then ``http2EndReceived(on:)`` does not follow.
    func http2HeadReceived(_ head: Result<[UInt8], HTTP2HeadError>, on stream: Int32, endsStream: Bool)

    /// A piece of a body arrived.
    ///
    /// Each byte has to be given back with ``HTTP2Session/consumed(_:on:)``, now or later.
    func http2DataReceived(_ bytes: UnsafeRawBufferPointer, on stream: Int32)

    /// Trailers arrived, as field lines (`name: value` and CRLF) without those that say how a message is framed.
    func http2TrailersReceived(_ lines: [UInt8], on stream: Int32)

    /// The peer's message is complete.
    func http2EndReceived(on stream: Int32)

    /// A server's answer is sent to its end, and the client's request has not ended.
    ///
    /// What comes of it is reported until the stream is reset.
    func http2AnswerEndedFirst(on stream: Int32)

    /// The stream is forgotten.
    ///
    /// Said exactly once for each stream whose head arrived (server) or that was submitted (client). The code is
    /// ``HTTP2ErrorCode/noError`` where both sides were completed.
    func http2StreamClosed(_ stream: Int32, errorCode: UInt32)

    /// Flow control allows bytes of a body that was promised with `hasBody`: writes up to `room.count` of them to `room`.
    func http2ReadBody(on stream: Int32, into room: UnsafeMutableRawBufferPointer) -> HTTP2BodyPiece

    /// The peer takes no new stream on this connection, and none above `lastStream` was processed.
    ///
    /// Those are closed with ``HTTP2ErrorCode/refusedStream``.
    func http2GoAwayReceived(lastStream: Int32, errorCode: UInt32)

    /// The connection ends because the peer broke a rule or passed a limit, and has been told so with this code.
    func http2ConnectionFailed(errorCode: UInt32)
}

/// What a handler has of a body.
package enum HTTP2BodyPiece {
    /// So many bytes were written; none of them is the same as ``wait`` unless they are the last.
    case bytes(Int, isLast: Bool)
    /// Nothing yet: ask again after ``HTTP2Session/resume(_:)``.
    case wait
    /// The last bytes, if any, with trailers behind them, as field lines that each end in CRLF.
    case trailers([UInt8], after: Int)
}
