// libcurl for Swift: its setters are variadic, which Swift cannot call, and some of its types are macros.
#pragma once
#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control.h"
#include "fetch.h"

// Called where a socket would be opened. Returns whether this address may be dialled.
typedef bool (*postern_address_check)(void *context, const uint8_t *address, int address_length, uint16_t port);

// Called when the multi wants a socket watched: what is one of CURL_POLL_*.
typedef void (*postern_socket_callback)(void *context, curl_socket_t socket, int what);

// Called when the multi wants curl_multi_socket_action after timeout_ms; -1 is never.
typedef void (*postern_timer_callback)(void *context, long timeout_ms);

// How a connection is made. Strings are copied.
struct postern_dial {
    const char *url;          // scheme://host:port/
    const char *connect_to;   // "::address:port", or NULL to resolve the host
    const char *ca_file;
    bool offers_http2;        // by ALPN, beside HTTP/1.1; what was chosen is the caller's to speak
    long timeout_ms;
    void *private_data;       // also the context of the address check
};

// Once, before anything else and before any other thread.
int postern_curl_global_init(postern_address_check check);

CURLM *postern_multi_create(postern_socket_callback on_socket, postern_timer_callback on_timer, void *context);
CURLMcode postern_multi_socket_ready(CURLM *multi, curl_socket_t socket, bool readable, bool writable, bool failed);
CURLMcode postern_multi_timeout(CURLM *multi);
// The next finished dial, or NULL.
CURL *postern_multi_next_done(CURLM *multi, CURLcode *result);

struct postern_dial_tls;

// An easy handle in transport mode: libcurl resolves, connects and verifies TLS, and then carries bytes. What it returns
// beside the handle belongs to that and is freed after it. NULL when memory is short.
CURL *postern_dial_create(const struct postern_dial *dial, struct curl_slist **list, CURLSH **share,
                          struct postern_dial_tls **tls);
void postern_dial_destroy(CURL *easy, struct curl_slist *list, CURLSH *share, struct postern_dial_tls *tls);

curl_socket_t postern_easy_socket(CURL *easy);
// Whether TLS holds decrypted or undecrypted bytes that were received and not read yet.
bool postern_dial_has_pending(const struct postern_dial_tls *tls);
// Whether the other side chose HTTP/2.
bool postern_dial_is_http2(const struct postern_dial_tls *tls);
