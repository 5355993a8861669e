// SPDX-License-Identifier: GPL-2.0
/* What /proc/PID says: name, command line, limit of descriptors, control group, state. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "userspace/procfs/process.h"
#include "userspace/base/file.h"

/* Arguments end with a zero byte each. */
static void read_command(int dir, char command[PROCESS_COMMAND_MAX])
{
	int length = file_text(dir, "cmdline", command, PROCESS_COMMAND_MAX), i;

	while (length > 0 && !command[length - 1])
		length--;
	for (i = 0; i < length; i++)
		if (!command[i])
			command[i] = ' ';
}

/* "Max open files            1024                 4096                 files" */
static uint64_t read_fd_limit(int dir)
{
	static const char name[] = "\nMax open files";
	char text[4096];
	const char *at;

	file_text(dir, "limits", text, sizeof(text));
	at = strstr(text, name);
	if (!at)
		return 0;
	at += strlen(name);
	at += strspn(at, " ");
	return *at == 'u' ? PROCESS_UNLIMITED : strtoull(at, NULL, 10);
}

/* "117 (comm, which may hold anything) S 1 ..." */
static char state_of(int dir)
{
	char text[256];
	const char *at;

	file_text(dir, "stat", text, sizeof(text));
	at = strrchr(text, ')');
	return at && at[1] == ' ' && at[2] ? at[2] : '?';
}

/* A kernel that does not tell writes "0". */
static void read_wchan(int dir, char wchan[PROCESS_WCHAN_MAX])
{
	file_text(dir, "wchan", wchan, PROCESS_WCHAN_MAX);
	if (!strcmp(wchan, "0"))
		wchan[0] = '\0';
}

static void note_state(struct process *p, int dir, char state)
{
	if (state == 'D' && !p->blocked++)
		read_wchan(dir, p->wchan);
}

static void note_threads(struct process *p, DIR *tasks)
{
	struct dirent *entry;
	int dir;

	while ((entry = readdir(tasks))) {
		if (entry->d_name[0] == '.')
			continue;
		dir = openat(dirfd(tasks), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			continue;
		note_state(p, dir, state_of(dir));
		close(dir);
	}
}

/* The links of "task" are those of any directory, "task" itself and "..", and the threads. */
static void read_threads(struct process *p, int dir)
{
	struct stat st;
	DIR *tasks;

	p->threads = 1;
	if (!fstatat(dir, "task", &st, 0) && st.st_nlink > 2)
		p->threads = (uint32_t)st.st_nlink - 2;
	tasks = p->threads > 1 && p->threads <= PROCESS_THREADS_READ ? file_dir(dir, "task") : NULL;
	if (p->threads == 1)
		note_state(p, dir, p->state);
	if (!tasks)
		return;
	note_threads(p, tasks);
	closedir(tasks);
}

/* A thread may have a name of its own, and its directory has no "task". */
static void read_comm(int dir, char comm[16])
{
	bool is_thread = faccessat(dir, "task", F_OK, 0) != 0;

	file_text(dir, is_thread ? "../../comm" : "comm", comm, 16);
	comm[strcspn(comm, "\n")] = '\0';
}

void process_read(struct process *p, int dir)
{
	read_comm(dir, p->comm);
	read_command(dir, p->command);
	p->fd_limit = read_fd_limit(dir);
	p->state = state_of(dir);
	p->frozen = cgroup_is_frozen(dir);
	read_threads(p, dir);
	cgroup_of_process(&p->cgroup, dir);
}

enum process_halt process_halt(const struct process *p)
{
	if (p->frozen)
		return PROCESS_FROZEN;
	if (p->state == 'T')
		return PROCESS_STOPPED;
	if (p->state == 't')
		return PROCESS_TRACED;
	if (p->blocked && p->blocked == p->threads)
		return PROCESS_BLOCKED;
	if (p->fd_limit && p->fds >= p->fd_limit)
		return PROCESS_NO_DESCRIPTOR;
	return PROCESS_RUNS;
}

const char *process_halt_key(enum process_halt halt)
{
	static const char *const keys[] = { NULL,     "frozen",	 "stopped",
					    "traced", "blocked", "no-descriptor-left" };

	return keys[halt];
}

/* The kernel's PROC_PID_INIT_INO. */
bool process_pids_are_initial(void)
{
	static const char initial[] = "pid:[4026531836]";
	char name[sizeof(initial)];
	ssize_t n = readlink("/proc/self/ns/pid", name, sizeof(name));

	return n == sizeof(initial) - 1 && !memcmp(name, initial, (size_t)n);
}
