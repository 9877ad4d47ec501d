// One request to the control socket of posternd, which is answered before this returns.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Strings are copied; the body is read where it lies.
struct postern_control_request {
    const char *socket_path;
    const char *method;
    const char *url;          // http://localhost/ and the target
    const uint8_t *body;      // NULL for none
    size_t body_length;
    size_t max_answer_length;
    long timeout_ms;
};

// The body belongs to the caller, who frees it; errors are a CURLcode and, when nothing was connected, an errno value.
struct postern_control_answer {
    int status;
    uint8_t *body;
    size_t body_length;
    long system_error;
};

// Makes libcurl wipe all memory that it gives back, if nobody has set it up before: it copies bodies, which hold
// secrets, into buffers of its own. Before anything else of libcurl.
int postern_control_global_init(void);

int postern_control_call(const struct postern_control_request *request, struct postern_control_answer *answer);

// Wipes and frees the body.
void postern_control_free(struct postern_control_answer *answer);

void postern_control_wipe(void *memory, size_t length);
