#define _GNU_SOURCE
#include "CLinux.h"
#include <string.h>
#include <sys/mman.h>

void postern_explicit_bzero(void *memory, size_t length) { explicit_bzero(memory, length); }
int postern_mlock(const void *memory, size_t length) { return mlock(memory, length); }
