// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that do not share the descriptor table of their process's main thread: they have
 * called unshare(CLONE_FILES), or the main thread has ended and has none any more.
 *
 * kcmp(2) tells whether two threads have the same table. It takes one system call a thread,
 * where to look through the table again would take one a descriptor.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "userspace/base/array.h"
#include "userspace/base/file.h"
#include "userspace/procfs/owners_internal.h"

#define LINKS_OF_ONE_THREAD 3 /* "task" itself, its "..", the thread */

/** struct tables - of one process, each by one thread that has it: different from all others */
struct tables {
	uint32_t *tasks;
	size_t count;
	size_t room;
};

/* Where the kernel does not tell, too: nothing is claimed then. */
static bool is_known(const struct tables *tables, uint32_t task)
{
	size_t i;

	for (i = 0; i < tables->count; i++)
		if (syscall(SYS_kcmp, task, tables->tasks[i], KCMP_FILES, 0, 0) <= 0)
			return true;
	return false;
}

static int read_thread(struct owners *owners, const struct wanted *wanted, int tasks,
		       const char *name, uint32_t pid)
{
	struct process process = { .pid = pid, .task = (uint32_t)atoi(name) };
	int dir = openat(tasks, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err;

	if (dir < 0)
		return 0; /* it is gone */
	err = owners_read_table(owners, wanted, dir, &process);
	close(dir);
	return err == -ENOMEM ? err : 0;
}

static int read_all(struct owners *owners, const struct wanted *wanted, DIR *tasks, uint32_t pid)
{
	struct tables tables = { 0 };
	struct dirent *entry;
	uint32_t task;
	int err;

	err = array_push(tables.tasks, tables.count, tables.room, pid);
	while (!err && (entry = readdir(tasks))) {
		task = (uint32_t)atoi(entry->d_name);
		if (!task || is_known(&tables, task))
			continue;
		err = read_thread(owners, wanted, dirfd(tasks), entry->d_name, pid);
		if (!err)
			err = array_push(tables.tasks, tables.count, tables.room, task);
	}
	free(tables.tasks);
	return err;
}

int owners_read_threads(struct owners *owners, const struct wanted *wanted, int pid_dir,
			uint32_t pid)
{
	struct stat st;
	DIR *tasks;
	int err;

	/* Most processes have one thread, and each kernel thread is one. */
	if (fstatat(pid_dir, "task", &st, 0) || st.st_nlink <= LINKS_OF_ONE_THREAD)
		return 0;
	tasks = file_dir(pid_dir, "task");
	if (!tasks)
		return errno == ENOMEM ? -ENOMEM : 0;
	err = read_all(owners, wanted, tasks, pid);
	closedir(tasks);
	return err;
}
