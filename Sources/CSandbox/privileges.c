#define _GNU_SOURCE
#include "internal.h"
#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
enum { NATIVE = AUDIT_ARCH_X86_64 };
#elif defined(__aarch64__)
enum { NATIVE = AUDIT_ARCH_AARCH64 };
#else
#error "the number of this architecture is not known here"
#endif

// Landlock's sixth version; Debian 12's header is older.
struct ruleset {
    uint64_t files, network, scoped;
};
enum { SCOPED_ABSTRACT_SOCKETS = 1 << 0, SCOPED_SIGNALS = 1 << 1, SCOPES_VERSION = 6 };

bool postern_sandbox_can_forbid_signals(void) {
    return syscall(SYS_landlock_create_ruleset, NULL, 0, 1 /* LANDLOCK_CREATE_RULESET_VERSION */) >= SCOPES_VERSION;
}

// Processes outside have the same user, and would take its signals. Kernels before 6.12 have nothing against that.
static void forbid_signals_outwards(struct postern_child *child) {
    if (!postern_sandbox_can_forbid_signals()) return;
    struct ruleset rules = {.scoped = SCOPED_ABSTRACT_SOCKETS | SCOPED_SIGNALS};
    int set = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
    if (set < 0 || syscall(SYS_landlock_restrict_self, set, 0) != 0) postern_fail(child, POSTERN_STEP_PRIVILEGES);
    close(set);
}

// The terminal is shared with whoever started this: what is typed into it by ioctl is read by their shell afterwards
// (TIOCSTI, which kernels before 6.2 cannot be told to refuse; TIOCLINUX pastes).
//
// With mounts of its own, which every user may have, a program can leave behind all that are here: what something is
// mounted on can then be moved away, by a descriptor from before, and what was hidden below is seen. The flags of clone3(2)
// cannot be looked at here; without that call, libraries use clone(2).
static void forbid_calls(struct postern_child *child) {
    const uint32_t refused = SECCOMP_RET_ERRNO | EPERM, missing = SECCOMP_RET_ERRNO | ENOSYS;
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE, 1, 0),
        // Calls of another architecture have other numbers.
        BPF_STMT(BPF_RET | BPF_K, missing),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
#if defined(__x86_64__)
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, missing),
#endif
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, missing),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 0, 5),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCSTI, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCLINUX, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, refused),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_NEWNS, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, refused),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0) postern_fail(child, POSTERN_STEP_PRIVILEGES);
}

// Whoever has CAP_SYS_ADMIN here could take the mounts away that hide things. For root in the namespace they would come
// back with the program.
void postern_give_up_privileges(struct postern_child *child) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) postern_fail(child, POSTERN_STEP_PRIVILEGES);
    forbid_signals_outwards(child);
    // Keys of the session that this was started from; where the call is missing or forbidden, it is so inside, too.
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS && errno != EPERM)
        postern_fail(child, POSTERN_STEP_PRIVILEGES);
    unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED |
                         SECBIT_KEEP_CAPS_LOCKED | SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
    if (prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) != 0) postern_fail(child, POSTERN_STEP_PRIVILEGES);
    for (int number = 0; prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; number++)
        if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0) postern_fail(child, POSTERN_STEP_PRIVILEGES);
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    if (syscall(SYS_capset, &header, none) != 0) postern_fail(child, POSTERN_STEP_PRIVILEGES);
    forbid_calls(child);
}
