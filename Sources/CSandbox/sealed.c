#define _GNU_SOURCE
#include "CSandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

int postern_sealed_file(const void *contents, size_t length) {
    int file = memfd_create("postern", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0) return -1;
    size_t written = 0;
    while (written < length) {
        ssize_t count = write(file, (const char *)contents + written, length - written);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) goto failed;
        written += (size_t)count;
    }
    if (fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0) return file;
failed:;
    int error = errno;
    close(file);
    errno = error;
    return -1;
}
