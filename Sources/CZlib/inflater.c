#include "CZlib.h"
#include <stdlib.h>
#include <zlib.h>

struct postern_inflater {
    z_stream stream;
};

struct postern_inflater *postern_inflater_create(void) {
    struct postern_inflater *inflater = calloc(1, sizeof *inflater);
    if (inflater == NULL) return NULL;
    // 32 added to the window size: read the header and find out which of the two formats it is.
    if (inflateInit2(&inflater->stream, 15 + 32) == Z_OK) return inflater;
    free(inflater);
    return NULL;
}

void postern_inflater_destroy(struct postern_inflater *inflater) {
    if (inflater == NULL) return;
    inflateEnd(&inflater->stream);
    free(inflater);
}

void postern_inflater_feed(struct postern_inflater *inflater, const uint8_t *input, size_t length) {
    inflater->stream.next_in = (Bytef *)input;
    inflater->stream.avail_in = (uInt)length;
}

enum postern_inflated postern_inflater_next(
    struct postern_inflater *inflater, uint8_t *output, size_t capacity, size_t *produced) {
    z_stream *stream = &inflater->stream;
    stream->next_out = output;
    stream->avail_out = (uInt)capacity;
    while (stream->avail_in > 0 && stream->avail_out > 0) {
        int result = inflate(stream, Z_NO_FLUSH);
        if (result == Z_STREAM_END) {
            // Another member may follow (RFC 1952 section 2.2).
            if (inflateReset(stream) != Z_OK) return POSTERN_INFLATE_FAILED;
        } else if (result != Z_OK && result != Z_BUF_ERROR) {
            *produced = capacity - stream->avail_out;
            return POSTERN_INFLATE_FAILED;
        }
    }
    *produced = capacity - stream->avail_out;
    return stream->avail_out == 0 ? POSTERN_INFLATE_HAS_OUTPUT : POSTERN_INFLATE_NEEDS_INPUT;
}
