/* Makes writes of the audit log fail or wait, and shifts the wall clock, for tests. Preloaded into the daemon.
 *
 * Two files named by the environment are read again at every call. POSTERN_TEST_FAULT says what happens to writes
 * and syncs of files below .../audit/: "EIO" or "ENOSPC" fail them, "sleep N" delays each by N seconds.
 * POSTERN_TEST_CLOCK holds the seconds by which the wall clock is ahead. No file is no fault. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static char fault_file[512], clock_file[512];

/* The daemon clears its environment once it runs. */
__attribute__((constructor)) static void remember(void) {
    const char *name;
    if ((name = getenv("POSTERN_TEST_FAULT"))) snprintf(fault_file, sizeof fault_file, "%s", name);
    if ((name = getenv("POSTERN_TEST_CLOCK"))) snprintf(clock_file, sizeof clock_file, "%s", name);
}

static int contents(const char *name, char *text, size_t size) {
    int saved = errno, fd = *name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t count = fd < 0 ? -1 : read(fd, text, size - 1);
    if (fd >= 0) close(fd);
    errno = saved;
    if (count <= 0) return 0;
    text[count] = 0;
    return 1;
}

static int is_audit(int fd) {
    char link[64], path[512];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return strstr(path, "/audit/audit-") != NULL;
}

static int fault(int fd) {
    char what[32];
    unsigned seconds;
    if (!contents(fault_file, what, sizeof what) || !is_audit(fd)) return 0;
    if (sscanf(what, "sleep %u", &seconds) == 1) sleep(seconds);
    if (strncmp(what, "EIO", 3) == 0) { errno = EIO; return 1; }
    if (strncmp(what, "ENOSPC", 6) == 0) { errno = ENOSPC; return 1; }
    return 0;
}

#define REAL(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t count) { return fault(fd) ? -1 : syscall(SYS_write, fd, data, count); }
ssize_t writev(int fd, const struct iovec *parts, int count) { return fault(fd) ? -1 : REAL(writev)(fd, parts, count); }
ssize_t pwrite(int fd, const void *data, size_t count, off_t at) { return fault(fd) ? -1 : REAL(pwrite)(fd, data, count, at); }
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) { return fault(fd) ? -1 : REAL(pwritev)(fd, parts, count, at); }
int fsync(int fd) { return fault(fd) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return fault(fd) ? -1 : REAL(fdatasync)(fd); }

static long ahead(void) {
    char text[32];
    return contents(clock_file, text, sizeof text) ? atol(text) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = REAL(clock_gettime)(clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += ahead();
    return result;
}

int gettimeofday(struct timeval *now, void *zone) {
    int result = REAL(gettimeofday)(now, zone);
    if (result == 0) now->tv_sec += ahead();
    return result;
}

time_t time(time_t *where) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (where) *where = now.tv_sec;
    return now.tv_sec;
}

/* Its deadline is on the wall clock, which for the kernel is not shifted. */
int sem_timedwait(sem_t *semaphore, const struct timespec *deadline) {
    struct timespec real = {deadline->tv_sec - ahead(), deadline->tv_nsec};
    return REAL(sem_timedwait)(semaphore, &real);
}
