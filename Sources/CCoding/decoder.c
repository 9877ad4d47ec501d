#include "CCoding.h"
#include <brotli/decode.h>
#include <limits.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

struct postern_decoder {
    enum postern_coding coding;
    bool is_inside;
    bool has_begun;
    union {
        struct {
            z_stream stream;
            // The first bytes, where they have to tell zlib from bare deflate data.
            uint8_t head[2];
            uint8_t head_length;
        } zlib;
        BrotliDecoderState *brotli;
        ZSTD_DCtx *zstd;
    };
};

static bool initialise(struct postern_decoder *decoder) {
    switch (decoder->coding) {
    case POSTERN_GZIP:
        return inflateInit2(&decoder->zlib.stream, 15 + 16) == Z_OK;
    case POSTERN_GZIP_OR_ZLIB:
        return inflateInit2(&decoder->zlib.stream, 15 + 32) == Z_OK;
    case POSTERN_DEFLATE:
        return inflateInit2(&decoder->zlib.stream, 15) == Z_OK;
    case POSTERN_BROTLI:
        // Its windows end at 16 MB, and memory for them comes as they fill.
        decoder->brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL);
        return decoder->brotli != NULL;
    case POSTERN_ZSTD:
        decoder->zstd = ZSTD_createDCtx();
        return decoder->zstd != NULL && !ZSTD_isError(ZSTD_DCtx_setParameter(decoder->zstd, ZSTD_d_windowLogMax, 23));
    }
    return false;
}

static void release(struct postern_decoder *decoder) {
    switch (decoder->coding) {
    case POSTERN_GZIP:
    case POSTERN_GZIP_OR_ZLIB:
    case POSTERN_DEFLATE:
        inflateEnd(&decoder->zlib.stream);
        break;
    case POSTERN_BROTLI:
        if (decoder->brotli != NULL) BrotliDecoderDestroyInstance(decoder->brotli);
        break;
    case POSTERN_ZSTD:
        ZSTD_freeDCtx(decoder->zstd);
        break;
    }
}

struct postern_decoder *postern_decoder_create(enum postern_coding coding) {
    struct postern_decoder *decoder = calloc(1, sizeof *decoder);
    if (decoder == NULL) return NULL;
    decoder->coding = coding;
    if (initialise(decoder)) return decoder;
    postern_decoder_destroy(decoder);
    return NULL;
}

void postern_decoder_destroy(struct postern_decoder *decoder) {
    if (decoder == NULL) return;
    release(decoder);
    free(decoder);
}

bool postern_decoder_is_at_end(const struct postern_decoder *decoder) { return !decoder->is_inside; }

// Whether another stream may begin with this byte.
static bool may_begin(const struct postern_decoder *decoder, uint8_t first) {
    switch (decoder->coding) {
    case POSTERN_GZIP:
    case POSTERN_GZIP_OR_ZLIB:
        return true;
    case POSTERN_DEFLATE:
    case POSTERN_BROTLI:
        return !decoder->has_begun;
    case POSTERN_ZSTD:
        // A frame, or one to be skipped. libzstd also knows formats older than the standard, with other limits.
        return first == 0x28 || first >> 4 == 5;
    }
    return false;
}

// RFC 1950 section 2.2.
static bool is_zlib_header(const uint8_t head[2]) {
    return (head[0] & 0x0f) == 8 && head[0] >> 4 <= 7 && (head[0] << 8 | head[1]) % 31 == 0;
}

// Takes in the two bytes that tell which form of deflate it is; false if that fails.
static bool choose_deflate(struct postern_decoder *decoder) {
    z_stream *stream = &decoder->zlib.stream;
    uint8_t *head = decoder->zlib.head;
    while (stream->avail_in > 0 && decoder->zlib.head_length < 2) {
        head[decoder->zlib.head_length++] = *stream->next_in++;
        stream->avail_in -= 1;
    }
    if (decoder->zlib.head_length < 2) return true;
    if (!is_zlib_header(head)) {
        return inflateReset2(stream, -15) == Z_OK && inflatePrime(stream, 16, head[0] | head[1] << 8) == Z_OK;
    }
    Bytef *next_in = stream->next_in;
    uInt avail_in = stream->avail_in;
    stream->next_in = head;
    stream->avail_in = 2;
    int result = inflate(stream, Z_NO_FLUSH);
    stream->next_in = next_in;
    stream->avail_in = avail_in;
    return result == Z_OK;
}

