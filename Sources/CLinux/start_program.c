#define _GNU_SOURCE
#include "start_program.h"
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// A copy of a process that may have threads: system calls and nothing else.
_Noreturn static void run(const struct postern_program *program, pid_t parent) {
    sigset_t none;
    sigemptyset(&none);
    if (setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(127);
    if (chdir(program->directory) != 0) _exit(127);
    if (dup2(program->input, 0) < 0 || dup2(program->output, 1) < 0 || dup2(program->error, 2) < 0) _exit(127);
    if (syscall(SYS_close_range, 3, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */) != 0) _exit(127);
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(program->arguments[0], program->arguments, program->environment);
    _exit(127);
}

pid_t postern_start_program(const struct postern_program *program) {
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) run(program, parent);
    // Whichever of the two is first: it has to be a group's leader before anybody kills the group.
    if (pid > 0) (void)setpgid(pid, pid);
    return pid;
}
