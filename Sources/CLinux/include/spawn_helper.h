// Starting a program that prints a secret.
#pragma once
#include <sys/types.h>

// A started program: its process id, which leads a group of its own, and the reading end of its output.
struct postern_helper {
    pid_t pid;
    int output;
};

// Runs arguments[0]; answers 0 or an errno value.
int postern_spawn_helper(char *const *arguments, struct postern_helper *helper);