static enum postern_decoder_status next_zlib(struct postern_decoder *decoder) {
    z_stream *stream = &decoder->zlib.stream;
    if (decoder->coding == POSTERN_DEFLATE && decoder->zlib.head_length < 2) {
        if (!choose_deflate(decoder)) return POSTERN_DECODER_FAILED;
        if (decoder->zlib.head_length < 2) return POSTERN_DECODER_DRAINED;
    }
    int result = inflate(stream, Z_NO_FLUSH);
    if (result == Z_STREAM_END) {
        decoder->is_inside = false;
        return inflateReset(stream) == Z_OK ? POSTERN_DECODER_DRAINED : POSTERN_DECODER_FAILED;
    }
    if (result != Z_OK && result != Z_BUF_ERROR) return POSTERN_DECODER_FAILED;
    return stream->avail_out == 0 ? POSTERN_DECODER_FULL : POSTERN_DECODER_DRAINED;
}

static enum postern_decoder_status next_brotli(
    struct postern_decoder *decoder, const uint8_t **input, size_t *length, uint8_t **output, size_t *capacity) {
    switch (BrotliDecoderDecompressStream(decoder->brotli, length, input, capacity, output, NULL)) {
    case BROTLI_DECODER_RESULT_SUCCESS:
        decoder->is_inside = false;
        return POSTERN_DECODER_DRAINED;
    case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT:
        return POSTERN_DECODER_DRAINED;
    case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT:
        return POSTERN_DECODER_FULL;
    case BROTLI_DECODER_RESULT_ERROR:
        break;
    }
    return POSTERN_DECODER_FAILED;
}

static enum postern_decoder_status next_zstd(
    struct postern_decoder *decoder, const uint8_t **input, size_t *length, uint8_t **output, size_t *capacity) {
    ZSTD_inBuffer in = {*input, *length, 0};
    ZSTD_outBuffer out = {*output, *capacity, 0};
    size_t result = ZSTD_decompressStream(decoder->zstd, &out, &in);
    *input += in.pos;
    *length -= in.pos;
    *output += out.pos;
    *capacity -= out.pos;
    if (ZSTD_isError(result)) return POSTERN_DECODER_FAILED;
    if (result == 0) {
        decoder->is_inside = false;
        return POSTERN_DECODER_DRAINED;
    }
    return *capacity == 0 ? POSTERN_DECODER_FULL : POSTERN_DECODER_DRAINED;
}

static enum postern_decoder_status next(
    struct postern_decoder *decoder, const uint8_t **input, size_t *length, uint8_t **output, size_t *capacity) {
    if (decoder->coding == POSTERN_BROTLI) return next_brotli(decoder, input, length, output, capacity);
    if (decoder->coding == POSTERN_ZSTD) return next_zstd(decoder, input, length, output, capacity);
    z_stream *stream = &decoder->zlib.stream;
    const uInt given = *length < INT_MAX ? (uInt)*length : INT_MAX;
    const uInt room = *capacity < INT_MAX ? (uInt)*capacity : INT_MAX;
    stream->next_in = (Bytef *)*input;
    stream->avail_in = given;
    stream->next_out = *output;
    stream->avail_out = room;
    enum postern_decoder_status status = next_zlib(decoder);
    *input += given - stream->avail_in;
    *length -= given - stream->avail_in;
    *output += room - stream->avail_out;
    *capacity -= room - stream->avail_out;
    return status;
}

struct postern_decoder_step postern_decoder_next(
    struct postern_decoder *decoder, const uint8_t *input, size_t length, uint8_t *output, size_t capacity) {
    const size_t given = length;
    const size_t room = capacity;
    enum postern_decoder_status status = POSTERN_DECODER_DRAINED;
    while (decoder->is_inside || length > 0) {
        if (!decoder->is_inside) {
            status = capacity == 0 ? POSTERN_DECODER_FULL : POSTERN_DECODER_FAILED;
            if (capacity == 0 || !may_begin(decoder, *input)) break;
            decoder->is_inside = decoder->has_begun = true;
        }
        status = next(decoder, &input, &length, &output, &capacity);
        if (status != POSTERN_DECODER_DRAINED || length == 0) break;
    }
    return (struct postern_decoder_step){status, given - length, room - capacity};
}
