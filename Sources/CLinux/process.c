#define _GNU_SOURCE
#include "CLinux.h"
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

// Swift's runtime may answer a crash by printing registers and the memory they point to, which is where secrets are.
static void forbid_crash_reports(void) {
    static const int crashes[] = {SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) signal(crashes[i], SIG_DFL);
}

// Without a dumpable flag no process of the same uid can read /proc/PID/mem or attach; without a core
// limit a crash would write every secret to disk.
int postern_forbid_dumps(void) {
    forbid_crash_reports();
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return -1;
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void postern_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

int postern_signal_descriptor(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    // Blocked in every thread that is started from here on, so that they arrive only at the descriptor.
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int postern_wait_for_signal(int descriptor, int timeout_ms) {
    struct pollfd wait = {.fd = descriptor, .events = POLLIN};
    if (poll(&wait, 1, timeout_ms) <= 0) return 0;
    struct signalfd_siginfo info;
    return read(descriptor, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

void postern_notify(const char *path, const char *message) { postern_notify_passing(path, message, NULL, 0); }

void postern_notify_passing(const char *path, const char *message, const int *descriptors, int count) {
    enum { MAX_PASSED = 16 };
    union {
        char bytes[CMSG_SPACE(sizeof(int) * MAX_PASSED)];
        struct cmsghdr alignment;
    } control = {0};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path), size = sizeof(int) * (size_t)count;
    if ((path[0] != '/' && path[0] != '@') || length >= sizeof address.sun_path || count > MAX_PASSED) return;
    memcpy(address.sun_path, path, length);
    // A leading @ stands for the abstract namespace.
    if (path[0] == '@') address.sun_path[0] = 0;
    struct iovec part = {(void *)message, strlen(message)};
    struct msghdr packet = {.msg_name = &address,
                            .msg_namelen = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length),
                            .msg_iov = &part,
                            .msg_iovlen = 1};
    if (count > 0) {
        packet.msg_control = control.bytes;
        packet.msg_controllen = CMSG_SPACE(size);
        struct cmsghdr *header = CMSG_FIRSTHDR(&packet);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(size);
        memcpy(CMSG_DATA(header), descriptors, size);
    }
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    (void)sendmsg(fd, &packet, MSG_NOSIGNAL);
    close(fd);
}

void postern_format_time(int64_t nanoseconds, char *text, size_t length) {
    time_t seconds = (time_t)(nanoseconds / 1000000000);
    struct tm parts;
    gmtime_r(&seconds, &parts);
    size_t used = strftime(text, length, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text + used, length - used, ".%03dZ", (int)(nanoseconds % 1000000000 / 1000000));
}
