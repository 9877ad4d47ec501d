#define _GNU_SOURCE
#include "CLinux.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

static int describe(posix_spawn_file_actions_t *files, posix_spawnattr_t *attributes, int output) {
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    // Neither our blocked signals nor our ignored ones (SIGPIPE) are the helper's business.
    int error = posix_spawnattr_setsigmask(attributes, &none);
    if (!error) error = posix_spawnattr_setsigdefault(attributes, &all);
    if (!error) error = posix_spawnattr_setpgroup(attributes, 0);
    if (!error)
        error = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    if (!error) error = posix_spawn_file_actions_adddup2(files, output, STDOUT_FILENO);
    if (!error) error = posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!error) error = posix_spawn_file_actions_addopen(files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    // Every descriptor of ours is opened close-on-exec; one that a library forgot must not get through either.
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(files, STDERR_FILENO + 1);
    return error;
}

int postern_spawn_helper(char *const *arguments, struct postern_helper *helper) {
    // Nothing of our environment: it may hold secrets of its own.
    char *const environment[] = {"PATH=/usr/bin:/bin", NULL};
    int pipes[2];
    if (pipe2(pipes, O_CLOEXEC) != 0) return errno;
    // dup2 onto itself would leave close-on-exec set: when 0 to 2 are closed, the pipe may have taken their places.
    int output = pipes[1];
    if (output <= STDERR_FILENO) {
        output = fcntl(pipes[1], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        int failure = errno;
        close(pipes[1]);
        if (output < 0) {
            close(pipes[0]);
            return failure;
        }
    }
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&files);
    if (!error) {
        error = posix_spawnattr_init(&attributes);
        if (!error) {
            error = describe(&files, &attributes, output);
            if (!error) error = posix_spawn(&helper->pid, arguments[0], &files, &attributes, arguments, environment);
            posix_spawnattr_destroy(&attributes);
        }
        posix_spawn_file_actions_destroy(&files);
    }
    close(output);
    if (error) close(pipes[0]);
    else helper->output = pipes[0];
    return error;
}
