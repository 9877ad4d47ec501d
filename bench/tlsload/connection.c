// A connection on its way to being usable: dialled, CONNECT answered, TLS handshake done; then bytes in and out.

#include "tlsload.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static SSL_CTX *context;

// Without `ca` the chain is not even looked at: verification would make the load the limit of a measurement.
static int accept_any(X509_STORE_CTX *store, void *unused) {
    (void)store, (void)unused;
    return 1;
}

void connections_prepare(void) {
    if (options.plain) return;
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    const unsigned char *protocols = (const unsigned char *)(options.streams ? "\x02h2" : "\x08http/1.1");
    SSL_CTX_set_alpn_protos(context, protocols, protocols[0] + 1);
    if (!options.ca) {
        SSL_CTX_set_cert_verify_callback(context, accept_any, NULL);
        return;
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (SSL_CTX_load_verify_locations(context, options.ca, NULL) != 1) {
        fprintf(stderr, "tlsload: cannot read %s\n", options.ca);
        exit(2);
    }
}

// The first failure is told; the rest are only counted.
static bool fail(const char *what, const char *detail) {
    static bool told;
    if (!told) fprintf(stderr, "tlsload: %s: %s\n", what, detail);
    told = true;
    counts.connect++;
    return false;
}

void connection_dial(struct connection *connection) {
    const char *hash = strchr(options.name, '#');
    if (hash)
        snprintf(connection->name, sizeof connection->name, "%.*s%llu%s", (int)(hash - options.name), options.name,
                 (unsigned long long)connection->number, hash + 1);
    else
        snprintf(connection->name, sizeof connection->name, "%s", options.name);
    connection->began = now_us();
    connection->part = HEAD;
    connection->head_size = connection->out_size = 0;
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int one = 1;
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connection->stage = DIALLING;
    if (connect(connection->fd, (struct sockaddr *)&address, sizeof address) != 0 && errno != EINPROGRESS) {
        fail("connect", strerror(errno));
        connection->stage = CLOSED;
    }
}

void connection_close(struct connection *connection) {
    if (connection->session) http2_end(connection);
    if (connection->ssl) {
        if (connection->stage == READY) SSL_shutdown(connection->ssl);
        SSL_free(connection->ssl);
        connection->ssl = NULL;
    }
    ERR_clear_error();
    if (connection->fd >= 0) close(connection->fd);
    connection->fd = -1;
    connection->stage = CLOSED;
}

static bool ask(struct connection *connection) {
    char request[1024];
    int size = snprintf(request, sizeof request,
                        "CONNECT %s:443 HTTP/1.1\r\nHost: %s:443\r\nProxy-Authorization: %s\r\n\r\n",
                        connection->name, connection->name, options.connect);
    if (send(connection->fd, request, (size_t)size, MSG_NOSIGNAL) != size) return fail("CONNECT", strerror(errno));
    connection->stage = ASKING;
    return true;
}

// Nothing comes behind the answer before we have sent a ClientHello, so it may be read to its end.
static bool read_connect_answer(struct connection *connection) {
    for (;;) {
        ssize_t got = recv(connection->fd, connection->head + connection->head_size,
                           HEAD_SIZE - 1 - connection->head_size, 0);
        if (got < 0 && errno == EAGAIN) return true;
        if (got <= 0) return fail("CONNECT", "closed");
        connection->head_size += (size_t)got;
        connection->head[connection->head_size] = 0;
        if (strstr(connection->head, "\r\n\r\n")) break;
    }
    if (strncmp(connection->head, "HTTP/1.1 200", 12) != 0) return fail("CONNECT", connection->head);
    connection->head_size = 0;
    connection->stage = SHAKING;
    return true;
}

static bool shake(struct connection *connection) {
    if (options.plain) {
        connection->stage = READY;
        return true;
    }
    if (!connection->ssl) {
        connection->ssl = SSL_new(context);
        SSL_set_fd(connection->ssl, connection->fd);
        SSL_set_tlsext_host_name(connection->ssl, connection->name);
        if (options.ca) SSL_set1_host(connection->ssl, connection->name);
        SSL_set_connect_state(connection->ssl);
    }
    ERR_clear_error();
    int done = SSL_do_handshake(connection->ssl);
    if (done == 1) {
        const unsigned char *protocol;
        unsigned size;
        SSL_get0_alpn_selected(connection->ssl, &protocol, &size);
        if (options.streams && size != 2) return fail("TLS", "HTTP/2 was not chosen");
        connection->stage = READY;
        return true;
    }
    int error = SSL_get_error(connection->ssl, done);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return true;
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    return fail("TLS", reason ? reason : "closed");
}

// Goes on until READY or until the socket has nothing to say; false ends the connection.
bool connection_advance(struct connection *connection) {
    if (connection->stage == DIALLING) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error) return fail("connect", strerror(error));
        connection->stage = SHAKING;
        if (options.connect && !ask(connection)) return false;
    }
    if (connection->stage == ASKING && !read_connect_answer(connection)) return false;
    return connection->stage != SHAKING || shake(connection);
}

bool connection_flush(struct connection *connection) {
    size_t sent = 0;
    while (sent < connection->out_size) {
        ssize_t took;
        if (connection->ssl) {
            took = SSL_write(connection->ssl, connection->out + sent, (int)(connection->out_size - sent));
            if (took <= 0 && SSL_get_error(connection->ssl, (int)took) != SSL_ERROR_WANT_WRITE) return false;
        } else {
            took = send(connection->fd, connection->out + sent, connection->out_size - sent, MSG_NOSIGNAL);
            if (took < 0 && errno != EAGAIN) return false;
        }
        if (took <= 0) break;
        sent += (size_t)took;
    }
    connection->out_size -= sent;
    if (connection->out_size) memmove(connection->out, connection->out + sent, connection->out_size);
    return true;
}

bool connection_send(struct connection *connection, const void *bytes, size_t size) {
    if (connection->out_size + size > connection->out_room) {
        connection->out_room = (connection->out_size + size) * 2;
        connection->out = realloc(connection->out, connection->out_room);
    }
    memcpy(connection->out + connection->out_size, bytes, size);
    connection->out_size += size;
    return true;
}

long connection_receive(struct connection *connection, void *bytes, size_t size) {
    if (!connection->ssl) {
        ssize_t got = recv(connection->fd, bytes, size, 0);
        return got > 0 ? got : got < 0 && errno == EAGAIN ? 0 : -1;
    }
    int got = SSL_read(connection->ssl, bytes, (int)size);
    if (got > 0) return got;
    return SSL_get_error(connection->ssl, got) == SSL_ERROR_WANT_READ ? 0 : -1;
}
