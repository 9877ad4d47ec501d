#define _GNU_SOURCE
#include "internal.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// <sys/mount.h> and <linux/mount.h> define the same names, so the older calls are declared here.
extern int mount(const char *, const char *, const char *, unsigned long, const void *);
enum { PRIVATE = 1 << 18, RECURSIVE = 1 << 14, BIND = 1 << 12, NO_SUID = 2, NO_DEVICES = 4, NO_PROGRAMS = 8, WRITE_PROTECTED = 1 };

enum { MAX_KEPT = 256 };

static int detached_copy(const char *path) {
    return (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
}

static int attach(int tree, const char *path) {
    return (int)syscall(SYS_move_mount, tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS);
}

// What something is mounted on can be neither moved away nor replaced; here that is a link itself, if it is one.
static void pin_link(const char *path) {
    struct stat there;
    if (lstat(path, &there) != 0 || !S_ISLNK(there.st_mode)) return;
    int tree = (int)syscall(SYS_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_SYMLINK_NOFOLLOW);
    // There are kernels that mount nothing on a link.
    if (tree >= 0) (void)syscall(SYS_move_mount, tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH);
    if (tree >= 0) close(tree);
}

static int protect(int tree) {
    struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY};
    return (int)syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes, sizeof attributes);
}

// Makes whatever is missing of the directories above a path.
static int make_parents(const char *path) {
    char copy[4096];
    size_t length = strlen(path);
    if (length >= sizeof copy) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(copy, path, length + 1);
    for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(copy, 0755) != 0 && errno != EEXIST && errno != EROFS) return -1;
        *slash = '/';
    }
    return 0;
}

static int put_empty(const struct postern_mount *entry) {
    char options[32];
    snprintf(options, sizeof options, "mode=%o", entry->mode);
    return mount("tmpfs", entry->path, "tmpfs", NO_SUID | NO_DEVICES, options);
}

static int hide(const struct postern_mount *entry) {
    struct stat there;
    // A link is followed: what it leads to is hidden.
    if (stat(entry->path, &there) != 0)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == ELOOP ? 0 : -1;
    if (S_ISDIR(there.st_mode))
        return mount("tmpfs", entry->path, "tmpfs", NO_SUID | NO_DEVICES | WRITE_PROTECTED, "size=0,mode=555");
    return mount("/dev/null", entry->path, NULL, BIND, NULL);
}

// Mounts what is there on itself.
static int fix(const struct postern_mount *entry) {
    int tree = detached_copy(entry->path);
    if (tree < 0) {
        if (errno != ENOENT && errno != ENOTDIR && errno != EACCES && errno != ELOOP) return -1;
        pin_link(entry->path);
        return 0;
    }
    int result = entry->kind == POSTERN_MOUNT_READ_ONLY ? protect(tree) : 0;
    if (result == 0) result = attach(tree, entry->path);
    close(tree);
    if (result == 0) pin_link(entry->path);
    return result;
}

