#include "COpenSSL.h"
#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

struct postern_tls_server {
    SSL_CTX *context;
    BIO_METHOD *method;
    EVP_PKEY *key;
};

// What belongs to one session beside OpenSSL's own state.
struct session {
    int socket;
    char *expected_name;
    bool has_wrong_name;
    uint8_t *early;
    size_t early_length;
    size_t early_used;
};

// --- The socket -----------------------------------------------------------------------------------------------------

static int socket_read(BIO *bio, char *room, size_t size, size_t *count) {
    struct session *session = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (session->early != NULL) {
        size_t left = session->early_length - session->early_used;
        *count = left < size ? left : size;
        memcpy(room, session->early + session->early_used, *count);
        session->early_used += *count;
        if (session->early_used == session->early_length) {
            free(session->early);
            session->early = NULL;
        }
        return 1;
    }
    ssize_t received = recv(session->socket, room, size, MSG_DONTWAIT);
    if (received > 0) {
        *count = (size_t)received;
        return 1;
    }
    *count = 0;
    if (received < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
    return 0;
}

static int socket_write(BIO *bio, const char *bytes, size_t size, size_t *count) {
    struct session *session = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t sent = send(session->socket, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
        *count = (size_t)sent;
        return 1;
    }
    *count = 0;
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
    return 0;
}

static long socket_control(BIO *bio, int command, long number, void *pointer) {
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

static BIO_METHOD *socket_method(void) {
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "client socket");
    if (method == NULL) return NULL;
    BIO_meth_set_read_ex(method, socket_read);
    BIO_meth_set_write_ex(method, socket_write);
    BIO_meth_set_ctrl(method, socket_control);
    return method;
}

// --- What all sessions share ----------------------------------------------------------------------------------------

// As ALPN writes them, each with its length before it.
static char both_protocols[] = "\x02h2\x08http/1.1", http1_alone[] = "\x08http/1.1";

static int choose_protocol(SSL *ssl, const unsigned char **chosen, unsigned char *length, const unsigned char *offered,
                           unsigned int offered_length, void *user) {
    const char *ours = user;
    (void)ssl;
    int result = SSL_select_next_proto((unsigned char **)chosen, length, (const unsigned char *)ours,
                                       (unsigned int)strlen(ours), offered, offered_length);
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// The server name in the extension's bytes, RFC 6066 section 3: a list of exactly one host name.
static bool is_expected(const unsigned char *bytes, size_t length, const char *expected) {
    if (length < 5) return false;
    size_t list = (size_t)bytes[0] << 8 | bytes[1];
    size_t name = (size_t)bytes[3] << 8 | bytes[4];
    if (list != length - 2 || bytes[2] != TLSEXT_NAMETYPE_host_name || name != length - 5) return false;
    return name == strlen(expected) && strncasecmp((const char *)bytes + 5, expected, name) == 0;
}

static int check_name(SSL *ssl, int *alert, void *user) {
    (void)user;
    struct session *session = SSL_get_app_data(ssl);
    const unsigned char *bytes;
    size_t length;
    bool is_there = SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &bytes, &length) == 1;
    bool is_right = session->expected_name == NULL ? !is_there
                                                   : is_there && is_expected(bytes, length, session->expected_name);
    if (is_right) return SSL_CLIENT_HELLO_SUCCESS;
    session->has_wrong_name = true;
    *alert = SSL_AD_UNRECOGNIZED_NAME;
    return SSL_CLIENT_HELLO_ERROR;
}

postern_tls_server *postern_tls_server_create(const uint8_t *key_der, size_t key_length) {
    postern_tls_server *server = malloc(sizeof *server);
    if (server == NULL) return NULL;
    *server = (postern_tls_server){
        SSL_CTX_new(TLS_server_method()), socket_method(), d2i_AutoPrivateKey(NULL, &key_der, (long)key_length)};
    SSL_CTX *context = server->context;
    if (context == NULL || server->method == NULL || server->key == NULL) {
        postern_tls_server_destroy(server);
        ERR_clear_error();
        return NULL;
    }
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    // Clients often just close; where a request or an answer ends is told by HTTP, not by the end of TLS.
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
    // Nothing is resumed: clients behind a proxy hardly ever ask for it, and nothing has to be kept secret for it.
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                  SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, both_protocols);
    SSL_CTX_set_client_hello_cb(context, check_name, NULL);
    return server;
}

