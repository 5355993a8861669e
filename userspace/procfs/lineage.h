/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a process came by a descriptor that another process has opened: fork() copies the
 * descriptors that are open at that time, execve() keeps those without O_CLOEXEC; any
 * process may also be sent one in a message (SCM_RIGHTS).
 */
#ifndef PROCFS_LINEAGE_H
#define PROCFS_LINEAGE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct lineage - a process, as to another one that lives
 * @descends: it is a child of the other one, or a child's child
 * @executed: since then it has begun another program
 * @begun_ns: when the other one's child began from which it descends, to a tick (10 ms)
 */
struct lineage {
	bool descends;
	bool executed;
	uint64_t begun_ns;
};

/**
 * lineage_find() - what /proc says of it now
 * @lineage: filled
 * @pid: the process
 * @ancestor: the other one
 * @comm: that one's name: if it has another by now, it is not the one that is meant
 *
 * Return: 0, or -errno: one of them does not live any more
 */
int lineage_find(struct lineage *lineage, uint32_t pid, uint32_t ancestor, const char comm[16]);

#endif
