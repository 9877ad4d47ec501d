// Undoing the content codings of HTTP a piece at a time, whichever library knows them, behind one interface.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct postern_decoder;

enum postern_coding {
    // Any number of gzip members.
    POSTERN_GZIP,
    // Any number of gzip members and zlib streams, told apart by their headers.
    POSTERN_GZIP_OR_ZLIB,
    // One zlib stream, or the bare deflate data that some servers send in its place.
    POSTERN_DEFLATE,
    POSTERN_BROTLI,
    // Any number of frames, with windows of at most 8 MB (RFC 9659).
    POSTERN_ZSTD,
};

enum postern_decoder_status {
    // All input was used up, and all that comes out of it was written.
    POSTERN_DECODER_DRAINED,
    // The output is full; there may be more, even if no input is left.
    POSTERN_DECODER_FULL,
    // The input is not, or not any longer, in this coding.
    POSTERN_DECODER_FAILED,
};

struct postern_decoder_step {
    enum postern_decoder_status status;
    size_t consumed;
    size_t produced;
};

// NULL when memory is short.
struct postern_decoder *postern_decoder_create(enum postern_coding coding);
void postern_decoder_destroy(struct postern_decoder *decoder);
// `capacity` is at least 1. Without input it may be called only after POSTERN_DECODER_FULL.
struct postern_decoder_step postern_decoder_next(
    struct postern_decoder *decoder, const uint8_t *input, size_t length, uint8_t *output, size_t capacity);
// Whether the input could end here: nothing was begun, or what was begun has ended.
bool postern_decoder_is_at_end(const struct postern_decoder *decoder);
