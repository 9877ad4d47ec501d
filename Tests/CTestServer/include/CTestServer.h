// A server on loopback that answers every request with the same bytes, over TLS or in clear.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct test_server;

// With a path it speaks TLS as `localhost`, and writes there the certificate to trust. NULL on failure.
struct test_server *test_server_start(const char *certificate_path);
uint16_t test_server_port(const struct test_server *server);

// What is sent from now on, after so long; nothing at all if the length is 0.
void test_server_answer(struct test_server *server, const char *bytes, size_t length, int delay_ms);

// How many requests have come, and how many were being answered at once at most.
int test_server_count(struct test_server *server);
int test_server_most(struct test_server *server);

// Copies the newest request; returns its length.
size_t test_server_request(struct test_server *server, char *buffer, size_t capacity);

// No more connections are taken; the memory is left to those that are still there.
void test_server_stop(struct test_server *server);
