#include "CCompression.h"
#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

static size_t compress_zlib(
    int window_bits, int level, size_t flush, const uint8_t *input, size_t length, uint8_t *output, size_t capacity) {
    z_stream stream = {0};
    if (deflateInit2(&stream, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY) != Z_OK) return 0;
    stream.next_in = (Bytef *)input;
    stream.next_out = output;
    stream.avail_out = (uInt)capacity;
    int result = Z_OK;
    for (size_t start = 0; result == Z_OK && start < length; start += flush) {
        stream.avail_in = (uInt)(length - start < flush ? length - start : flush);
        result = deflate(&stream, Z_SYNC_FLUSH);
    }
    result = deflate(&stream, Z_FINISH);
    size_t produced = capacity - stream.avail_out;
    deflateEnd(&stream);
    return result == Z_STREAM_END ? produced : 0;
}

static size_t compress_brotli(
    int level, int window_log, size_t flush, const uint8_t *input, size_t length, uint8_t *output, size_t capacity) {
    BrotliEncoderState *state = BrotliEncoderCreateInstance(NULL, NULL, NULL);
    if (state == NULL) return 0;
    BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, (uint32_t)level);
    if (window_log > 0) {
        if (window_log > BROTLI_MAX_WINDOW_BITS) BrotliEncoderSetParameter(state, BROTLI_PARAM_LARGE_WINDOW, 1);
        BrotliEncoderSetParameter(state, BROTLI_PARAM_LGWIN, (uint32_t)window_log);
    }
    size_t room = capacity;
    BROTLI_BOOL works = BROTLI_TRUE;
    for (size_t start = 0; works && start < length; start += flush) {
        size_t count = length - start < flush ? length - start : flush;
        works = BrotliEncoderCompressStream(state, BROTLI_OPERATION_FLUSH, &count, &input, &room, &output, NULL);
    }
    size_t none = 0;
    works = works && BrotliEncoderCompressStream(state, BROTLI_OPERATION_FINISH, &none, &input, &room, &output, NULL)
        && BrotliEncoderIsFinished(state);
    BrotliEncoderDestroyInstance(state);
    return works ? capacity - room : 0;
}

static size_t compress_zstd(
    int level, int window_log, size_t flush, const uint8_t *input, size_t length, uint8_t *output, size_t capacity) {
    ZSTD_CCtx *context = ZSTD_createCCtx();
    if (context == NULL) return 0;
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    if (window_log > 0) ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
    ZSTD_outBuffer out = {output, capacity, 0};
    size_t left = 0;
    for (size_t start = 0; left == 0 && start < length; start += flush) {
        ZSTD_inBuffer in = {input + start, length - start < flush ? length - start : flush, 0};
        left = ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush);
    }
    ZSTD_inBuffer none = {input, 0, 0};
    if (left == 0) left = ZSTD_compressStream2(context, &out, &none, ZSTD_e_end);
    ZSTD_freeCCtx(context);
    return left == 0 ? out.pos : 0;
}

size_t postern_compress(
    enum postern_compression format, int level, int window_log, size_t flush, const uint8_t *input, size_t length,
    uint8_t *output, size_t capacity) {
    if (flush == 0) flush = length + 1;
    switch (format) {
    case POSTERN_COMPRESS_GZIP:
        return compress_zlib(15 + 16, level, flush, input, length, output, capacity);
    case POSTERN_COMPRESS_ZLIB:
        return compress_zlib(15, level, flush, input, length, output, capacity);
    case POSTERN_COMPRESS_DEFLATE:
        return compress_zlib(-15, level, flush, input, length, output, capacity);
    case POSTERN_COMPRESS_BROTLI:
        return compress_brotli(level, window_log, flush, input, length, output, capacity);
    case POSTERN_COMPRESS_ZSTD:
        return compress_zstd(level, window_log, flush, input, length, output, capacity);
    }
    return 0;
}
