/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who holds a socket now: every process and descriptor, found by the socket
 * file's inode in /proc/PID/fd, in one pass, for the inodes asked for only.
 */
#ifndef PROCFS_OWNERS_H
#define PROCFS_OWNERS_H

#include <stddef.h>
#include <stdint.h>

#include "userspace/procfs/process.h"

/**
 * struct holder - one descriptor of one process
 * @inode: of the socket
 * @pid: process id, in the namespace of this process
 * @fd: its descriptor
 * @comm: the process's name, zero-terminated
 */
struct holder {
	uint32_t inode;
	uint32_t pid;
	int fd;
	char comm[16];
};

/**
 * struct owners - the answer
 * @holders: ordered by inode, pid and fd
 * @count: how many
 * @room: for how many there is memory
 * @processes: those that hold one, ordered by pid
 * @process_count: how many
 * @process_room: for how many there is memory
 * @unreadable: processes whose descriptors we may not see
 */
struct owners {
	struct holder *holders;
	size_t count;
	size_t room;
	struct process *processes;
	size_t process_count;
	size_t process_room;
	size_t unreadable;
};

/**
 * owners_find() - who holds these sockets
 * @owners: filled; freed by owners_free(), also after an error
 * @inodes: of the sockets; sorted by this call; 0 is skipped
 * @count: how many
 *
 * It looks at every descriptor of every process: somebody who forked, or who was
 * handed the descriptor, may hold it, too. Nothing else is read of processes that
 * hold none of them.
 *
 * Return: 0, -ENOMEM, -errno if there is no /proc
 */
int owners_find(struct owners *owners, uint32_t *inodes, size_t count);

/** owners_of() - the first holder of a socket and, in *@count, how many follow it */
const struct holder *owners_of(const struct owners *owners, uint32_t inode, size_t *count);

/** owners_process() - a process that holds one of them; NULL for any other */
const struct process *owners_process(const struct owners *owners, uint32_t pid);

void owners_free(struct owners *owners);

#endif
