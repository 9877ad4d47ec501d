#define _GNU_SOURCE
#include "fetch.h"
#include "open_socket.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>

int postern_fetch_global_init(void) {
    signal(SIGPIPE, SIG_IGN);
    return (int)curl_global_init(CURL_GLOBAL_DEFAULT);
}

static curl_socket_t open_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address) {
    const struct postern_fetch_request *request = user;
    return postern_open_socket(request->may_dial, request->context, purpose, address);
}

static int progressed(void *user, curl_off_t total, curl_off_t done, curl_off_t upload, curl_off_t uploaded) {
    (void)total;
    (void)done;
    (void)upload;
    (void)uploaded;
    const struct postern_fetch_request *request = user;
    return request->is_stopped(request->context) ? 1 : 0;
}

struct receiver {
    struct postern_fetch_answer *answer;
    size_t max_length;
};

// The room for the longest answer is there from the beginning: growing would leave copies of tokens behind.
static size_t receive(char *bytes, size_t size, size_t count, void *user) {
    struct receiver *receiver = user;
    struct postern_fetch_answer *answer = receiver->answer;
    size_t length = size * count;
    if (length > receiver->max_length - answer->body_length) {
        answer->is_too_long = true;
        return 0;
    }
    memcpy(answer->body + answer->body_length, bytes, length);
    answer->body_length += length;
    return length;
}

static bool append(struct curl_slist **fields, const char *field) {
    if (field == NULL) return true;
    struct curl_slist *longer = curl_slist_append(*fields, field);
    if (longer == NULL) return false;
    *fields = longer;
    return true;
}

static void wipe(struct curl_slist *fields) {
    for (struct curl_slist *field = fields; field != NULL; field = field->next) {
        explicit_bzero(field->data, strlen(field->data));
    }
    curl_slist_free_all(fields);
}

int postern_fetch(const struct postern_fetch_request *request, struct postern_fetch_answer *answer) {
    *answer = (struct postern_fetch_answer){.body = malloc(request->max_answer_length)};
    struct receiver receiver = {.answer = answer, .max_length = request->max_answer_length};
    CURL *easy = curl_easy_init();
    struct curl_slist *fields = NULL;
    struct curl_slist *places = NULL;
    CURLcode code = CURLE_OUT_OF_MEMORY;
    if (easy == NULL || answer->body == NULL || !append(&fields, request->accept) || !append(&fields, "Expect:") ||
        !append(&fields, request->authorization) || !append(&fields, request->body == NULL ? NULL : request->body_type) ||
        !append(&places, request->connect_to)) {
        goto done;
    }
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    // An answer that sends us elsewhere is an answer: tokens go nowhere but where they were meant to go.
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_HSTS_CTRL, 0L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (request->ca_file != NULL) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_file);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, (void *)request);
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, places);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, request->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, request->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, progressed);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, (void *)request);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, request->user_agent);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fields);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &receiver);
    if (request->body != NULL) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, (const char *)request->body);
    }
    code = curl_easy_perform(easy);
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    answer->status = (int)status;
done:
    if (easy != NULL) curl_easy_cleanup(easy);
    curl_slist_free_all(places);
    wipe(fields);
    return (int)code;
}

void postern_fetch_free(struct postern_fetch_answer *answer) {
    if (answer->body != NULL) explicit_bzero(answer->body, answer->body_length);
    free(answer->body);
    *answer = (struct postern_fetch_answer){0};
}
