/* SPDX-License-Identifier: GPL-2.0 */
/* What /proc says of a process that is being reported. */
#ifndef PROCFS_PROCESS_H
#define PROCFS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "userspace/procfs/cgroup.h"

#define PROCESS_COMMAND_MAX 256
#define PROCESS_WCHAN_MAX 48
#define PROCESS_THREADS_READ 64
#define PROCESS_UNLIMITED UINT64_MAX

/**
 * struct process - one process
 * @pid: in the namespace of this process
 * @task: whose descriptor table @fds counts: @pid, or a thread that has its own
 * @comm: its name; may hold any byte but zero
 * @command: its command line, arguments set apart by spaces, cut off at its size;
 *	likewise; empty for one that has given up its memory
 * @cgroup: its control group
 * @fds: how many descriptors it has
 * @fd_limit: how many it may have (RLIMIT_NOFILE); PROCESS_UNLIMITED; 0: not known
 * @state: as ps(1) shows it: 'S', 'R', 'T'; '?': not known
 * @frozen: its control group is frozen (cgroup.freeze, freezer.state: docker pause)
 * @threads: how many it has
 * @blocked: how many of them are blocked in the kernel (state D) and cannot be interrupted;
 *	not counted with more than PROCESS_THREADS_READ threads: each takes some 20 us
 * @wchan: the kernel's function in which the first of these sleeps; empty if not known
 */
struct process {
	uint32_t pid;
	uint32_t task;
	char comm[16];
	char command[PROCESS_COMMAND_MAX];
	struct cgroup_name cgroup;
	uint32_t fds;
	uint64_t fd_limit;
	char state;
	bool frozen;
	uint32_t threads;
	uint32_t blocked;
	char wchan[PROCESS_WCHAN_MAX];
};

/**
 * process_read() - fill it, all but pid, task and fds
 * @process: filled
 * @dir: /proc/PID, or /proc/PID/task/TID: of that thread alone, by the process's name
 */
void process_read(struct process *process, int dir);

/** enum process_halt - why a process does nothing, whatever it waits for */
enum process_halt {
	PROCESS_RUNS = 0, /* nothing of what follows */
	PROCESS_FROZEN,
	PROCESS_STOPPED, /* SIGSTOP, SIGTSTP, ^Z */
	PROCESS_TRACED, /* by a debugger */
	PROCESS_BLOCKED, /* each of its threads, in the kernel */
	PROCESS_NO_DESCRIPTOR, /* it runs, but cannot open or accept anything */
};

/** process_halt() - the first of these that is so */
enum process_halt process_halt(const struct process *process);

/** process_halt_key() - "frozen", "stopped" ..., NULL for PROCESS_RUNS */
const char *process_halt_key(enum process_halt halt);

/** process_pids_are_initial() - are numbers of processes here those of the initial namespace? */
bool process_pids_are_initial(void);

#endif
