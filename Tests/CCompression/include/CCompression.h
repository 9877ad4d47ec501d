// Compressing, which only tests need: the other side of CCoding, from the same libraries.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum postern_compression {
    POSTERN_COMPRESS_GZIP,
    POSTERN_COMPRESS_ZLIB,
    POSTERN_COMPRESS_DEFLATE,
    POSTERN_COMPRESS_BROTLI,
    POSTERN_COMPRESS_ZSTD,
};

// Compresses, with a flush after every `flush` bytes unless that is 0, as servers of event streams do. `level` is the
// library's, but for `window_log`, which brotli and zstd take and 0 leaves to them. Returns the length, or 0.
size_t postern_compress(
    enum postern_compression format, int level, int window_log, size_t flush, const uint8_t *input, size_t length,
    uint8_t *output, size_t capacity);
