// How the audit writer sleeps. A futex rather than an eventfd: waking costs one system call and none to reset it.
#pragma once
#include <stdint.h>

// Sleeps until `word` is no longer zero, a wake-up, or the timeout; a negative timeout is none. May return early.
void postern_audit_wait(const uint32_t *word, int64_t timeout_ns);
// Sets `word` to one and wakes whoever sleeps on it.
void postern_audit_wake(uint32_t *word);
// Sets `word` to zero, so that the next wait sleeps.
void postern_audit_reset(uint32_t *word);
// Whether `word` was set.
int postern_audit_is_set(const uint32_t *word);
// Names the calling thread, for ps and top.
void postern_audit_name_thread(const char *name);
