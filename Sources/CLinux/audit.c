#define _GNU_SOURCE
#include "CLinux.h"
#include <linux/futex.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void postern_audit_wait(const uint32_t *word, int64_t timeout_ns) {
    struct timespec timeout = {timeout_ns / 1000000000, timeout_ns % 1000000000};
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, 0, timeout_ns < 0 ? NULL : &timeout, NULL, 0);
}

void postern_audit_wake(uint32_t *word) {
    __atomic_store_n(word, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

void postern_audit_reset(uint32_t *word) { __atomic_store_n(word, 0, __ATOMIC_SEQ_CST); }

int postern_audit_is_set(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_SEQ_CST) != 0; }

void postern_audit_name_thread(const char *name) { prctl(PR_SET_NAME, name); }
