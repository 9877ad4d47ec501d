// nghttp2 for Swift, and the memory that it works in.
#pragma once
#include <nghttp2/nghttp2.h>

// An allocator that clears what it frees: heads with credentials pass through nghttp2's buffers.
nghttp2_mem *postern_http2_memory(void);
