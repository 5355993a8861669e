// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets that are registered with an io_uring (IORING_REGISTER_FILES) and have no
 * descriptor any more. /proc/PID/fdinfo of the ring lists them:
 *
 *	UserFiles:	2
 *	    0: socket:[1259]
 *
 * Kernels up to 6.12 write "TCP" there, which tells no socket from another.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/base/file.h"
#include "userspace/procfs/owners_internal.h"

/* A descriptor's file that is on no file system has no type. Only of those the link is read. */
static bool is_ring(int fds, const char *name)
{
	static const char ring[] = "anon_inode:[io_uring]";
	char link[sizeof(ring)];
	struct stat st;

	return !fstatat(fds, name, &st, 0) && !(st.st_mode & S_IFMT) &&
	       readlinkat(fds, name, link, sizeof(link)) == sizeof(ring) - 1 &&
	       !memcmp(link, ring, sizeof(ring) - 1);
}

static FILE *open_info(int pid_dir, const char *name)
{
	char path[300];
	FILE *info;
	int fd;

	snprintf(path, sizeof(path), "fdinfo/%s", name);
	fd = openat(pid_dir, path, O_RDONLY | O_CLOEXEC);
	info = fd >= 0 ? fdopen(fd, "r") : NULL;
	if (!info && fd >= 0)
		close(fd);
	return info;
}

static int read_ring(struct owners *owners, const struct wanted *wanted, int pid_dir,
		     const char *name, struct process *process)
{
	struct holder holder = {
		.pid = process->pid,
		.task = process->task,
		.fd = atoi(name),
		.io_uring = true,
	};
	FILE *info = open_info(pid_dir, name);
	char line[256];
	int err = 0;

	while (!err && info && fgets(line, sizeof(line), info))
		if (sscanf(line, " %*u: socket:[%u]", &holder.inode) == 1 &&
		    is_wanted(wanted, holder.inode))
			err = owners_hold(owners, pid_dir, process, &holder);
	if (info)
		fclose(info);
	return err;
}

int owners_read_rings(struct owners *owners, const struct wanted *wanted, int pid_dir, uint32_t pid)
{
	struct process process = { .pid = pid, .task = pid };
	DIR *fds = file_dir(pid_dir, "fd");
	struct dirent *entry;
	int err = 0;

	if (!fds)
		return 0;
	while (!err && (entry = readdir(fds))) {
		if (entry->d_name[0] == '.')
			continue;
		process.fds++;
		if (is_ring(dirfd(fds), entry->d_name))
			err = read_ring(owners, wanted, pid_dir, entry->d_name, &process);
	}
	closedir(fds);
	return err ? err : owners_keep(owners, &process);
}
