// SPDX-License-Identifier: GPL-2.0
/* What /proc/PID says: name, command line, limit of descriptors, control group. */
#include <stdlib.h>
#include <string.h>

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

void process_read(struct process *p, int dir)
{
	file_text(dir, "comm", p->comm, sizeof(p->comm));
	p->comm[strcspn(p->comm, "\n")] = '\0';
	read_command(dir, p->command);
	p->fd_limit = read_fd_limit(dir);
	cgroup_of_process(&p->cgroup, dir);
}
