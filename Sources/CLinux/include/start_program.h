// Starting a program in a group of processes that can be ended as a whole.
#pragma once
#include <sys/types.h>

struct postern_program {
    // Ends in NULL; the first is the path of the program.
    char *const *arguments;
    // Ends in NULL.
    char *const *environment;
    const char *directory;
    // Its standard streams, none of which is 0, 1 or 2 here.
    int input, output, error;
};

// Answers its process id, which is that of its group, or -1. It is killed when the thread that calls this ends, and ends
// with 127 where it cannot be executed.
pid_t postern_start_program(const struct postern_program *program);
