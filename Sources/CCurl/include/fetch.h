// One request to a server on the web, which is answered before this returns.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether an address may be dialled: see postern_address_check.
typedef bool (*postern_fetch_check)(void *context, const uint8_t *address, int address_length, uint16_t port);
typedef bool (*postern_fetch_stop)(void *context);

// Strings and body are read where they lie.
struct postern_fetch_request {
    const char *url;
    const char *connect_to;     // "::address:port", or NULL to resolve the host
    const char *ca_file;        // NULL for the system's authorities
    const char *user_agent;
    const char *accept;         // the whole field
    const char *authorization;  // the whole field, or NULL
    const char *body_type;      // the whole field
    const uint8_t *body;        // NULL is a GET
    size_t body_length;
    size_t max_answer_length;
    long timeout_ms;
    postern_fetch_check may_dial;
    postern_fetch_stop is_stopped;  // asked at least once a second
    void *context;
};

// The body belongs to the caller, who frees it.
struct postern_fetch_answer {
    int status;
    uint8_t *body;
    size_t body_length;
    bool is_too_long;
};

// Before anything else of this file; often is as good as once.
int postern_fetch_global_init(void);

// A CURLcode.
int postern_fetch(const struct postern_fetch_request *request, struct postern_fetch_answer *answer);

// Wipes and frees the body.
void postern_fetch_free(struct postern_fetch_answer *answer);
