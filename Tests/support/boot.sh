#!/usr/bin/env bash
# Boots systemd as the first process of namespaces of its own, on a copy of the machine's root that nothing outlives.
#
#   boot.sh BASE STAGE PROGRAM…
#
# BASE is an empty directory; what is in STAGE is laid over the root, and each PROGRAM is put into /usr/bin. Says "pid N"
# as soon as the first process has a number, and ends with it.
set -euo pipefail
[[ ${1:-} == inside ]] || {
    # A branch of the control groups of its own: two of these must not take each other's services for their own.
    exec 3>&1
    mount --make-rprivate /
    mount -t tmpfs -o mode=0755 tmpfs "$1"
    mkdir "$1/groups"
    mount -t cgroup2 cgroup2 "$1/groups"
    group=$1/groups/postern-test-$$
    mkdir "$group"
    (
        echo "$BASHPID" > "$group/cgroup.procs"
        exec unshare --mount --pid --fork --uts --ipc --net --cgroup --kill-child "$BASH" "$0" inside "$@"
    ) &
    child=$!
    trap 'kill -KILL $child' TERM
    wait "$child" || true
    for _ in {1..50}; do
        find "$group" -depth -type d -exec rmdir {} + 2>/dev/null && break
        sleep 0.1
    done
    exit
}

read -r pid _ < /proc/self/stat # of the mount from outside, so the number is the one outside
base=$2 stage=$3
shift 3
mount --make-rprivate /
mkdir "$base/upper" "$base/work" "$base/root"
root=$base/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$base/upper,workdir=$base/work" "$root"
mount -t proc proc "$root/proc"
mount --bind -o ro "$root/proc/sys" "$root/proc/sys" # the kernel's settings are not ours
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
for directory in run dev tmp; do mount -t tmpfs -o mode=0755 tmpfs "$root/$directory"; done
chmod 1777 "$root/tmp"
for node in null zero full random urandom tty; do
    touch "$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ip link set lo up
hostname postern-test
cp -a "$stage"/* "$root/"
: > "$root/etc/fstab"
for program in "$@"; do
    touch "$root/usr/bin/${program##*/}"
    mount --bind "$program" "$root/usr/bin/${program##*/}"
done
echo "pid $pid" >&3

# A chroot would not do: no user namespaces could be made in it.
mkdir "$root/.old"
cd "$root"
pivot_root . .old
umount -l /.old
mount --make-rshared / # or credentials stay empty
exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --unit=postern-test.target --show-status=no 3>&-
