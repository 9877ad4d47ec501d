// Starting a program in namespaces of its own, with the one way out that the daemon was given.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// What is done to the file system, in this order.
enum postern_mount_kind {
    // An empty directory, which takes whatever is put into it: `mode` is its permissions.
    POSTERN_MOUNT_EMPTY = 1,
    // An empty directory or file stands where one is that is not to be seen.
    POSTERN_MOUNT_HIDDEN = 2,
    // What is there can be read and not written.
    POSTERN_MOUNT_READ_ONLY = 3,
    // What was there before anything was hidden is there again.
    POSTERN_MOUNT_KEPT = 4,
    POSTERN_MOUNT_KEPT_READ_ONLY = 5,
    // A new directory, in one that was made empty.
    POSTERN_MOUNT_DIRECTORY = 6,
    // A new file of `contents`, in a directory that was made empty.
    POSTERN_MOUNT_FILE = 7,
    // The file `source`, which was made here, stands in for another one.
    POSTERN_MOUNT_STAND_IN = 8,
    // A directory that is as it was, and can be neither moved away nor replaced.
    POSTERN_MOUNT_PINNED = 9,
    // A link to `source`, in a directory that was made empty.
    POSTERN_MOUNT_LINK = 10,
    // What proc(5) shows: the processes inside, and no others.
    POSTERN_MOUNT_PROCESSES = 11,
    // Pseudoterminals, of which there are none yet.
    POSTERN_MOUNT_TERMINALS = 12,
};

struct postern_mount {
    enum postern_mount_kind kind;
    const char *path;
    unsigned int mode;
    // Of what is kept, where it was, if that was somewhere else.
    const char *source;
    const void *contents;
    size_t length;
};

// Everything that the child needs, so that it allocates nothing.
struct postern_sandbox {
    // Whether there are namespaces at all; without them the program is started as it is, and of what follows only the last
    // three count.
    bool is_isolated;
    // The connection to the daemon, which gets the listeners.
    int daemon;
    // The message that goes with them.
    const void *request;
    size_t request_length;
    // Where clients connect inside, on 127.0.0.1.
    uint16_t port;
    // Whether every address is this namespace's own, with listeners on 80, 443 and for names on 53.
    bool is_transparent;
    const struct postern_mount *mounts;
    size_t mount_count;
    // Where the program starts; NULL is where the caller is.
    const char *directory;
    // What may be the program, tried one after the other as execvp does; ends in NULL.
    const char *const *programs;
    char *const *arguments;
    char *const *environment;
};

// What the child could not do.
enum postern_sandbox_step {
    POSTERN_STEP_NONE,
    POSTERN_STEP_FORK,
    POSTERN_STEP_NAMESPACES,
    POSTERN_STEP_USER_MAP,
    POSTERN_STEP_LOOPBACK,
    POSTERN_STEP_ROUTE,
    POSTERN_STEP_LISTEN,
    POSTERN_STEP_REGISTER,
    // The daemon has refused; `answer` says why.
    POSTERN_STEP_REFUSED,
    POSTERN_STEP_MOUNT,
    POSTERN_STEP_PRIVILEGES,
    POSTERN_STEP_DIRECTORY,
    POSTERN_STEP_EXECUTE,
};

struct postern_sandbox_failure {
    enum postern_sandbox_step step;
    int error;
    // Which of the mounts, where it was one.
    size_t mount;
    size_t answer_length;
    char answer[2048];
};

// Starts the program below a process that is the first of its namespace; answers the id of that, or -1 with what failed.
// Its status is the program's, and 128 + n if signal n ended that; whatever else is inside ends with it, and it with the
// thread that called this.
pid_t postern_sandbox_start(const struct postern_sandbox *sandbox, struct postern_sandbox_failure *failure);

// Whether this process may make the namespaces: 0, or the errno value that says why not.
int postern_sandbox_probe(void);

// A file in memory that holds this and can be changed by nobody: a descriptor, or -1 with errno.
int postern_sealed_file(const void *contents, size_t length);

// Whether the kernel can keep a program from sending signals outwards (Landlock's scopes, Linux 6.12).
bool postern_sandbox_can_forbid_signals(void);

// Waits for the child, to which signals are passed on that are sent to this process alone. Answers a status as waitpid(2)
// does.
int postern_sandbox_wait(pid_t child);
