internal import CNGHTTP2

/// How a session is made.
extension HTTP2Session {
    static func makeSession(_ role: Role, _ limits: HTTP2Limits) -> OpaquePointer? {
        var callbacks: OpaquePointer?
        var options: OpaquePointer?
        defer {
            nghttp2_session_callbacks_del(callbacks)
            nghttp2_option_del(options)
        }
        guard nghttp2_session_callbacks_new(&callbacks) == 0, nghttp2_option_new(&options) == 0 else { return nil }
        setCallbacks(callbacks)
        nghttp2_option_set_no_auto_window_update(options, 1)
        nghttp2_option_set_no_closed_streams(options, 1)
        nghttp2_option_set_max_outbound_ack(options, 100)
        nghttp2_option_set_max_settings(options, 32)
        // Of our own heads, which have limits elsewhere.
        nghttp2_option_set_max_send_header_block_length(options, 4 * limits.maxHeadBytes)
        var session: OpaquePointer?
        let result =
            switch role {
            case .client: nghttp2_session_client_new3(&session, callbacks, nil, options, postern_http2_memory())
            case .server: nghttp2_session_server_new3(&session, callbacks, nil, options, postern_http2_memory())
            }
        return result == 0 ? session : nil
    }

    func submitSettings() -> Bool {
        var settings = [
            HTTP2Session.setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.streamWindowBytes),
            HTTP2Session.setting(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits.maxHeadBytes),
        ]
        switch role {
        case .client: settings.append(HTTP2Session.setting(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
        case .server:
            settings.append(HTTP2Session.setting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.maxConcurrentStreams))
            // RFC 9218: the tree of RFC 7540's priorities is the client's to build, and ours to keep.
            settings.append(HTTP2Session.setting(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1))
        }
        let noFlags = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        let window = Int32(clamping: limits.connectionWindowBytes)
        return nghttp2_submit_settings(session, noFlags, settings, settings.count) == 0
            && nghttp2_session_set_local_window_size(session, noFlags, 0, window) == 0
    }

    private static func setting(_ id: nghttp2_settings_id, _ value: Int) -> nghttp2_settings_entry {
        nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: UInt32(clamping: value))
    }
}
