#define _GNU_SOURCE
#include "CLinux.h"
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

_Static_assert(POSTERN_READABLE == EPOLLIN && POSTERN_WRITABLE == EPOLLOUT && POSTERN_ERROR == EPOLLERR &&
                   POSTERN_HANGUP == EPOLLHUP && POSTERN_READ_HANGUP == EPOLLRDHUP,
               "event bits");

int postern_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static uint32_t flags(uint32_t bits, bool edge_triggered, bool exclusive) {
    return bits | (edge_triggered ? EPOLLET : 0) | (exclusive ? EPOLLEXCLUSIVE : 0);
}

int postern_epoll_add(int epoll, int fd, uint32_t bits, bool edge_triggered, bool exclusive, uint64_t token) {
    struct epoll_event event = {.events = flags(bits, edge_triggered, exclusive), .data.u64 = token};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int postern_epoll_modify(int epoll, int fd, uint32_t bits, bool edge_triggered, uint64_t token) {
    struct epoll_event event = {.events = flags(bits, edge_triggered, false), .data.u64 = token};
    return epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event);
}

int postern_epoll_remove(int epoll, int fd) { return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL); }

int postern_epoll_wait(int epoll, struct postern_event *events, int capacity, int timeout_ms) {
    struct epoll_event native[256];
    if (capacity > 256) capacity = 256;
    int count = epoll_wait(epoll, native, capacity, timeout_ms);
    for (int i = 0; i < count; i++) events[i] = (struct postern_event){native[i].events, native[i].data.u64};
    return count;
}

int postern_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int postern_eventfd_counting(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK | EFD_SEMAPHORE); }

uint64_t postern_monotonic_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int64_t postern_realtime_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int postern_clock_is_synchronised(void) {
    struct timex state = {0};
    int result = adjtimex(&state);
    return result < 0 ? -1 : result != TIME_ERROR && !(state.status & STA_UNSYNC);
}
