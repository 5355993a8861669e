/* SPDX-License-Identifier: GPL-2.0 */
/* What the search for holders is made of. */
#ifndef PROCFS_OWNERS_INTERNAL_H
#define PROCFS_OWNERS_INTERNAL_H

#include <sys/types.h>

#include "userspace/procfs/owners.h"

/**
 * struct wanted - what is looked for
 * @inodes: ascending
 * @count: how many
 * @sockets: the file system that sockets are in: elsewhere a number is another's
 */
struct wanted {
	const uint32_t *inodes;
	size_t count;
	dev_t sockets;
};

/** is_wanted() - is it among those that are looked for? */
bool is_wanted(const struct wanted *wanted, uint32_t inode);

/**
 * owners_read_table() - through one descriptor table
 * @owners: its holders are added
 * @wanted: what is looked for
 * @dir: /proc/PID, or /proc/PID/task/TID
 * @process: its pid and task; the rest is filled if it holds something, fds in any case
 *
 * Return: 0, -EACCES if we may not see it, -ENOMEM
 */
int owners_read_table(struct owners *owners, const struct wanted *wanted, int dir,
		      struct process *process);

/** owners_hold() - @process holds this; it is read from @dir if it was not before; 0 or -ENOMEM */
int owners_hold(struct owners *owners, int dir, struct process *process,
		const struct holder *holder);

/** owners_keep() - when all is known of it: keep it if it holds something; 0 or -ENOMEM */
int owners_keep(struct owners *owners, const struct process *process);

/** owners_read_threads() - those of /proc/PID whose table is not the process's; 0 or -ENOMEM */
int owners_read_threads(struct owners *owners, const struct wanted *wanted, int pid_dir,
			uint32_t pid);

/** owners_read_rings() - the registered files of each io_uring of /proc/PID; 0 or -ENOMEM */
int owners_read_rings(struct owners *owners, const struct wanted *wanted, int pid_dir,
		      uint32_t pid);

#endif
