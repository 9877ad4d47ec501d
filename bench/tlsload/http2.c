// HTTP/2: always as many streams as were asked for, each one request.

#include "tlsload.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static nghttp2_session_callbacks *callbacks;
static nghttp2_nv fields[MAX_FIELDS + 4];
static size_t field_count;

static nghttp2_nv pair(const char *name, size_t name_size, const char *value) {
    char *lower = strndup(name, name_size);
    for (char *each = lower; *each; each++)
        *each = (char)tolower(*each);
    return (nghttp2_nv){(uint8_t *)lower, (uint8_t *)value, name_size, strlen(value), NGHTTP2_NV_FLAG_NONE};
}

static int header_came(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name, size_t name_size,
                       const uint8_t *value, size_t value_size, uint8_t flags, void *connection) {
    (void)value_size, (void)flags, (void)connection;
    struct stream *stream = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    if (stream && name_size == 7 && memcmp(name, ":status", 7) == 0) stream->status = atoi((const char *)value);
    return 0;
}

static int data_came(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *bytes, size_t size,
                     void *connection) {
    (void)session, (void)flags, (void)id, (void)bytes, (void)connection;
    counts.bytes += size;
    return 0;
}

static void submit(struct connection *connection, struct stream *stream) {
    *stream = (struct stream){.began = now_us()};
    nghttp2_submit_request(connection->session, NULL, fields, field_count, NULL, stream);
}

static int stream_closed(nghttp2_session *session, int32_t id, uint32_t error, void *user) {
    struct connection *connection = user;
    struct stream *stream = nghttp2_session_get_stream_user_data(session, id);
    if (!stream) return 0;
    count_answer(stream->began, error == NGHTTP2_NO_ERROR ? stream->status : 0);
    if (may_begin_request()) submit(connection, stream);
    return 0;
}

static void prepare(void) {
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, header_came);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, data_came);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, stream_closed);
    fields[field_count++] = pair(":method", 7, "GET");
    fields[field_count++] = pair(":scheme", 7, "https");
    fields[field_count++] = pair(":authority", 10, options.name);
    fields[field_count++] = pair(":path", 5, options.target);
    for (size_t index = 0; index < options.field_count; index++) {
        const char *colon = strchr(options.fields[index], ':');
        fields[field_count++] = pair(options.fields[index], (size_t)(colon - options.fields[index]), colon + 2);
    }
}

static bool send_pending(struct connection *connection) {
    const uint8_t *bytes;
    ssize_t size;
    while ((size = nghttp2_session_mem_send(connection->session, &bytes)) > 0)
        connection_send(connection, bytes, (size_t)size);
    return size == 0 && connection_flush(connection);
}

bool http2_start(struct connection *connection) {
    if (!callbacks) prepare();
    if (!connection->streams) connection->streams = calloc(options.streams, sizeof *connection->streams);
    nghttp2_session_client_new(&connection->session, callbacks, connection);
    nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
                                         {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, (1u << 30) - 1}};
    nghttp2_submit_settings(connection->session, NGHTTP2_FLAG_NONE, settings, 2);
    nghttp2_session_set_local_window_size(connection->session, NGHTTP2_FLAG_NONE, 0, (1 << 30) - 1);
    return send_pending(connection);
}

bool http2_request(struct connection *connection) {
    for (unsigned index = 0; index < options.streams; index++)
        submit(connection, &connection->streams[index]);
    return send_pending(connection);
}

bool http2_readable(struct connection *connection) {
    static uint8_t bytes[PIECE];
    for (;;) {
        long size = connection_receive(connection, bytes, sizeof bytes);
        if (size < 0) return false;
        if (size == 0) return send_pending(connection);
        if (nghttp2_session_mem_recv(connection->session, bytes, (size_t)size) < 0) return false;
    }
}

void http2_end(struct connection *connection) {
    nghttp2_session_del(connection->session);
    connection->session = NULL;
}
