#define _GNU_SOURCE
#include "CLinux.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

int postern_accept(int listener, struct sockaddr_storage *address, socklen_t *length) {
    *length = sizeof *address;
    return accept4(listener, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static int close_keeping_errno(int fd) {
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

int postern_listen_tcp(const uint8_t *bytes, int address_length, uint16_t port, int backlog) {
    struct sockaddr_storage address = {0};
    socklen_t length;
    if (address_length == 4) {
        struct sockaddr_in *v4 = (struct sockaddr_in *)&address;
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        memcpy(&v4->sin_addr, bytes, 4);
        length = sizeof *v4;
    } else {
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address;
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        memcpy(&v6->sin6_addr, bytes, 16);
        length = sizeof *v6;
    }
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        (address_length == 16 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0) ||
        bind(fd, (struct sockaddr *)&address, length) != 0 || listen(fd, backlog) != 0)
        return close_keeping_errno(fd);
    return fd;
}

// The socket is bound under a temporary name, given its mode, and only then moved into place: there is no moment in
// which the name exists with wider permissions, and a stale socket of an earlier run is replaced in one step.
static bool is_answered(const struct sockaddr_un *address, int type) {
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return false;
    // A full backlog is an answer, too.
    bool answered = connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EAGAIN;
    close(fd);
    return answered;
}

static int listen_at(int type, const char *path, unsigned int mode, int backlog, struct postern_file *made) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat existing;
    if (lstat(path, &existing) == 0 && !S_ISSOCK(existing.st_mode)) {
        errno = EEXIST;
        return -1;
    }
    size_t length = strlen(path);
    if (length + 5 > sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, length);
    if (is_answered(&address, type)) {
        errno = EADDRINUSE;
        return -1;
    }
    memcpy(address.sun_path + length, ".new", 5);
    int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    unlink(address.sun_path);
    mode_t before = umask(0177);
    int bound = bind(fd, (struct sockaddr *)&address, sizeof address);
    umask(before);
    if (bound != 0) return close_keeping_errno(fd);
    if (chmod(address.sun_path, mode) != 0 || listen(fd, backlog) != 0 || rename(address.sun_path, path) != 0) {
        unlink(address.sun_path);
        return close_keeping_errno(fd);
    }
    if (lstat(path, &existing) == 0) *made = (struct postern_file){existing.st_dev, existing.st_ino};
    return fd;
}

int postern_listen_unix(const char *path, unsigned int mode, int backlog, struct postern_file *made) {
    return listen_at(SOCK_STREAM, path, mode, backlog, made);
}

int postern_listen_packets(const char *path, unsigned int mode, int backlog, struct postern_file *made) {
    return listen_at(SOCK_SEQPACKET, path, mode, backlog, made);
}

void postern_remove_file(const char *path, const struct postern_file *file) {
    struct stat existing;
    if (lstat(path, &existing) == 0 && existing.st_dev == file->device && existing.st_ino == file->inode) unlink(path);
}

int postern_local_port(int fd) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) return -1;
    if (address.ss_family == AF_INET) return ntohs(((struct sockaddr_in *)&address)->sin_port);
    if (address.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return 0;
}

int postern_local_address(int fd, char *text, size_t size) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    char host[INET6_ADDRSTRLEN];
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) return -1;
    switch (address.ss_family) {
    case AF_INET:
        inet_ntop(AF_INET, &((struct sockaddr_in *)&address)->sin_addr, host, sizeof host);
        return snprintf(text, size, "%s:%d", host, postern_local_port(fd)) < (int)size ? 0 : -1;
    case AF_INET6:
        inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&address)->sin6_addr, host, sizeof host);
        return snprintf(text, size, "[%s]:%d", host, postern_local_port(fd)) < (int)size ? 0 : -1;
    case AF_UNIX:
        return snprintf(text, size, "unix:%s", ((struct sockaddr_un *)&address)->sun_path) < (int)size ? 0 : -1;
    default: return -1;
    }
}

int postern_peer_credentials(int fd, uint32_t *uid, int32_t *pid) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return -1;
    *uid = peer.uid;
    *pid = peer.pid;
    return 0;
}

int postern_set_no_delay(int fd) {
    int on = 1;
    return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void postern_reset_on_close(int fd) {
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

ssize_t postern_send(int fd, const void *bytes, size_t length) {
    ssize_t sent;
    do sent = send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent;
}

ssize_t postern_send_two(int fd, const void *first, size_t first_length, const void *second, size_t second_length) {
    struct iovec parts[2] = {{(void *)first, first_length}, {(void *)second, second_length}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    ssize_t sent;
    do sent = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent;
}

ssize_t postern_receive(int fd, void *bytes, size_t length) {
    ssize_t received;
    do received = recv(fd, bytes, length, MSG_DONTWAIT);
    while (received < 0 && errno == EINTR);
    return received;
}

// Whether a connection is open and has nothing to read: the only state in which a kept connection may be used again.
bool postern_is_quiet(int fd) {
    char byte;
    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}
