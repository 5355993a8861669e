// SPDX-License-Identifier: GPL-2.0
/*
 * Who holds a socket: one pass over /proc/PID/fd of every process.
 *
 * A socket is known by its inode, which is compared with the sorted list of those that are
 * wanted; fstatat() tells it without printing the link. The kernel has no shorter way:
 * only the descriptor tables say who holds a file.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/procfs/owners.h"
#include "userspace/base/array.h"
#include "userspace/base/order.h"

/**
 * struct wanted - what is looked for
 * @inodes: ascending
 * @count: how many
 * @sockets: the file system that sockets are in: elsewhere a number is another's
 */
struct wanted {
	const uint32_t *inodes;
	size_t count;
	dev_t sockets;
};

ORDER(by_inode, uint32_t, COMPARE(*x, *y))

ORDER(by_holder, struct holder,
      4 * COMPARE(x->inode, y->inode) + 2 * COMPARE(x->pid, y->pid) + COMPARE(x->fd, y->fd))

ORDER(by_pid, struct process, COMPARE(x->pid, y->pid))

/* The inode of the socket that a descriptor stands for, 0 if it is none. */
static uint32_t socket_inode(const struct wanted *wanted, int fds, const char *name)
{
	struct stat st;

	/* Cheaper than to read the link: the kernel has not to print it. */
	if (fstatat(fds, name, &st, 0) || !S_ISSOCK(st.st_mode) || st.st_dev != wanted->sockets)
		return 0;
	return st.st_ino <= UINT32_MAX ? (uint32_t)st.st_ino : 0;
}

static bool is_wanted(const struct wanted *wanted, uint32_t inode)
{
	return inode && bsearch(&inode, wanted->inodes, wanted->count, sizeof(inode), by_inode);
}

static int look_through(struct owners *owners, const struct wanted *wanted, DIR *fds, int pid_dir,
			uint32_t pid)
{
	struct process process = { .pid = pid };
	struct holder holder = { .pid = pid };
	struct dirent *entry;
	bool holds = false;
	int err = 0;

	while (!err && (entry = readdir(fds))) {
		if (entry->d_name[0] == '.')
			continue;
		process.fds++;
		holder.inode = socket_inode(wanted, dirfd(fds), entry->d_name);
		if (!is_wanted(wanted, holder.inode))
			continue;
		if (!holds) {
			process_read(&process, pid_dir);
			memcpy(holder.comm, process.comm, sizeof(holder.comm));
		}
		holds = true;
		holder.fd = atoi(entry->d_name);
		err = array_push(owners->holders, owners->count, owners->room, holder);
	}
	if (err || !holds)
		return err;
	return array_push(owners->processes, owners->process_count, owners->process_room, process);
}

static int visit(struct owners *owners, const struct wanted *wanted, int proc, const char *name)
{
	int pid_dir = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd, err = 0;
	DIR *fds = NULL;

	if (pid_dir < 0)
		return 0; /* it is gone */
	fd = openat(pid_dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		fds = fdopendir(fd);
	if (fds) {
		err = look_through(owners, wanted, fds, pid_dir, (uint32_t)atoi(name));
		closedir(fds);
	} else if (fd >= 0) {
		close(fd);
	} else if (errno == EACCES || errno == EPERM) {
		owners->unreadable++;
	}
	close(pid_dir);
	return err;
}

static int find_sockets(dev_t *device)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;
	int err = fd < 0 || fstat(fd, &st) ? -errno : 0;

	if (!err)
		*device = st.st_dev;
	if (fd >= 0)
		close(fd);
	return err;
}

int owners_find(struct owners *owners, uint32_t *inodes, size_t count)
{
	struct wanted wanted = { .inodes = inodes, .count = count };
	struct dirent *entry;
	DIR *proc;
	int err;

	*owners = (struct owners){ 0 };
	if (!count)
		return 0;
	err = find_sockets(&wanted.sockets);
	if (err)
		return err;
	qsort(inodes, count, sizeof(*inodes), by_inode);
	proc = opendir("/proc");
	if (!proc)
		return -errno;
	while (!err && (entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			err = visit(owners, &wanted, dirfd(proc), entry->d_name);
	closedir(proc);
	if (owners->count)
		qsort(owners->holders, owners->count, sizeof(*owners->holders), by_holder);
	if (owners->process_count)
		qsort(owners->processes, owners->process_count, sizeof(*owners->processes), by_pid);
	return err;
}

const struct process *owners_process(const struct owners *owners, uint32_t pid)
{
	const struct process key = { .pid = pid };

	return owners->process_count ? bsearch(&key, owners->processes, owners->process_count,
					       sizeof(key), by_pid) :
				       NULL;
}

const struct holder *owners_of(const struct owners *owners, uint32_t inode, size_t *count)
{
	size_t low = 0, high = owners->count, middle, end;

	while (low < high) {
		middle = (low + high) / 2;
		if (owners->holders[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < owners->count && owners->holders[end].inode == inode; end++)
		;
	*count = inode ? end - low : 0;
	return *count ? &owners->holders[low] : NULL;
}

void owners_free(struct owners *owners)
{
	free(owners->holders);
	free(owners->processes);
	*owners = (struct owners){ 0 };
}
