// Linux calls and macros that Swift's Glibc module does not show, each as a plain function.
#pragma once
// No feature macro here: with _GNU_SOURCE, fd_set looks different from the one that Foundation's modules were built
// with, and a Swift file that sees both does not compile. The sources define it for themselves.
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include "CLinux_audit.h"

// Memory.
void postern_explicit_bzero(void *memory, size_t length);
int postern_mlock(const void *memory, size_t length);

// Process hardening.
int postern_forbid_dumps(void);

// Addresses.
int postern_parse_ipv6(const char *text, uint8_t address[16]);
void postern_format_ipv6(const uint8_t address[16], char *text, size_t length);

// epoll. Event bits are those of <sys/epoll.h>, which Swift sees as an enum; here they are plain numbers.
enum {
    POSTERN_READABLE = 0x001,
    POSTERN_WRITABLE = 0x004,
    POSTERN_ERROR = 0x008,
    POSTERN_HANGUP = 0x010,
    POSTERN_READ_HANGUP = 0x2000,
};
struct postern_event {
    uint32_t bits;
    uint64_t token;
};
int postern_epoll_create(void);
int postern_epoll_add(int epoll, int fd, uint32_t bits, bool edge_triggered, bool exclusive, uint64_t token);
int postern_epoll_modify(int epoll, int fd, uint32_t bits, bool edge_triggered, uint64_t token);
int postern_epoll_remove(int epoll, int fd);
int postern_epoll_wait(int epoll, struct postern_event *events, int capacity, int timeout_ms);
int postern_eventfd(void);
// Each read takes one signal.
int postern_eventfd_counting(void);
uint64_t postern_monotonic_ns(void);
int64_t postern_realtime_ns(void);
// Whether the kernel's clock is kept in step with others: 1 or 0, -1 where it does not say.
int postern_clock_is_synchronised(void);

// Sockets.
int postern_accept(int listener, struct sockaddr_storage *address, socklen_t *length);
int postern_listen_tcp(const uint8_t *address, int address_length, uint16_t port, int backlog);
// A file, whatever its name is by now.
struct postern_file {
    uint64_t device;
    uint64_t inode;
};
int postern_listen_unix(const char *path, unsigned int mode, int backlog, struct postern_file *made);
void postern_remove_file(const char *path, const struct postern_file *file);
int postern_local_port(int fd);
// Where it is bound: `127.0.0.1:80`, `[::1]:80` or `unix:/path`; -1 if it is bound to none of these.
int postern_local_address(int fd, char *text, size_t size);
int postern_peer_credentials(int fd, uint32_t *uid, int32_t *pid);
int postern_set_no_delay(int fd);
void postern_reset_on_close(int fd);
ssize_t postern_send(int fd, const void *bytes, size_t length);
ssize_t postern_send_two(int fd, const void *first, size_t first_length, const void *second, size_t second_length);
ssize_t postern_receive(int fd, void *bytes, size_t length);
bool postern_is_quiet(int fd);

// Passing descriptors between processes, in whole messages (SOCK_SEQPACKET).
int postern_listen_packets(const char *path, unsigned int mode, int backlog, struct postern_file *made);
int postern_connect_packets(const char *path, int timeout_seconds);
// One message with what descriptors came with it, all of it or EMSGSIZE; 0 bytes at the end.
ssize_t postern_receive_rights(int fd, void *bytes, size_t length, int *descriptors, int capacity, int *count);
// Accepts from a listener that others hold, too, and may have changed: EINVAL where it listens no longer, or would block.
int postern_accept_shared(int listener, struct sockaddr_storage *address, socklen_t *length);
// Which network namespace a socket belongs to; of an accepted unix socket, that of the client.
int postern_network_namespace(int fd, uint64_t *cookie);
struct postern_socket {
    bool is_ip, is_stream, is_datagram, is_listening;
    uint16_t port;
};
int postern_describe_socket(int fd, struct postern_socket *found);
// Where a datagram came from, and to which address it was sent: an answer has to come from there.
struct postern_datagram_origin {
    struct sockaddr_storage from;
    socklen_t from_length;
    uint8_t to[16];
    bool has_to;
};
ssize_t postern_receive_datagram(int fd, void *bytes, size_t length, struct postern_datagram_origin *origin);
ssize_t postern_answer_datagram(int fd, const void *bytes, size_t length, const struct postern_datagram_origin *origin);

// Helper programs.
#include "spawn_helper.h"
#include "start_program.h"

// Process life.
void postern_raise_descriptor_limit(void);
int postern_signal_descriptor(void);
// The number of a signal that came, or 0.
int postern_wait_for_signal(int descriptor, int timeout_ms);
void postern_notify(const char *path, const char *message);
void postern_notify_passing(const char *path, const char *message, const int *descriptors, int count);
void postern_format_time(int64_t nanoseconds, char *text, size_t length);
