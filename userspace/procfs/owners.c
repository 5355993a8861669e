// SPDX-License-Identifier: GPL-2.0
/*
 * Who holds a socket: one pass over /proc/PID/fd of every process.
 *
 * A socket is known by its inode, which is compared with the sorted list of those that are
 * wanted; fstatat() tells it without printing the link. The kernel has no shorter way:
 * only the descriptor tables say who holds a file. A second pass looks where sockets are
 * rarely: only those that are nowhere else are worth its cost.
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

#include "userspace/base/array.h"
#include "userspace/base/file.h"
#include "userspace/base/order.h"
#include "userspace/procfs/owners_internal.h"

ORDER(by_inode, uint32_t, COMPARE(*x, *y))

ORDER(by_holder, struct holder,
      8 * COMPARE(x->inode, y->inode) + 4 * COMPARE(x->pid, y->pid) +
	      2 * COMPARE(x->task, y->task) + COMPARE(x->fd, y->fd))

ORDER(by_task, struct process, COMPARE(x->task, y->task))

/* The inode of the socket that a descriptor stands for, 0 if it is none. */
static uint32_t socket_inode(const struct wanted *wanted, int fds, const char *name)
{
	struct stat st;

	/* Cheaper than to read the link: the kernel has not to print it. */
	if (fstatat(fds, name, &st, 0) || !S_ISSOCK(st.st_mode) || st.st_dev != wanted->sockets)
		return 0;
	return st.st_ino <= UINT32_MAX ? (uint32_t)st.st_ino : 0;
}

bool is_wanted(const struct wanted *wanted, uint32_t inode)
{
	return inode && bsearch(&inode, wanted->inodes, wanted->count, sizeof(inode), by_inode);
}

int owners_hold(struct owners *owners, int dir, struct process *process,
		const struct holder *holder)
{
	struct holder named = *holder;

	if (!process->state)
		process_read(process, dir);
	memcpy(named.comm, process->comm, sizeof(named.comm));
	return array_push(owners->holders, owners->count, owners->room, named);
}

int owners_keep(struct owners *owners, const struct process *process)
{
	size_t i;

	if (!process->state)
		return 0;
	for (i = 0; i < owners->process_count; i++)
		if (owners->processes[i].task == process->task)
			return 0;
	return array_push(owners->processes, owners->process_count, owners->process_room, *process);
}

static int read_entries(struct owners *owners, const struct wanted *wanted, DIR *fds, int dir,
			struct process *process)
{
	struct holder holder = { .pid = process->pid, .task = process->task };
	struct dirent *entry;
	int err = 0;

	while (!err && (entry = readdir(fds))) {
		if (entry->d_name[0] == '.')
			continue;
		process->fds++;
		holder.inode = socket_inode(wanted, dirfd(fds), entry->d_name);
		if (!is_wanted(wanted, holder.inode))
			continue;
		holder.fd = atoi(entry->d_name);
		err = owners_hold(owners, dir, process, &holder);
	}
	return err ? err : owners_keep(owners, process);
}

int owners_read_table(struct owners *owners, const struct wanted *wanted, int dir,
		      struct process *process)
{
	DIR *fds = file_dir(dir, "fd");
	int err;

	if (!fds && errno == ENOMEM)
		return -ENOMEM;
	if (!fds)
		return errno == EACCES || errno == EPERM ? -EACCES : 0; /* else it is gone */
	err = read_entries(owners, wanted, fds, dir, process);
	closedir(fds);
	return err;
}

/* A main thread without a table has ended: its other threads may live. */
static int read_process(struct owners *owners, const struct wanted *wanted, int pid_dir,
			uint32_t pid)
{
	struct process process = { .pid = pid, .task = pid };
	int err = owners_read_table(owners, wanted, pid_dir, &process);

	if (err == -EACCES) {
		owners->unreadable++;
		return 0;
	}
	owners->complete |= pid == 1;
	return err || process.fds ? err : owners_read_threads(owners, wanted, pid_dir, pid);
}

static int read_rare_places(struct owners *owners, const struct wanted *wanted, int pid_dir,
			    uint32_t pid)
{
	int err = owners_read_threads(owners, wanted, pid_dir, pid);

	return err ? err : owners_read_rings(owners, wanted, pid_dir, pid);
}

typedef int read_fn(struct owners *owners, const struct wanted *wanted, int pid_dir, uint32_t pid);

static int each_process(struct owners *owners, const struct wanted *wanted, read_fn *read_one)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int err = 0, dir;

	if (!proc)
		return -errno;
	while (!err && (entry = readdir(proc))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		dir = openat(dirfd(proc), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			continue; /* it is gone */
		err = read_one(owners, wanted, dir, (uint32_t)atoi(entry->d_name));
		close(dir);
	}
	closedir(proc);
	return err;
}

static void sort(struct owners *owners)
{
	if (owners->count)
		qsort(owners->holders, owners->count, sizeof(*owners->holders), by_holder);
	if (owners->process_count)
		qsort(owners->processes, owners->process_count, sizeof(*owners->processes),
		      by_task);
}

/* Those that are in no process's table; the others are dropped from the list. */
static size_t not_found(const struct owners *owners, uint32_t *inodes, size_t count)
{
	size_t i, holders, left = 0;

	for (i = 0; i < count; i++)
		if (inodes[i] && !owners_of(owners, inodes[i], &holders))
			inodes[left++] = inodes[i];
	return left;
}

/* In another PID namespace, or where /proc hides others, some processes are out of sight. */
static bool sees_all(const struct owners *owners)
{
	return owners->complete && !owners->unreadable && process_pids_are_initial();
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
	int err;

	*owners = (struct owners){ 0 };
	if (!count)
		return 0;
	err = find_sockets(&wanted.sockets);
	if (err)
		return err;
	qsort(inodes, count, sizeof(*inodes), by_inode);
	err = each_process(owners, &wanted, read_process);
	sort(owners);
	owners->complete = sees_all(owners);
	wanted.count = not_found(owners, inodes, count);
	if (err || !wanted.count)
		return err;
	err = each_process(owners, &wanted, read_rare_places);
	sort(owners);
	return err;
}

const struct process *owners_process(const struct owners *owners, uint32_t task)
{
	const struct process key = { .task = task };

	return owners->process_count ? bsearch(&key, owners->processes, owners->process_count,
					       sizeof(key), by_task) :
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
