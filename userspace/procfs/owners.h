/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who holds a socket now: every process and descriptor, found by the socket
 * file's inode in /proc/PID/fd, in one pass, for the inodes asked for only.
 */
#ifndef PROCFS_OWNERS_H
#define PROCFS_OWNERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "userspace/procfs/process.h"

/**
 * struct holder - one descriptor of one process
 * @inode: of the socket
 * @pid: process id, in the namespace of this process
 * @task: whose descriptor table it is in: @pid; or a thread that has a table of its own
 *	(unshare(CLONE_FILES)), or that lives on after the main thread has ended
 * @fd: its descriptor; with @io_uring the ring's
 * @io_uring: the socket is one of the ring's registered files
 * @comm: the process's name, zero-terminated
 */
struct holder {
	uint32_t inode;
	uint32_t pid;
	uint32_t task;
	int fd;
	bool io_uring;
	char comm[16];
};

/**
 * struct owners - the answer
 * @holders: ordered by inode, pid, task and fd
 * @count: how many
 * @room: for how many there is memory
 * @processes: those that hold one, ordered by task: one for each descriptor table
 * @process_count: how many
 * @process_room: for how many there is memory
 * @unreadable: processes whose descriptors we may not see
 * @complete: no process is out of sight: what no holder is named for is in no descriptor table
 */
struct owners {
	struct holder *holders;
	size_t count;
	size_t room;
	struct process *processes;
	size_t process_count;
	size_t process_room;
	size_t unreadable;
	bool complete;
};

/**
 * owners_find() - who holds these sockets
 * @owners: filled; freed by owners_free(), also after an error
 * @inodes: of the sockets; sorted by this call; 0 is skipped
 * @count: how many
 *
 * It looks at every descriptor of every process: somebody who forked, or who was
 * handed the descriptor, may hold it, too. Only for sockets that are in no process's
 * table, a second pass looks at threads that have one of their own, and at io_uring's
 * registered files (named by the kernel from about 7.0 on). What a message that is under
 * way holds (SCM_RIGHTS) cannot be seen. Nothing else is read of processes that hold
 * none of them.
 *
 * Return: 0, -ENOMEM, -errno if there is no /proc
 */
int owners_find(struct owners *owners, uint32_t *inodes, size_t count);

/** owners_of() - the first holder of a socket and, in *@count, how many follow it */
const struct holder *owners_of(const struct owners *owners, uint32_t inode, size_t *count);

/** owners_process() - who has this descriptor table, see struct holder; NULL: it holds none of them */
const struct process *owners_process(const struct owners *owners, uint32_t task);

void owners_free(struct owners *owners);

#endif