void postern_tls_server_forgo_http2(postern_tls_server *server) {
    SSL_CTX_set_alpn_select_cb(server->context, choose_protocol, http1_alone);
}

void postern_tls_server_destroy(postern_tls_server *server) {
    EVP_PKEY_free(server->key);
    BIO_meth_free(server->method);
    SSL_CTX_free(server->context);
    free(server);
}

X509 *postern_tls_certificate_create(const uint8_t *der, size_t length) {
    return d2i_X509(NULL, &der, (long)length);
}

void postern_tls_certificate_destroy(X509 *certificate) { X509_free(certificate); }

// --- One session ----------------------------------------------------------------------------------------------------

static void session_free(struct session *session) {
    if (session == NULL) return;
    free(session->expected_name);
    free(session->early);
    free(session);
}

SSL *postern_tls_session_create(postern_tls_server *server, X509 *certificate, int socket, const char *expected_name,
                                const uint8_t *early, size_t early_length) {
    struct session *session = calloc(1, sizeof *session);
    SSL *ssl = SSL_new(server->context);
    BIO *bio = BIO_new(server->method);
    if (session == NULL || ssl == NULL || bio == NULL) goto failed;
    session->socket = socket;
    if (expected_name != NULL && (session->expected_name = strdup(expected_name)) == NULL) goto failed;
    if (early_length > 0) {
        if ((session->early = malloc(early_length)) == NULL) goto failed;
        memcpy(session->early, early, early_length);
        session->early_length = early_length;
    }
    if (SSL_use_cert_and_key(ssl, certificate, server->key, NULL, 1) != 1) goto failed;
    BIO_set_data(bio, session);
    BIO_set_init(bio, 1);
    SSL_set_app_data(ssl, session);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_accept_state(ssl);
    return ssl;
failed:
    ERR_clear_error();
    session_free(session);
    BIO_free(bio);
    SSL_free(ssl);
    return NULL;
}

void postern_tls_session_destroy(SSL *ssl) {
    struct session *session = SSL_get_app_data(ssl);
    SSL_free(ssl);
    session_free(session);
}

static enum postern_tls_result result_of(SSL *ssl, int result) {
    if (result > 0) return POSTERN_TLS_DONE;
    struct session *session = SSL_get_app_data(ssl);
    int error = SSL_get_error(ssl, result);
    // Nor is one of ours left for libcurl.
    ERR_clear_error();
    switch (error) {
    case SSL_ERROR_NONE: return POSTERN_TLS_DONE;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: return POSTERN_TLS_WAITS;
    case SSL_ERROR_ZERO_RETURN: return POSTERN_TLS_ENDED;
    default: return session->has_wrong_name ? POSTERN_TLS_WRONG_NAME : POSTERN_TLS_FAILED;
    }
}

// OpenSSL keeps errors for each thread, and one that libcurl left there would be taken for this session's.

enum postern_tls_result postern_tls_handshake(SSL *ssl) {
    ERR_clear_error();
    return result_of(ssl, SSL_do_handshake(ssl));
}

enum postern_tls_result postern_tls_read(SSL *ssl, void *room, size_t size, size_t *count) {
    *count = 0;
    ERR_clear_error();
    return result_of(ssl, SSL_read_ex(ssl, room, size, count));
}

enum postern_tls_result postern_tls_write(SSL *ssl, const void *bytes, size_t size, size_t *count) {
    *count = 0;
    ERR_clear_error();
    return result_of(ssl, SSL_write_ex(ssl, bytes, size, count));
}

void postern_tls_close(SSL *ssl) {
    if (SSL_is_init_finished(ssl)) SSL_shutdown(ssl);
    ERR_clear_error();
}

bool postern_tls_is_http2(SSL *ssl) {
    const unsigned char *protocol = NULL;
    unsigned int length = 0;
    SSL_get0_alpn_selected(ssl, &protocol, &length);
    return length == 2 && memcmp(protocol, "h2", 2) == 0;
}
