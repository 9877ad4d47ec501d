#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <string.h>

ssize_t postern_receive_datagram(int fd, void *bytes, size_t length, struct postern_datagram_origin *origin) {
    union {
        char bytes[256];
        struct cmsghdr alignment;
    } control;
    struct iovec part = {bytes, length};
    *origin = (struct postern_datagram_origin){0};
    struct msghdr message = {.msg_name = &origin->from, .msg_namelen = sizeof origin->from, .msg_iov = &part,
                             .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    ssize_t count;
    do count = recvmsg(fd, &message, MSG_DONTWAIT);
    while (count < 0 && errno == EINTR);
    if (count < 0) return -1;
    origin->from_length = message.msg_namelen;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != IPPROTO_IPV6 || header->cmsg_type != IPV6_PKTINFO) continue;
        struct in6_pktinfo info;
        memcpy(&info, CMSG_DATA(header), sizeof info);
        memcpy(origin->to, &info.ipi6_addr, sizeof origin->to);
        origin->has_to = true;
    }
    return count;
}

ssize_t postern_answer_datagram(int fd, const void *bytes, size_t length, const struct postern_datagram_origin *origin) {
    union {
        char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
        struct cmsghdr alignment;
    } control = {0};
    struct iovec part = {(void *)bytes, length};
    struct msghdr message = {.msg_name = (void *)&origin->from, .msg_namelen = origin->from_length, .msg_iov = &part,
                             .msg_iovlen = 1};
    if (origin->has_to) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = IPPROTO_IPV6;
        header->cmsg_type = IPV6_PKTINFO;
        header->cmsg_len = CMSG_LEN(sizeof(struct in6_pktinfo));
        struct in6_pktinfo info = {0};
        memcpy(&info.ipi6_addr, origin->to, sizeof origin->to);
        memcpy(CMSG_DATA(header), &info, sizeof info);
    }
    return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}
