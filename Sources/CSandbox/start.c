#define _GNU_SOURCE
#include "internal.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// The child is a copy of a process that has threads: until it executes the program it may make system calls and nothing else.
//
// It is the first process of its namespace, so that processes outside have no numbers in it: a program of the same user
// could signal them, set their limits or take their time. It stays to wait for the program, and whatever is left inside is
// killed with it.

static const int namespaces = CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID;

// fork(2) without what the C library does besides, which takes locks that other threads may have held.
static pid_t copy_into(int flags) { return (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0); }

_Noreturn void postern_fail(struct postern_child *child, enum postern_sandbox_step step) {
    child->failure.step = step;
    child->failure.error = errno;
    (void)!write(child->report, &child->failure, sizeof child->failure);
    _exit(125);
}

static void write_file(struct postern_child *child, const char *path, const char *text) {
    int file = open(path, O_WRONLY | O_CLOEXEC);
    size_t length = strlen(text);
    if (file < 0 || write(file, text, length) != (ssize_t)length) postern_fail(child, POSTERN_STEP_USER_MAP);
    close(file);
}

// "1000 1000 1\n": the user stays who it is, so that its files are its own.
static void format_map(char *text, unsigned int id) {
    char digits[10];
    size_t count = 0;
    do digits[count++] = (char)('0' + id % 10);
    while (id /= 10);
    for (int round = 0; round < 2; round++) {
        for (size_t index = count; index > 0; index--) *text++ = digits[index - 1];
        *text++ = ' ';
    }
    memcpy(text, "1\n", 3);
}

static void map_user(struct postern_child *child) {
    char map[32];
    write_file(child, "/proc/self/setgroups", "deny");
    format_map(map, child->user);
    write_file(child, "/proc/self/uid_map", map);
    format_map(map, child->group);
    write_file(child, "/proc/self/gid_map", map);
}

static void execute(struct postern_child *child) {
    int denied = 0;
    for (const char *const *program = child->plan->programs; *program; program++) {
        execve(*program, child->plan->arguments, child->plan->environment);
        if (errno == EACCES) denied = EACCES;
        else if (errno != ENOENT && errno != ENOTDIR) postern_fail(child, POSTERN_STEP_EXECUTE);
    }
    errno = denied ? denied : ENOENT;
    postern_fail(child, POSTERN_STEP_EXECUTE);
}

_Noreturn static void run_program(struct postern_child *child) {
    sigset_t none;
    sigemptyset(&none);
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
    // Standard streams stay; nothing else does, and least of all the daemon's connection.
    if (syscall(SYS_close_range, 3, ~0U, 4 /* CLOSE_RANGE_CLOEXEC */) != 0) postern_fail(child, POSTERN_STEP_PRIVILEGES);
    execute(child);
    _exit(125);
}

// Whether nobody is there any more to read the report.
static bool is_orphan(const struct postern_child *child) {
    struct pollfd report = {.fd = child->report};
    return poll(&report, 1, 0) > 0 && report.revents & POLLERR;
}

// Whoever starts this and is killed takes it along.
static void end_with_parent(struct postern_child *child) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) postern_fail(child, POSTERN_STEP_PRIVILEGES);
    if (is_orphan(child)) _exit(125);
}

_Noreturn static void run_first(struct postern_child *child) {
    map_user(child);
    postern_open_network(child);
    // Opened before it is made read-only, and set after the last mount, each of which takes a namespace for a while.
    int limit = open("/proc/sys/user/max_mnt_namespaces", O_WRONLY | O_CLOEXEC);
    postern_arrange_files(child);
    // For whatever else makes mount namespaces than the calls that are forbidden. In a container it may not be writable.
    if (limit >= 0) (void)!write(limit, "0", 1);
    if (child->plan->directory && chdir(child->plan->directory) != 0) postern_fail(child, POSTERN_STEP_DIRECTORY);
    postern_give_up_privileges(child);
    // It remembers the caller's variables, which are not the program's business.
    if (prctl(PR_SET_DUMPABLE, 0) != 0) postern_fail(child, POSTERN_STEP_PRIVILEGES);
    // Not earlier, since a change of privileges clears it.
    end_with_parent(child);
    // Memory is not copied only to be thrown away: this waits until the program is executed.
    pid_t program = vfork();
    if (program == 0) run_program(child);
    if (program < 0) postern_fail(child, POSTERN_STEP_FORK);
    (void)syscall(SYS_close_range, 0, ~0U, 0);
    sigset_t none;
    sigemptyset(&none);
    postern_pass_signals(program, &none);
    int status = 0;
    pid_t ended;
    do ended = waitpid(-1, &status, __WALL);
    while (ended != program && (ended > 0 || errno == EINTR));
    _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

pid_t postern_sandbox_start(const struct postern_sandbox *sandbox, struct postern_sandbox_failure *failure) {
    int report[2];
    *failure = (struct postern_sandbox_failure){.step = POSTERN_STEP_FORK};
    if (pipe2(report, O_CLOEXEC) != 0) {
        failure->error = errno;
        return -1;
    }
    sigset_t former;
    postern_hold_signals(&former);
    postern_note_terminal();
    // Whoever started this may have had it ignored, and then there is nothing to wait for.
    signal(SIGCHLD, SIG_DFL);
    struct postern_child child = {.plan = sandbox, .report = report[1], .user = geteuid(), .group = getegid()};
    pid_t pid = copy_into(sandbox->is_isolated ? namespaces : 0);
    if (pid == 0) {
        close(report[0]);
        if (sandbox->is_isolated) run_first(&child);
        end_with_parent(&child);
        run_program(&child);
    }
    int error = errno;
    close(report[1]);
    ssize_t count = 0;
    if (pid > 0) {
        // Nothing comes where the program was executed, which closes the pipe.
        do count = read(report[0], failure, sizeof *failure);
        while (count < 0 && errno == EINTR);
        if (count == 0) failure->step = POSTERN_STEP_NONE;
        else waitpid(pid, NULL, 0);
    } else {
        failure->error = error;
        if (sandbox->is_isolated && error != EAGAIN && error != ENOMEM) failure->step = POSTERN_STEP_NAMESPACES;
    }
    close(report[0]);
    pid_t started = pid > 0 && count == 0 ? pid : -1;
    postern_pass_signals(started, &former);
    return started;
}

int postern_sandbox_probe(void) {
    pid_t pid = fork();
    if (pid == 0) _exit(unshare(namespaces) == 0 ? 0 : errno & 0xff);
    if (pid < 0) return errno;
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}
