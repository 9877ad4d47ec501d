#define _GNU_SOURCE
#include "CTestServer.h"
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

struct test_server {
    pthread_mutex_t lock;
    SSL_CTX *tls;
    int listener;
    uint16_t port;
    char *answer;
    size_t length;
    int delay_ms, count, now, most;
    char request[65536];
    size_t request_length;
};

struct connection {
    struct test_server *server;
    int socket;
    SSL *tls;
};

static ssize_t take(struct connection *c, char *bytes, size_t room) {
    return c->tls != NULL ? SSL_read(c->tls, bytes, (int)room) : recv(c->socket, bytes, room, 0);
}

static void give(struct connection *c, const char *bytes, size_t length) {
    for (size_t sent = 0; sent < length;) {
        ssize_t count = c->tls != NULL ? SSL_write(c->tls, bytes + sent, (int)(length - sent))
                                       : send(c->socket, bytes + sent, length - sent, MSG_NOSIGNAL);
        if (count <= 0) return;
        sent += (size_t)count;
    }
}

// The head, and as much of a body as Content-Length says.
static size_t read_request(struct connection *c, char *request, size_t room) {
    size_t length = 0;
    while (length < room - 1) {
        ssize_t count = take(c, request + length, room - 1 - length);
        if (count <= 0) return length;
        length += (size_t)count;
        request[length] = 0;
        char *end = strstr(request, "\r\n\r\n");
        if (end == NULL) continue;
        char *field = strcasestr(request, "\r\ncontent-length:");
        size_t body = field != NULL && field < end ? strtoul(field + 17, NULL, 10) : 0;
        if (length >= (size_t)(end + 4 - request) + body) return length;
    }
    return length;
}

static void *serve(void *argument) {
    struct connection *c = argument;
    struct test_server *server = c->server;
    char *request = calloc(1, sizeof server->request);
    if (server->tls != NULL) {
        c->tls = SSL_new(server->tls);
        SSL_set_fd(c->tls, c->socket);
    }
    size_t length = c->tls != NULL && SSL_accept(c->tls) != 1 ? 0 : read_request(c, request, sizeof server->request);
    if (length > 0) {
        pthread_mutex_lock(&server->lock);
        memcpy(server->request, request, length);
        server->request_length = length;
        server->count++;
        if (++server->now > server->most) server->most = server->now;
        char *answer = malloc(server->length + 1);
        memcpy(answer, server->answer, server->length);
        size_t answer_length = server->length;
        int delay_ms = server->delay_ms;
        pthread_mutex_unlock(&server->lock);
        usleep((useconds_t)delay_ms * 1000);
        give(c, answer, answer_length);
        free(answer);
        pthread_mutex_lock(&server->lock);
        server->now--;
        pthread_mutex_unlock(&server->lock);
    }
    if (c->tls != NULL) {
        SSL_shutdown(c->tls);
        SSL_free(c->tls);
    }
    shutdown(c->socket, SHUT_WR);
    close(c->socket);
    free(request);
    free(c);
    return NULL;
}

static void *accept_all(void *argument) {
    struct test_server *server = argument;
    for (;;) {
        int socket = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
        if (socket < 0) return NULL;
        struct connection *connection = calloc(1, sizeof *connection);
        connection->server = server;
        connection->socket = socket;
        pthread_t thread;
        pthread_create(&thread, NULL, serve, connection);
        pthread_detach(thread);
    }
}

static bool make_certificate(SSL_CTX *tls, const char *path) {
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
    X509_set_pubkey(certificate, key);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:localhost");
    X509_add_ext(certificate, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(certificate, key, EVP_sha256());
    FILE *file = fopen(path, "w");
    bool is_made = file != NULL && PEM_write_X509(file, certificate) == 1 &&
                   SSL_CTX_use_certificate(tls, certificate) == 1 && SSL_CTX_use_PrivateKey(tls, key) == 1;
    if (file != NULL) fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return is_made;
}

struct test_server *test_server_start(const char *certificate_path) {
    struct test_server *server = calloc(1, sizeof *server);
    pthread_mutex_init(&server->lock, NULL);
    if (certificate_path != NULL) {
        server->tls = SSL_CTX_new(TLS_server_method());
        if (!make_certificate(server->tls, certificate_path)) return NULL;
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(server->listener, (struct sockaddr *)&address, length) != 0 || listen(server->listener, 128) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &length) != 0) {
        return NULL;
    }
    server->port = ntohs(address.sin_port);
    pthread_t thread;
    pthread_create(&thread, NULL, accept_all, server);
    pthread_detach(thread);
    return server;
}

uint16_t test_server_port(const struct test_server *server) { return server->port; }

void test_server_answer(struct test_server *server, const char *bytes, size_t length, int delay_ms) {
    pthread_mutex_lock(&server->lock);
    free(server->answer);
    server->answer = malloc(length + 1);
    memcpy(server->answer, bytes, length);
    server->length = length;
    server->delay_ms = delay_ms;
    pthread_mutex_unlock(&server->lock);
}

int test_server_count(struct test_server *server) {
    pthread_mutex_lock(&server->lock);
    int count = server->count;
    pthread_mutex_unlock(&server->lock);
    return count;
}

int test_server_most(struct test_server *server) {
    pthread_mutex_lock(&server->lock);
    int most = server->most;
    pthread_mutex_unlock(&server->lock);
    return most;
}

size_t test_server_request(struct test_server *server, char *buffer, size_t capacity) {
    pthread_mutex_lock(&server->lock);
    size_t length = server->request_length < capacity ? server->request_length : capacity;
    memcpy(buffer, server->request, length);
    pthread_mutex_unlock(&server->lock);
    return length;
}

void test_server_stop(struct test_server *server) { shutdown(server->listener, SHUT_RDWR); }
