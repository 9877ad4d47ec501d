// HTTP/1.1: one request, then its answer with Content-Length or chunks.

#include "tlsload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool http1_request(struct connection *connection) {
    char request[HEAD_SIZE];
    size_t size = (size_t)snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: %s\r\n",
                                   options.body ? "POST" : "GET", options.target, connection->name);
    for (size_t index = 0; index < options.field_count; index++)
        size += (size_t)snprintf(request + size, sizeof request - size, "%s\r\n", options.fields[index]);
    if (options.key) size += sign_request(request + size, sizeof request - size);
    if (options.body) {
        size += (size_t)snprintf(request + size, sizeof request - size, "Content-Length: %zu\r\n\r\n%s",
                                 strlen(options.body), options.body);
    } else {
        size += (size_t)snprintf(request + size, sizeof request - size, "\r\n");
    }
    if (!options.fresh) connection->began = now_us();
    connection_send(connection, request, size);
    return connection_flush(connection);
}

static const char *field(const char *head, const char *name) {
    const char *found = strcasestr(head, name);
    return found ? found + strlen(name) : NULL;
}

// Reads a whole head: returns its status, and says how the body is framed.
static int read_head(struct connection *connection) {
    int status = 0;
    sscanf(connection->head, "HTTP/1.1 %d", &status);
    const char *length = field(connection->head, "\r\ncontent-length:");
    const char *coding = field(connection->head, "\r\ntransfer-encoding: chunked");
    connection->part = coding ? CHUNK_SIZE : SIZED;
    connection->left = length ? strtoull(length, NULL, 10) : 0;
    if (!length && !coding) return 0;
    return status;
}

// Collects a line, or with `blank` everything up to an empty line, in `head`. Returns what it took of the bytes.
static size_t collect(struct connection *connection, const uint8_t *bytes, size_t size, bool blank, bool *whole) {
    *whole = false;
    for (size_t taken = 0; taken < size;) {
        if (connection->head_size + 1 >= HEAD_SIZE) return 0;
        char *head = connection->head;
        head[connection->head_size++] = (char)bytes[taken++];
        size_t end = connection->head_size;
        if (head[end - 1] != '\n') continue;
        if (blank ? end >= 4 && memcmp(head + end - 4, "\r\n\r\n", 4) == 0 : end >= 2) {
            head[end] = 0;
            *whole = true;
            return taken;
        }
    }
    return size;
}

// Takes some of the bytes. Returns how many; 0 says that they make no sense. `done` says that the answer is whole.
static size_t take(struct connection *connection, const uint8_t *bytes, size_t size, int *status, bool *done) {
    bool whole = true;
    size_t taken;
    switch (connection->part) {
    case HEAD:
        taken = collect(connection, bytes, size, true, &whole);
        if (!whole) return taken;
        connection->head_size = 0;
        *status = read_head(connection);
        *done = connection->part == SIZED && connection->left == 0;
        return taken;
    case SIZED:
    case CHUNK:
        taken = size < connection->left ? size : connection->left;
        connection->left -= taken;
        counts.bytes += taken;
        if (connection->left > 0) return taken;
        *done = connection->part == SIZED;
        connection->part = CHUNK_END;
        return taken;
    case CHUNK_END:
        taken = collect(connection, bytes, size, false, &whole);
        if (whole) connection->head_size = 0, connection->part = CHUNK_SIZE;
        return taken;
    case CHUNK_SIZE:
        taken = collect(connection, bytes, size, false, &whole);
        if (!whole) return taken;
        connection->head_size = 0;
        connection->left = strtoull(connection->head, NULL, 16);
        connection->part = connection->left ? CHUNK : TRAILER;
        return taken;
    case TRAILER:
        taken = collect(connection, bytes, size, false, &whole);
        if (!whole) return taken;
        *done = strcmp(connection->head, "\r\n") == 0;
        connection->head_size = 0;
        return taken;
    }
    return 0;
}

bool http1_readable(struct connection *connection) {
    static uint8_t bytes[PIECE];
    static int status; // of the one answer being read by a call
    for (;;) {
        long size = connection_receive(connection, bytes, sizeof bytes);
        if (size == 0) return true;
        if (size < 0) return false;
        for (size_t at = 0; at < (size_t)size;) {
            bool done = false;
            status = 200;
            size_t taken = take(connection, bytes + at, (size_t)size - at, &status, &done);
            if (taken == 0) return false;
            if (status != 200) {
                count_answer(connection->began, status);
                return false;
            }
            at += taken;
            if (!done) continue;
            connection->part = HEAD;
            count_answer(connection->began, 200);
            if (options.fresh) return false;
            if (may_begin_request() && !http1_request(connection)) return false;
        }
    }
}
