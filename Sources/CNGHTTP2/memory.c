#define _GNU_SOURCE
#include "CNGHTTP2.h"
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static void *allocate(size_t size, void *context) {
    (void)context;
    return malloc(size);
}

static void *allocate_zeroed(size_t count, size_t size, void *context) {
    (void)context;
    return calloc(count, size);
}

static void clear_and_free(void *memory, void *context) {
    (void)context;
    if (memory == NULL) return;
    explicit_bzero(memory, malloc_usable_size(memory));
    free(memory);
}

static void *reallocate(void *memory, size_t size, void *context) {
    if (memory == NULL) return malloc(size);
    size_t old_size = malloc_usable_size(memory);
    if (size <= old_size) return memory;
    // Not realloc: it may move the bytes and leave the old ones behind.
    void *moved = malloc(size);
    if (moved == NULL) return NULL;
    memcpy(moved, memory, old_size);
    clear_and_free(memory, context);
    return moved;
}

nghttp2_mem *postern_http2_memory(void) {
    static nghttp2_mem memory = {NULL, allocate, clear_and_free, allocate_zeroed, reallocate};
    return &memory;
}
