internal import CNGHTTP2

/// Ends the reading at once; the connection cannot go on after it.
private let failure = NGHTTP2_ERR_CALLBACK_FAILURE.rawValue

private func result(_ isAllowed: Bool) -> Int32 { isAllowed ? 0 : failure }

private func owner(_ context: UnsafeMutableRawPointer?) -> HTTP2Session? {
    context.map { Unmanaged<HTTP2Session>.fromOpaque($0).takeUnretainedValue() }
}

/// The functions that nghttp2 calls, each of which hands over to a method of the session.
extension HTTP2Session {
    static func setCallbacks(_ callbacks: OpaquePointer?) {
        nghttp2_session_callbacks_set_on_begin_frame_callback(callbacks) { _, header, context in
            guard let session = owner(context), let header else { return failure }
            return result(session.frameBegins(header.pointee))
        }
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, context in
            guard let session = owner(context), let frame else { return failure }
            session.fieldsBegin(frame.pointee.headers)
            return 0
        }
        nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _,
            frame,
            name,
            nameSize,
            value,
            size,
            _,
            context in
            guard let session = owner(context), let frame else { return failure }
            return result(
                session.fieldReceived(
                    name: UnsafeRawBufferPointer(start: name, count: nameSize),
                    value: UnsafeRawBufferPointer(start: value, count: size),
                    on: frame.pointee.hd.stream_id
                )
            )
        }
        nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks) { _, _, _, _, _, _, _, _ in
            // Not to leave it out, which is what nghttp2 would do: a stream error, RFC 9113 section 8.2.1.
            NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
        }
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, context in
            guard let session = owner(context), let frame else { return failure }
            return result(session.frameReceived(frame.pointee))
        }
        nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks) { _, frame, _, context in
            guard let session = owner(context), let frame else { return failure }
            session.invalidFrameReceived(frame.pointee.hd)
            return 0
        }
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) { _, _, stream, bytes, count, context in
            guard let session = owner(context) else { return failure }
            session.dataReceived(UnsafeRawBufferPointer(start: bytes, count: count), on: stream)
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, context in
            guard let session = owner(context), let frame else { return failure }
            session.frameSent(frame.pointee)
            return 0
        }
        nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks) { _, frame, _, context in
            guard let session = owner(context), let frame else { return failure }
            session.frameNotSent(frame.pointee)
            return 0
        }
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, code, context in
            guard let session = owner(context) else { return failure }
            session.close(stream, errorCode: code)
            return 0
        }
    }

    /// Hands over the function that nghttp2 asks for a body, or `nil` where there is none.
    static func withProvider<Result>(
        _ hasBody: Bool,
        _ body: (UnsafePointer<nghttp2_data_provider>?) -> Result
    ) -> Result {
        guard hasBody else { return body(nil) }
        let provider = nghttp2_data_provider(source: nghttp2_data_source()) {
            _,
            stream,
            room,
            count,
            flags,
            _,
            context in
            guard let session = owner(context), let flags else { return Int(failure) }
            let room = UnsafeMutableRawBufferPointer(start: room, count: count)
            return session.readBody(stream, into: room, flags: &flags.pointee)
        }
        return withUnsafePointer(to: provider, body)
    }
}
