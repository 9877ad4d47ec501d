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
int postern_munlock(const void *memory, size_t length);

// Process hardening.
int postern_forbid_dumps(void);

// Addresses.
int postern_parse_ipv6(const char *text, uint8_t address[16]);
void postern_format_ipv6(const uint8_t address[16], char *text, size_t length);
