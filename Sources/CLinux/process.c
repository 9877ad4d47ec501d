#define _GNU_SOURCE
#include "CLinux.h"
#include <sys/prctl.h>
#include <sys/resource.h>

// Without a dumpable flag no process of the same uid can read /proc/PID/mem or attach; without a core
// limit a crash would write every secret to disk.
int postern_forbid_dumps(void) {
    struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0) return -1;
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
