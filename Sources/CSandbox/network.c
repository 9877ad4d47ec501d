#define _GNU_SOURCE
#include "internal.h"
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

// The first interface of a network is its loopback.
enum { LOOPBACK = 1, BACKLOG = 1024, MAX_LISTENERS = 4, PATIENCE_SECONDS = 15 };

static void bring_up_loopback(struct postern_child *child) {
    struct ifreq request = {.ifr_name = "lo"};
    int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (control < 0 || ioctl(control, SIOCGIFFLAGS, &request) != 0) postern_fail(child, POSTERN_STEP_LOOPBACK);
    request.ifr_flags |= IFF_UP;
    if (ioctl(control, SIOCSIFFLAGS, &request) != 0) postern_fail(child, POSTERN_STEP_LOOPBACK);
    close(control);
}

// Has the kernel take every address for its own: `ip route add local 0.0.0.0/0 dev lo`, by rtnetlink(7).
static void add_route(struct postern_child *child, int netlink, unsigned char family) {
    struct {
        struct nlmsghdr header;
        struct rtmsg route;
        struct rtattr attribute;
        uint32_t interface;
    } request = {
        .header = {.nlmsg_len = sizeof request,
                   .nlmsg_type = RTM_NEWROUTE,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL},
        .route = {.rtm_family = family,
                  .rtm_table = RT_TABLE_LOCAL,
                  .rtm_protocol = RTPROT_BOOT,
                  .rtm_scope = family == AF_INET ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE,
                  .rtm_type = RTN_LOCAL},
        .attribute = {.rta_len = RTA_LENGTH(sizeof(uint32_t)), .rta_type = RTA_OIF},
        .interface = LOOPBACK,
    };
    struct {
        struct nlmsghdr header;
        struct nlmsgerr error;
        char rest[256];
    } answer;
    if (send(netlink, &request, sizeof request, 0) != sizeof request ||
        recv(netlink, &answer, sizeof answer, 0) < (ssize_t)(sizeof answer.header + sizeof answer.error.error))
        postern_fail(child, POSTERN_STEP_ROUTE);
    // Without IPv6 in the kernel there is nothing of it to catch.
    if (family == AF_INET6 && (answer.error.error == -EAFNOSUPPORT || answer.error.error == -EOPNOTSUPP)) return;
    if (answer.header.nlmsg_type != NLMSG_ERROR || answer.error.error != 0) {
        errno = -answer.error.error;
        postern_fail(child, POSTERN_STEP_ROUTE);
    }
}

static void own_every_address(struct postern_child *child) {
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (netlink < 0) postern_fail(child, POSTERN_STEP_ROUTE);
    add_route(child, netlink, AF_INET);
    add_route(child, netlink, AF_INET6);
    close(netlink);
}

static int bound(int type, const void *address, socklen_t length) {
    int on = 1, off = 0;
    bool is_v6 = length == sizeof(struct sockaddr_in6);
    int fd = socket(is_v6 ? AF_INET6 : AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (is_v6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0) return -1;
    // An answer has to come from the address that was asked.
    if (is_v6 && type == SOCK_DGRAM &&
        (setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on) != 0 ||
         setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) != 0))
        return -1;
    if (bind(fd, address, length) != 0) return -1;
    return type == SOCK_STREAM && listen(fd, BACKLOG) != 0 ? -1 : fd;
}

static int listen_on_loopback(uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    return bound(SOCK_STREAM, &address, sizeof address);
}

static int listen_everywhere(int type, uint16_t port) {
    struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_any};
    return bound(type, &address, sizeof address);
}

// Gives the listeners away and waits for the answer, which begins with {"ok":true where they were taken.
static void give(struct postern_child *child, const int *listeners, size_t count) {
    const struct postern_sandbox *plan = child->plan;
    union {
        char bytes[CMSG_SPACE(sizeof(int) * MAX_LISTENERS)];
        struct cmsghdr alignment;
    } control = {0};
    struct iovec part = {(void *)plan->request, plan->request_length};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = CMSG_SPACE(sizeof(int) * count)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * count);
    memcpy(CMSG_DATA(header), listeners, sizeof(int) * count);
    struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
    (void)setsockopt(plan->daemon, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (sendmsg(plan->daemon, &message, MSG_NOSIGNAL) < 0) postern_fail(child, POSTERN_STEP_REGISTER);
    ssize_t length = recv(plan->daemon, child->failure.answer, sizeof child->failure.answer, 0);
    if (length == 0) errno = ECONNRESET;
    if (length <= 0) postern_fail(child, POSTERN_STEP_REGISTER);
    child->failure.answer_length = (size_t)length;
    static const char taken[] = "{\"ok\":true";
    if ((size_t)length < sizeof taken - 1 || memcmp(child->failure.answer, taken, sizeof taken - 1) != 0)
        postern_fail(child, POSTERN_STEP_REFUSED);
}

void postern_open_network(struct postern_child *child) {
    bring_up_loopback(child);
    int listeners[MAX_LISTENERS];
    size_t count = 0;
    if (child->plan->is_transparent) own_every_address(child);
    listeners[count++] = listen_on_loopback(child->plan->port);
    if (child->plan->is_transparent) {
        listeners[count++] = listen_everywhere(SOCK_STREAM, 80);
        listeners[count++] = listen_everywhere(SOCK_STREAM, 443);
        listeners[count++] = listen_everywhere(SOCK_DGRAM, 53);
    }
    for (size_t index = 0; index < count; index++)
        if (listeners[index] < 0) postern_fail(child, POSTERN_STEP_LISTEN);
    give(child, listeners, count);
    // The program must not hold what the daemon accepts from.
    for (size_t index = 0; index < count; index++) close(listeners[index]);
}
