// What the files of this target share.
#pragma once
#include "CSandbox.h"
#include <signal.h>

struct postern_child {
    const struct postern_sandbox *plan;
    // Where what failed is written.
    int report;
    // Who starts it.
    unsigned int user, group;
    struct postern_sandbox_failure failure;
};

// Keeps signals back until they can be passed on to the child; what was not kept back before is put into `former`.
void postern_hold_signals(sigset_t *former);
// Passes them on to the child from now on, if there is one.
void postern_pass_signals(pid_t child, const sigset_t *former);
// Remembers whether the terminal is this process's, which has it again after the wait.
void postern_note_terminal(void);
// Reports what failed, with errno, and ends the child.
_Noreturn void postern_fail(struct postern_child *child, enum postern_sandbox_step step);
// Brings the loopback up, listens, and gives the listeners to the daemon.
void postern_open_network(struct postern_child *child);
// Carries out the mounts.
void postern_arrange_files(struct postern_child *child);
// Gives up every capability, for good.
void postern_give_up_privileges(struct postern_child *child);
