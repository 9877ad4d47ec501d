#define _GNU_SOURCE
#include "internal.h"
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

// A terminal sends these to the whole foreground group, the program included; the rest is for us alone, and passed on.
static const int from_terminal[] = {SIGINT, SIGQUIT};
static const int passed_on[] = {SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH};

static volatile sig_atomic_t child_id;
static bool has_terminal;

static void pass_on(int number) {
    int saved = errno;
    if (child_id > 0) kill((pid_t)child_id, number);
    errno = saved;
}

// One sent by a process, and not by the terminal, was meant for the program.
static void pass_on_if_sent(int number, siginfo_t *info, void *context) {
    (void)context;
    if (info->si_code == SI_USER || info->si_code == SI_QUEUE || info->si_code == SI_TKILL) pass_on(number);
}

static void fill(sigset_t *set) {
    sigemptyset(set);
    for (size_t index = 0; index < sizeof passed_on / sizeof *passed_on; index++) sigaddset(set, passed_on[index]);
    for (size_t index = 0; index < sizeof from_terminal / sizeof *from_terminal; index++) sigaddset(set, from_terminal[index]);
}

void postern_hold_signals(sigset_t *former) {
    sigset_t held;
    fill(&held);
    sigprocmask(SIG_BLOCK, &held, former);
}

void postern_pass_signals(pid_t child, const sigset_t *former) {
    if (child > 0) {
        child_id = child;
        struct sigaction from_one = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
        struct sigaction from_two = {.sa_sigaction = pass_on_if_sent, .sa_flags = SA_RESTART | SA_SIGINFO};
        for (size_t index = 0; index < sizeof passed_on / sizeof *passed_on; index++)
            sigaction(passed_on[index], &from_one, NULL);
        for (size_t index = 0; index < sizeof from_terminal / sizeof *from_terminal; index++)
            sigaction(from_terminal[index], &from_two, NULL);
    }
    sigprocmask(SIG_SETMASK, former, NULL);
}

// An interactive shell inside takes the terminal for a group of its own, and has no number for ours to give it back to.
static void take_terminal_back(int terminal) {
    sigset_t stop, former;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTTOU);
    sigprocmask(SIG_BLOCK, &stop, &former);
    (void)tcsetpgrp(terminal, getpgrp());
    sigprocmask(SIG_SETMASK, &former, NULL);
}

void postern_note_terminal(void) { has_terminal = tcgetpgrp(STDIN_FILENO) == getpgrp(); }

int postern_sandbox_wait(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return -1;
    child_id = 0;
    if (has_terminal && tcgetpgrp(STDIN_FILENO) != getpgrp()) take_terminal_back(STDIN_FILENO);
    return status;
}
