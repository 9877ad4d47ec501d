// Options, the event loop and the report. `OPEN` is printed when all connections are up; the measurement begins with
// the next line on standard input and ends with `RESULT {json}`.

#include "tlsload.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

enum { MAX_ERRORS = 100, OPENING_SECONDS = 30 };

struct options options = {.connections = 1, .seconds = 1, .name = "", .target = "/"};
struct counts counts;
bool measuring;

static struct connection *connections;
static int poller;
static uint64_t dialled, begun;

uint64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void count_answer(uint64_t began, int status) {
    if (status != 200) {
        counts.status++;
        return;
    }
    if (counts.requests == counts.latency_room) {
        counts.latency_room = counts.latency_room ? counts.latency_room * 2 : 65536;
        counts.latencies = realloc(counts.latencies, counts.latency_room * sizeof *counts.latencies);
    }
    counts.latencies[counts.requests++] = (uint32_t)(now_us() - began);
}

bool may_begin_request(void) {
    return options.limit == 0 || begun++ < options.limit;
}

static uint64_t errors(void) {
    return counts.connect + counts.read + counts.status;
}

static void dial(struct connection *connection) {
    connection->number = dialled++;
    connection_dial(connection);
    if (connection->stage == CLOSED) return connection_close(connection);
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = connection};
    epoll_ctl(poller, EPOLL_CTL_ADD, connection->fd, &event);
}

// Closes a connection whose work is over, or that broke, and dials the next one.
static void replace(struct connection *connection, bool broken) {
    if (broken) counts.read++;
    connection_close(connection);
    if (options.fresh ? may_begin_request() : measuring) dial(connection);
}

static void begin_requests(struct connection *connection) {
    if (!options.fresh && !may_begin_request()) return;
    if (!(options.streams ? http2_request(connection) : http1_request(connection))) replace(connection, true);
}

// It has just become READY.
static void opened(struct connection *connection) {
    if (options.bare) {
        count_answer(connection->began, 200);
        return replace(connection, false);
    }
    if (options.streams && !http2_start(connection)) return replace(connection, true);
    if (measuring) begin_requests(connection);
}

static void handle(struct connection *connection) {
    if (connection->stage == CLOSED) return;
    if (connection->stage != READY) {
        if (!connection_advance(connection)) return replace(connection, false);
        if (connection->stage == READY) opened(connection);
        if (connection->stage != READY) return;
    }
    if (connection->out_size && !connection_flush(connection)) return replace(connection, true);
    uint64_t before = counts.requests + counts.status;
    if (options.streams ? http2_readable(connection) : http1_readable(connection)) return;
    replace(connection, !options.fresh || counts.requests + counts.status == before);
}

// Turns the loop until `deadline`, or until `enough` says so.
static void turn(uint64_t deadline, bool (*enough)(void)) {
    struct epoll_event events[512];
    for (uint64_t now = now_us(); now < deadline && !enough(); now = now_us()) {
        int count = epoll_wait(poller, events, 512, (int)((deadline - now) / 1000) + 1);
        for (int index = 0; index < count; index++)
            handle(events[index].data.ptr);
    }
}

static bool all_open(void) {
    for (unsigned index = 0; index < options.connections; index++)
        if (connections[index].stage != READY && connections[index].stage != CLOSED) return false;
    return true;
}

static bool limit_reached(void) {
    return errors() >= MAX_ERRORS || (options.limit && counts.requests + errors() >= options.limit);
}

static int ascending(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static double percentile(double share) {
    return counts.requests ? counts.latencies[(size_t)((double)(counts.requests - 1) * share)] : 0;
}

static void report(uint64_t elapsed, bool unfinished) {
    qsort(counts.latencies, counts.requests, sizeof *counts.latencies, ascending);
    printf("RESULT {\"requests\":%llu,\"us\":%llu,\"bytes\":%llu,\"connect\":%llu,\"read\":%llu,\"status\":%llu,"
           "\"timeout\":%d,\"p50\":%.1f,\"p99\":%.1f,\"max\":%.1f}\n",
           (unsigned long long)counts.requests, (unsigned long long)elapsed, (unsigned long long)counts.bytes,
           (unsigned long long)counts.connect, (unsigned long long)counts.read, (unsigned long long)counts.status,
           unfinished, percentile(0.5), percentile(0.99), percentile(1));
}

static void parse(int argc, char **argv) {
    static const struct option known[] = {
        {"port", 1, 0, 'p'},     {"name", 1, 0, 'n'},  {"target", 1, 0, 't'}, {"field", 1, 0, 'H'},
        {"connect", 1, 0, 'x'},  {"ca", 1, 0, 'a'},    {"connections", 1, 0, 'c'}, {"streams", 1, 0, 'm'},
        {"seconds", 1, 0, 'd'},  {"limit", 1, 0, 'l'}, {"plain", 0, 0, 'P'},  {"fresh", 0, 0, 'f'},
        {"bare", 0, 0, 'b'},     {"key", 1, 0, 'k'},   {"body", 1, 0, 'B'},   {0, 0, 0, 0}};
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (option) {
        case 'p': options.port = atoi(optarg); break;
        case 'n': options.name = optarg; break;
        case 't': options.target = optarg; break;
        case 'x': options.connect = optarg; break;
        case 'a': options.ca = optarg; break;
        case 'c': options.connections = (unsigned)atoi(optarg); break;
        case 'm': options.streams = (unsigned)atoi(optarg); break;
        case 'd': options.seconds = (unsigned)atoi(optarg); break;
        case 'k': options.key = optarg; break;
        case 'B': options.body = optarg; break;
        case 'l': options.limit = strtoull(optarg, NULL, 10); break;
        case 'P': options.plain = true; break;
        case 'f': options.fresh = true; break;
        case 'b': options.bare = options.fresh = true; break;
        case 'H':
            if (options.field_count == MAX_FIELDS || !strstr(optarg, ": ")) exit(2);
            options.fields[options.field_count++] = optarg;
            break;
        default: exit(2);
        }
    }
    if (!options.port || !options.connections || options.streams > MAX_STREAMS) exit(2);
    if (options.fresh && options.streams) exit(2);
    if (options.body && strlen(options.body) > HEAD_SIZE / 2) exit(2);
}

int main(int argc, char **argv) {
    parse(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    connections_prepare();
    poller = epoll_create1(EPOLL_CLOEXEC);
    connections = calloc(options.connections, sizeof *connections);
    for (unsigned index = 0; index < options.connections; index++) {
        connections[index].fd = -1;
        if (!options.fresh) dial(&connections[index]);
    }
    turn(now_us() + OPENING_SECONDS * 1000000ull, all_open);
    printf("OPEN\n");
    fflush(stdout);
    if (getchar() == EOF) return 1;

    measuring = true;
    uint64_t began = now_us();
    for (unsigned index = 0; index < options.connections; index++) {
        struct connection *connection = &connections[index];
        if (options.fresh && may_begin_request()) dial(connection);
        else if (connection->stage == READY) begin_requests(connection);
    }
    turn(began + options.seconds * 1000000ull, limit_reached);
    uint64_t elapsed = now_us() - began;
    report(elapsed, counts.requests + errors() < (options.limit ? options.limit : 1));
    return 0;
}
