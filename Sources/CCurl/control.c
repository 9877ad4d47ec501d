#define _GNU_SOURCE
#include "control.h"
#include <curl/curl.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

void postern_control_wipe(void *memory, size_t length) { explicit_bzero(memory, length); }

static void wipe_and_free(void *memory) {
    if (memory == NULL) return;
    int saved = errno;
    explicit_bzero(memory, malloc_usable_size(memory));
    free(memory);
    errno = saved;
}

// Never in place: what realloc leaves behind cannot be wiped.
static void *wiping_realloc(void *memory, size_t length) {
    if (memory == NULL) return malloc(length);
    size_t before = malloc_usable_size(memory);
    if (length <= before) return memory;
    void *copy = malloc(length);
    if (copy == NULL) return NULL;
    memcpy(copy, memory, before < length ? before : length);
    wipe_and_free(memory);
    return copy;
}

int postern_control_global_init(void) {
    return (int)curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_and_free, wiping_realloc, strdup, calloc);
}

struct receiver {
    struct postern_control_answer *answer;
    size_t capacity;
    size_t max_length;
};

static size_t receive(char *bytes, size_t size, size_t count, void *user) {
    struct receiver *receiver = user;
    struct postern_control_answer *answer = receiver->answer;
    size_t length = size * count;
    if (length > receiver->max_length - answer->body_length) return 0;
    size_t needed = answer->body_length + length;
    if (needed > receiver->capacity) {
        size_t capacity = needed * 2 < 4096 ? 4096 : needed * 2;
        uint8_t *larger = wiping_realloc(answer->body, capacity);
        if (larger == NULL) return 0;
        answer->body = larger;
        receiver->capacity = capacity;
    }
    memcpy(answer->body + answer->body_length, bytes, length);
    answer->body_length = needed;
    return length;
}

int postern_control_call(const struct postern_control_request *request, struct postern_control_answer *answer) {
    *answer = (struct postern_control_answer){0};
    struct receiver receiver = {.answer = answer, .max_length = request->max_answer_length};
    CURL *easy = curl_easy_init();
    // No wait for `100 Continue`: the other side is on this machine.
    struct curl_slist *fields = curl_slist_append(NULL, "Expect:");
    struct curl_slist *more = fields == NULL ? NULL : curl_slist_append(fields, "Accept: application/json");
    if (more != NULL && request->body != NULL) more = curl_slist_append(fields, "Content-Type: application/json");
    CURLcode code = CURLE_OUT_OF_MEMORY;
    if (easy == NULL || more == NULL) goto done;
    curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, request->socket_path);
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, request->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fields);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &receiver);
    if (request->body != NULL || strcmp(request->method, "POST") == 0) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body == NULL ? "" : (const char *)request->body);
        if (request->body == NULL) curl_slist_append(fields, "Content-Type:");
    }
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    code = curl_easy_perform(easy);
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &answer->system_error);
    answer->status = (int)status;
done:
    if (easy != NULL) curl_easy_cleanup(easy);
    curl_slist_free_all(fields);
    return (int)code;
}

void postern_control_free(struct postern_control_answer *answer) {
    wipe_and_free(answer->body);
    *answer = (struct postern_control_answer){0};
}
