#define _GNU_SOURCE
#include "CLinux.h"
#include <arpa/inet.h>

int postern_parse_ipv6(const char *text, uint8_t address[16]) { return inet_pton(AF_INET6, text, address); }

void postern_format_ipv6(const uint8_t address[16], char *text, size_t length) {
    if (inet_ntop(AF_INET6, address, text, (socklen_t)length) == NULL && length > 0) text[0] = 0;
}
