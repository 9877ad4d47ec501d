#include "CCurl.h"
#include "open_socket.h"
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static postern_address_check may_dial;

// Where a connection's TLS is found while it lasts: libcurl tells only of connections that it is using itself.
struct postern_dial_tls {
    bool offers_http2;
    SSL *session;
};

static int tls_index;

static void session_freed(void *session, void *tls, CRYPTO_EX_DATA *data, int index, long number, void *pointer) {
    (void)session;
    (void)data;
    (void)index;
    (void)number;
    (void)pointer;
    if (tls != NULL) ((struct postern_dial_tls *)tls)->session = NULL;
}

static void session_progressed(const SSL *session, int where, int result) {
    (void)result;
    if ((where & SSL_CB_HANDSHAKE_DONE) == 0) return;
    struct postern_dial_tls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(session));
    if (tls == NULL || tls->session != NULL) return;
    if (SSL_set_ex_data((SSL *)session, tls_index, tls) == 1) tls->session = (SSL *)session;
}

int postern_curl_global_init(postern_address_check check) {
    may_dial = check;
    // Writing to a connection that the other side has reset must be an error, not the end of the process.
    signal(SIGPIPE, SIG_IGN);
    tls_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, session_freed);
    return (int)curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct callbacks {
    postern_socket_callback on_socket;
    postern_timer_callback on_timer;
    void *context;
};

static int socket_changed(CURL *easy, curl_socket_t socket, int what, void *user, void *socket_user) {
    (void)easy;
    (void)socket_user;
    struct callbacks *callbacks = user;
    callbacks->on_socket(callbacks->context, socket, what);
    return 0;
}

static int timer_changed(CURLM *multi, long timeout_ms, void *user) {
    (void)multi;
    struct callbacks *callbacks = user;
    callbacks->on_timer(callbacks->context, timeout_ms);
    return 0;
}

// The callbacks live as long as the multi, which lives as long as its event loop: to the end of the process.
CURLM *postern_multi_create(postern_socket_callback on_socket, postern_timer_callback on_timer, void *context) {
    CURLM *multi = curl_multi_init();
    struct callbacks *callbacks = malloc(sizeof *callbacks);
    if (multi == NULL || callbacks == NULL) {
        free(callbacks);
        curl_multi_cleanup(multi);
        return NULL;
    }
    *callbacks = (struct callbacks){on_socket, on_timer, context};
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, socket_changed);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, callbacks);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer_changed);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, callbacks);
    return multi;
}

CURLMcode postern_multi_socket_ready(CURLM *multi, curl_socket_t socket, bool readable, bool writable, bool failed) {
    int running;
    int bits = (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0) | (failed ? CURL_CSELECT_ERR : 0);
    return curl_multi_socket_action(multi, socket, bits, &running);
}

CURLMcode postern_multi_timeout(CURLM *multi) {
    int running;
    return curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
}

CURL *postern_multi_next_done(CURLM *multi, CURLcode *result) {
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) continue;
        *result = message->data.result;
        return message->easy_handle;
    }
    return NULL;
}

curl_socket_t postern_open_socket(postern_address_check check, void *context, curlsocktype purpose,
                                  struct curl_sockaddr *address) {
    const uint8_t *bytes;
    int length;
    uint16_t port;
    if (purpose != CURLSOCKTYPE_IPCXN) return CURL_SOCKET_BAD;
    if (address->family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address->addr;
        bytes = (const uint8_t *)&v4->sin_addr;
        length = 4;
        port = ntohs(v4->sin_port);
    } else if (address->family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address->addr;
        bytes = (const uint8_t *)&v6->sin6_addr;
        length = 16;
        port = ntohs(v6->sin6_port);
    } else {
        return CURL_SOCKET_BAD;
    }
    if (!check(context, bytes, length, port)) return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
}

static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address) {
    return postern_open_socket(may_dial, user, purpose, address);
}

// Partial writes, so that a full socket gives back what it took; a moving buffer, because what is left is sent from
// elsewhere; read-ahead, so that a record costs one read instead of two.
static CURLcode configure_tls(CURL *easy, void *context, void *user) {
    (void)easy;
    struct postern_dial_tls *tls = user;
    static const unsigned char protocols[] = "\x02h2\x08http/1.1";
    if (tls->offers_http2 && SSL_CTX_set_alpn_protos(context, protocols, sizeof protocols - 1) != 0) {
        return CURLE_OUT_OF_MEMORY;
    }
    SSL_CTX_set_app_data(context, tls);
    SSL_CTX_set_info_callback(context, session_progressed);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context, 1);
    return CURLE_OK;
}

// Everything that every connection must have is set here and nowhere else.
CURL *postern_dial_create(const struct postern_dial *dial, struct curl_slist **list, CURLSH **share,
                          struct postern_dial_tls **tls) {
    CURL *easy = curl_easy_init();
    *list = NULL;
    *share = curl_share_init();
    *tls = calloc(1, sizeof **tls);
    if (easy == NULL || *share == NULL || *tls == NULL) goto failed;
    (*tls)->offers_http2 = dial->offers_http2;
    // A connection cache of its own: the handle finds its connection without a search through all others, and no other
    // handle can ever be given it.
    curl_share_setopt(*share, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT);
    curl_easy_setopt(easy, CURLOPT_SHARE, *share);
    curl_easy_setopt(easy, CURLOPT_URL, dial->url);
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_HSTS_CTRL, 0L);
    // HTTP/2 is offered behind libcurl's back, which would otherwise speak it itself where it is to carry bytes.
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_CAINFO, dial->ca_file);
    // With a directory of authorities set as well, libcurl would read the whole file again for every connection.
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, configure_tls);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, *tls);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, dial->private_data);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, dial->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    // Without this, giving up on a dial waits for its resolver thread, and with it the whole event loop, for as long as a
    // name server keeps silent. With it the thread is let go of and ends by itself.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, dial->private_data);
    if (dial->connect_to != NULL) {
        *list = curl_slist_append(NULL, dial->connect_to);
        if (*list == NULL) goto failed;
        curl_easy_setopt(easy, CURLOPT_CONNECT_TO, *list);
    }
    return easy;
failed:
    if (easy != NULL) curl_easy_cleanup(easy);
    if (*share != NULL) curl_share_cleanup(*share);
    curl_slist_free_all(*list);
    free(*tls);
    return NULL;
}

void postern_dial_destroy(CURL *easy, struct curl_slist *list, CURLSH *share, struct postern_dial_tls *tls) {
    curl_easy_cleanup(easy);
    curl_share_cleanup(share);
    curl_slist_free_all(list);
    free(tls);
}

curl_socket_t postern_easy_socket(CURL *easy) {
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &socket);
    return socket;
}

bool postern_dial_has_pending(const struct postern_dial_tls *tls) {
    return tls->session != NULL && SSL_has_pending(tls->session) == 1;
}

bool postern_dial_is_http2(const struct postern_dial_tls *tls) {
    const unsigned char *protocol = NULL;
    unsigned int length = 0;
    if (tls->session != NULL) SSL_get0_alpn_selected(tls->session, &protocol, &length);
    return length == 2 && memcmp(protocol, "h2", 2) == 0;
}
