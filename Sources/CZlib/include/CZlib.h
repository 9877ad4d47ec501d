// Inflating with zlib: its initialiser is a macro, which Swift cannot call.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct postern_inflater;

enum postern_inflated {
    // All input was used up.
    POSTERN_INFLATE_NEEDS_INPUT,
    // The output is full; there may be more.
    POSTERN_INFLATE_HAS_OUTPUT,
    // The input is not, or not any longer, what zlib reads.
    POSTERN_INFLATE_FAILED,
};

// For gzip (any number of members) and zlib streams, told apart by their headers. NULL when memory is short.
struct postern_inflater *postern_inflater_create(void);
void postern_inflater_destroy(struct postern_inflater *inflater);
// Gives it input, which must stay where it is until it is used up.
void postern_inflater_feed(struct postern_inflater *inflater, const uint8_t *input, size_t length);
enum postern_inflated postern_inflater_next(
    struct postern_inflater *inflater, uint8_t *output, size_t capacity, size_t *produced);
