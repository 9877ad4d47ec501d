// A closed-loop load generator for interception: CONNECT, TLS 1.3 without resumption, then HTTP/1.1 or HTTP/2.
#pragma once

#define _GNU_SOURCE

#include <nghttp2/nghttp2.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAX_FIELDS = 32, MAX_STREAMS = 1000, HEAD_SIZE = 16384, PIECE = 65536 };

// What the command line asks for.
struct options {
    int port;
    const char *name;    // the host asked for; "#" stands for the number of the connection
    const char *target;  // of the request
    const char *connect; // Proxy-Authorization of a CONNECT; NULL: none is sent
    const char *ca;      // NULL: any certificate will do
    const char *fields[MAX_FIELDS];
    size_t field_count;
    unsigned connections;
    unsigned streams; // 0: HTTP/1.1
    unsigned seconds;
    uint64_t limit; // of requests; 0: as many as the time allows
    const char *key;  // signs each request with it; NULL: none is signed
    const char *body; // sent by POST; NULL: GET
    bool plain;     // no TLS: `target` is in absolute form, unless Postern itself is asked
    bool fresh;     // a new connection for each request
    bool bare;      // no request at all: the handshake is what is counted
};

// What happened since the measurement began.
struct counts {
    uint64_t requests, bytes;
    uint64_t connect, read, status; // errors: before a request could be sent, while it was answered, not 200
    uint32_t *latencies;            // µs, one for each request
    size_t latency_room;
};

enum stage { CLOSED, DIALLING, ASKING, SHAKING, READY };

// Where an HTTP/1.1 answer is being read.
enum part { HEAD, SIZED, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER };

// One stream of HTTP/2.
struct stream {
    uint64_t began;
    int status;
};

struct connection {
    int fd;
    enum stage stage;
    uint64_t number;
    char name[256];
    SSL *ssl;
    uint64_t began; // the request of HTTP/1.1; with `fresh` the dial
    uint8_t *out;   // what the socket has not taken
    size_t out_size, out_room;

    enum part part;
    uint64_t left; // of the body, or of the chunk
    char head[HEAD_SIZE];
    size_t head_size;

    nghttp2_session *session;
    struct stream *streams;
};

extern struct options options;
extern struct counts counts;
extern bool measuring;

uint64_t now_us(void);
void count_answer(uint64_t began, int status);
bool may_begin_request(void);

void connections_prepare(void);
void connection_dial(struct connection *connection);
void connection_close(struct connection *connection);
bool connection_advance(struct connection *connection);
bool connection_send(struct connection *connection, const void *bytes, size_t size);
bool connection_flush(struct connection *connection);
// Bytes received; 0: none yet; -1: the end.
long connection_receive(struct connection *connection, void *bytes, size_t size);

// Writes the fields that sign a request to Postern itself; returns their size.
size_t sign_request(char *fields, size_t room);

// Each returns false when the connection can't go on.
bool http1_request(struct connection *connection);
bool http1_readable(struct connection *connection);
bool http2_start(struct connection *connection);
bool http2_request(struct connection *connection);
bool http2_readable(struct connection *connection);
void http2_end(struct connection *connection);
