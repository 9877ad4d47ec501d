#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

enum { MAX_RIGHTS = 16 };

static bool set_path(struct sockaddr_un *address, const char *path) {
    size_t length = strlen(path);
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (length == 0 || length >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(address->sun_path, path, length);
    return true;
}

int postern_connect_packets(const char *path, int timeout_seconds) {
    struct sockaddr_un address;
    if (!set_path(&address, path)) return -1;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    struct timeval patience = {.tv_sec = timeout_seconds};
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0 &&
        connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

ssize_t postern_receive_rights(int fd, void *bytes, size_t length, int *descriptors, int capacity, int *count) {
    union {
        char bytes[CMSG_SPACE(sizeof(int) * MAX_RIGHTS)];
        struct cmsghdr alignment;
    } control;
    struct iovec part = {bytes, length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t received;
    *count = 0;
    do received = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (received < 0 && errno == EINTR);
    if (received < 0) return -1;
    bool is_whole = !(message.msg_flags & (MSG_TRUNC | MSG_CTRUNC));
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t found = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t index = 0; index < found; index++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(header) + index * sizeof(int), sizeof descriptor);
            if (is_whole && *count < capacity) descriptors[(*count)++] = descriptor;
            else {
                is_whole = false;
                close(descriptor);
            }
        }
    }
    if (is_whole) return received;
    while (*count > 0) close(descriptors[--*count]);
    errno = EMSGSIZE;
    return -1;
}

int postern_network_namespace(int fd, uint64_t *cookie) {
    socklen_t length = sizeof *cookie;
    return getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &length);
}

int postern_accept_shared(int listener, struct sockaddr_storage *address, socklen_t *length) {
    // Whoever wins the race between these two calls keeps one thread, which counts as theirs.
    int flags = fcntl(listener, F_GETFL);
    if (flags < 0) return -1;
    if (!(flags & O_NONBLOCK)) {
        errno = EINVAL;
        return -1;
    }
    int fd = postern_accept(listener, address, length);
    // It has this from the listener, and closing would wait for as long as the client does not read.
    struct linger none = {0};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none) == 0) return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int option(int fd, int name) {
    int value = 0;
    socklen_t length = sizeof value;
    return getsockopt(fd, SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
}

int postern_describe_socket(int fd, struct postern_socket *found) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    *found = (struct postern_socket){0};
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0) return -1;
    found->is_ip = address.ss_family == AF_INET || address.ss_family == AF_INET6;
    found->is_stream = option(fd, SO_TYPE) == SOCK_STREAM && option(fd, SO_PROTOCOL) == IPPROTO_TCP;
    found->is_datagram = option(fd, SO_TYPE) == SOCK_DGRAM && option(fd, SO_PROTOCOL) == IPPROTO_UDP;
    found->is_listening = option(fd, SO_ACCEPTCONN) == 1;
    if (address.ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address;
        found->port = ntohs(v4->sin_port);
    } else if (address.ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address;
        found->port = ntohs(v6->sin6_port);
    }
    return 0;
}