// Puts back what was there; its place may be one that was made empty.
static int keep(const struct postern_mount *entry, int tree) {
    struct stat kept, there;
    if (fstat(tree, &kept) != 0) return -1;
    if (stat(entry->path, &there) != 0) {
        if (make_parents(entry->path) != 0) return -1;
        if (S_ISDIR(kept.st_mode)) {
            if (mkdir(entry->path, 0755) != 0) return -1;
        } else {
            int file = open(entry->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
            if (file < 0) return -1;
            close(file);
        }
    }
    if (entry->kind == POSTERN_MOUNT_KEPT_READ_ONLY && protect(tree) != 0) return -1;
    return attach(tree, entry->path);
}

static int put_file(const struct postern_mount *entry) {
    if (make_parents(entry->path) != 0) return -1;
    int file = open(entry->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, entry->mode);
    if (file < 0) return -1;
    const char *rest = entry->contents;
    for (size_t left = entry->length; left > 0;) {
        ssize_t count = write(file, rest, left);
        if (count <= 0) return -1;
        rest += count;
        left -= (size_t)count;
    }
    return close(file);
}

static int put_directory(const struct postern_mount *entry) {
    if (make_parents(entry->path) != 0) return -1;
    if (mkdir(entry->path, entry->mode) != 0) return errno == EEXIST ? 0 : -1;
    return chmod(entry->path, entry->mode);
}

static int stand_in(const struct postern_mount *entry) {
    int tree = detached_copy(entry->source);
    if (tree < 0) return -1;
    struct stat there;
    // Only what is there is looked at by anybody.
    int result = stat(entry->path, &there) != 0 ? 0 : attach(tree, entry->path);
    close(tree);
    return result;
}

static int put_link(const struct postern_mount *entry) {
    return make_parents(entry->path) == 0 && symlink(entry->source, entry->path) == 0 ? 0 : -1;
}

static int put_processes(const struct postern_mount *entry) {
    if (mount("proc", entry->path, "proc", NO_SUID | NO_DEVICES | NO_PROGRAMS, NULL) == 0) return 0;
    // In a container in which parts of it are covered there is no other to be had. In the old one, processes outside can be
    // seen, but not looked into.
    return errno == EPERM ? 0 : -1;
}

static int put_terminals(const struct postern_mount *entry) {
    if (make_parents(entry->path) != 0 || (mkdir(entry->path, 0755) != 0 && errno != EEXIST)) return -1;
    return mount("devpts", entry->path, "devpts", NO_SUID | NO_PROGRAMS, "newinstance,ptmxmode=0666,mode=620");
}

static int carry_out(const struct postern_mount *entry, int kept) {
    switch (entry->kind) {
    case POSTERN_MOUNT_EMPTY: return put_empty(entry);
    case POSTERN_MOUNT_HIDDEN: return hide(entry);
    case POSTERN_MOUNT_READ_ONLY:
    case POSTERN_MOUNT_PINNED: return fix(entry);
    case POSTERN_MOUNT_KEPT:
    case POSTERN_MOUNT_KEPT_READ_ONLY: return keep(entry, kept);
    case POSTERN_MOUNT_DIRECTORY: return put_directory(entry);
    case POSTERN_MOUNT_FILE: return put_file(entry);
    case POSTERN_MOUNT_STAND_IN: return stand_in(entry);
    case POSTERN_MOUNT_LINK: return put_link(entry);
    case POSTERN_MOUNT_PROCESSES: return put_processes(entry);
    case POSTERN_MOUNT_TERMINALS: return put_terminals(entry);
    }
    errno = EINVAL;
    return -1;
}

static bool is_kept(const struct postern_mount *entry) {
    return entry->kind == POSTERN_MOUNT_KEPT || entry->kind == POSTERN_MOUNT_KEPT_READ_ONLY;
}

void postern_arrange_files(struct postern_child *child) {
    const struct postern_sandbox *plan = child->plan;
    int kept[MAX_KEPT];
    size_t count = 0;
    // Nothing that is mounted here is seen outside, nor the other way round.
    if (mount(NULL, "/", NULL, PRIVATE | RECURSIVE, NULL) != 0) postern_fail(child, POSTERN_STEP_MOUNT);
    for (size_t index = 0; index < plan->mount_count; index++) {
        child->failure.mount = index;
        const struct postern_mount *entry = &plan->mounts[index];
        if (!is_kept(entry)) continue;
        errno = E2BIG;
        if (count == MAX_KEPT || (kept[count++] = detached_copy(entry->source ? entry->source : entry->path)) < 0)
            postern_fail(child, POSTERN_STEP_MOUNT);
    }
    count = 0;
    for (size_t index = 0; index < plan->mount_count; index++) {
        child->failure.mount = index;
        const struct postern_mount *entry = &plan->mounts[index];
        if (carry_out(entry, is_kept(entry) ? kept[count++] : -1) != 0) postern_fail(child, POSTERN_STEP_MOUNT);
    }
}
