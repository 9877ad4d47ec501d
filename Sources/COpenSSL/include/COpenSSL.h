// The server side of TLS for Swift: OpenSSL on a non-blocking socket, one certificate and one expected name a session.
#pragma once
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum postern_tls_result {
    POSTERN_TLS_DONE,
    POSTERN_TLS_WAITS,        // for the socket
    POSTERN_TLS_ENDED,        // the client ended the session in order
    POSTERN_TLS_FAILED,
    POSTERN_TLS_WRONG_NAME,   // the client asked for another server name than the expected one
};

typedef struct postern_tls_server postern_tls_server;

// What all sessions of an event loop share. key_der is the PKCS#8 form of the key of every certificate. NULL when the
// key cannot be read or memory is short.
postern_tls_server *postern_tls_server_create(const uint8_t *key_der, size_t key_length);
void postern_tls_server_destroy(postern_tls_server *server);
// From now on HTTP/1.1 is all that is agreed on.
void postern_tls_server_forgo_http2(postern_tls_server *server);

X509 *postern_tls_certificate_create(const uint8_t *der, size_t length);
void postern_tls_certificate_destroy(X509 *certificate);

// A session on a socket, which it does not own. expected_name is the server name that the client has to ask for, or NULL
// where the host is an address and no name may be asked for. The bytes of early were received before the session began.
SSL *postern_tls_session_create(postern_tls_server *server, X509 *certificate, int socket, const char *expected_name,
                                const uint8_t *early, size_t early_length);
void postern_tls_session_destroy(SSL *session);

enum postern_tls_result postern_tls_handshake(SSL *session);
enum postern_tls_result postern_tls_read(SSL *session, void *room, size_t size, size_t *count);
enum postern_tls_result postern_tls_write(SSL *session, const void *bytes, size_t size, size_t *count);
// Tells the client that nothing more comes, without waiting for its answer.
void postern_tls_close(SSL *session);
bool postern_tls_is_http2(SSL *session);
