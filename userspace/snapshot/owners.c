// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "userspace/snapshot/owners.h"

struct wanted {
	const uint32_t *inodes;
	size_t count;
};

static int by_inode(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int by_holder(const void *a, const void *b)
{
	const struct holder *x = a, *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return (x->fd > y->fd) - (x->fd < y->fd);
}

/* "socket:[123]" is 123, anything else 0 */
static uint32_t socket_inode(const char *link)
{
	unsigned long inode;
	char *end;

	if (strncmp(link, "socket:[", 8))
		return 0;
	inode = strtoul(link + 8, &end, 10);
	return *end == ']' && inode <= UINT32_MAX ? (uint32_t)inode : 0;
}

static void read_comm(int pid_dir, char comm[16])
{
	int fd = openat(pid_dir, "comm", O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, comm, 15);

	if (length < 0)
		length = 0;
	comm[length] = '\0';
	comm[strcspn(comm, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

static int add(struct owners *owners, const struct holder *holder)
{
	size_t room = owners->room ? owners->room * 2 : 64;
	void *bigger;

	if (owners->count == owners->room) {
		bigger = reallocarray(owners->holders, room, sizeof(*owners->holders));
		if (!bigger)
			return -ENOMEM;
		owners->holders = bigger;
		owners->room = room;
	}
	owners->holders[owners->count++] = *holder;
	return 0;
}

static int look_through(struct owners *owners, const struct wanted *wanted, DIR *fds, int pid_dir,
			uint32_t pid)
{
	struct holder holder = { .pid = pid };
	struct dirent *entry;
	char link[64];
	ssize_t length;
	int err = 0;

	while (!err && (entry = readdir(fds))) {
		length = readlinkat(dirfd(fds), entry->d_name, link, sizeof(link) - 1);
		if (length <= 0)
			continue;
		link[length] = '\0';
		holder.inode = socket_inode(link);
		if (!holder.inode || !bsearch(&holder.inode, wanted->inodes, wanted->count,
					      sizeof(*wanted->inodes), by_inode))
			continue;
		holder.fd = atoi(entry->d_name);
		if (!holder.comm[0])
			read_comm(pid_dir, holder.comm);
		err = add(owners, &holder);
	}
	return err;
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

int owners_find(struct owners *owners, uint32_t *inodes, size_t count)
{
	struct wanted wanted = { .inodes = inodes, .count = count };
	struct dirent *entry;
	DIR *proc;
	int err = 0;

	*owners = (struct owners){ 0 };
	if (!count)
		return 0;
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
	return err;
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
	*owners = (struct owners){ 0 };
}
