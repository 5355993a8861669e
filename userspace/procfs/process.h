/* SPDX-License-Identifier: GPL-2.0 */
/* What /proc says of a process that is being reported. */
#ifndef PROCFS_PROCESS_H
#define PROCFS_PROCESS_H

#include <stdint.h>

#include "userspace/procfs/cgroup.h"

#define PROCESS_COMMAND_MAX 256
#define PROCESS_UNLIMITED UINT64_MAX

/**
 * struct process - one process
 * @pid: in the namespace of this process
 * @comm: its name; may hold any byte but zero
 * @command: its command line, arguments set apart by spaces, cut off at its size;
 *	likewise; empty for one that has given up its memory
 * @cgroup: its control group
 * @fds: how many descriptors it has
 * @fd_limit: how many it may have (RLIMIT_NOFILE); PROCESS_UNLIMITED; 0: not known
 */
struct process {
	uint32_t pid;
	char comm[16];
	char command[PROCESS_COMMAND_MAX];
	struct cgroup_name cgroup;
	uint32_t fds;
	uint64_t fd_limit;
};

/** process_read() - fill it, all but pid and fds, from /proc/PID as a directory's descriptor */
void process_read(struct process *process, int pid_dir);

#endif
