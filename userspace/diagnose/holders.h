/* SPDX-License-Identifier: GPL-2.0 */
/* Who holds what was found, now, and how the leaks among these processes grow. */
#ifndef DIAGNOSE_HOLDERS_H
#define DIAGNOSE_HOLDERS_H

#include "userspace/diagnose/descriptor_leak.h"
#include "userspace/diagnose/stuck.h"
#include "userspace/procfs/lineage.h"
#include "userspace/procfs/owners.h"

/**
 * struct holders - zero: nobody is known to hold anything
 * @owners: by the socket's inode
 * @leaks: struct descriptor_leak by task
 * @heirs: struct heir by holder and opener
 * @foreign_pids: the numbers of processes are others than in the records
 */
struct holders {
	struct owners owners;
	struct hashmap leaks;
	struct hashmap heirs;
	bool foreign_pids;
};

/** struct heir - a process that holds what another one, which lives, has opened */
struct heir {
	uint32_t holder;
	uint32_t opener;
	struct lineage lineage;
};

/**
 * holders_find() - look through /proc
 * @holders: filled; freed by holders_free(), also after an error
 * @result: with its close_waits: where one of the findings is a leak, all are looked for
 *
 * Return: 0 or -errno
 */
int holders_find(struct holders *holders, const struct stuck_result *result);
void holders_free(struct holders *holders);

/** holders_count_leaks() - part of it: @leaks, of those in @owners; 0 or -ENOMEM */
int holders_count_leaks(struct holders *holders, const struct stuck_result *result);

/** holders_of() - who holds a socket, and by how many descriptors; @holders may be NULL: not known */
const struct holder *holders_of(const struct holders *holders, const struct conn *conn,
				size_t *count);

/**
 * holders_none() - does a socket have a file that is in no process's descriptor table?
 *
 * Then io_uring holds it, or a message that is under way (SCM_RIGHTS), or the kernel.
 */
bool holders_none(const struct holders *holders, const struct conn *conn);

/**
 * struct owner - whose a connection is
 * @comm: the process's name, not terminated if it is long; NULL: not known
 * @pid: its number
 * @task: whose descriptor table it is in, see struct holder; 0: nobody is known to hold it
 * @acts: it is the only process that holds it; or the one that opened or accepted it; of a
 *	listener the one that accepted last
 */
struct owner {
	const char *comm;
	uint32_t pid;
	uint32_t task;
	bool acts;
};

/**
 * holders_owner() - of those that hold it the one that acts on it, else the first of them
 *
 * Where nobody is known to hold it: the task that acted on it last.
 */
struct owner holders_owner(const struct holders *holders, const struct tracker *tracker,
			   const struct conn *conn);

/**
 * holders_inherited_from() - the process that has opened it and does not hold it any more
 *
 * Its child, or a child's child, holds the descriptor, began later and has executed another
 * program: it has inherited the descriptor. Whoever is sent a descriptor (SCM_RIGHTS), or
 * was forked to work on it, has not. Nor has a listener's holder: workers hold what their
 * master opened. Return: NULL: not known to be so
 */
const struct task *holders_inherited_from(const struct holders *holders,
					  const struct tracker *tracker, const struct conn *conn);

/** holders_leg_owner() - of a relay: whose the other end of the other leg is */
struct owner holders_leg_owner(const struct holders *holders, const struct tracker *tracker,
			       const struct finding *finding);

/** holders_peer_owner() - whose the other end is; of one that waits to be accepted its listener's owner */
struct owner holders_peer_owner(const struct holders *holders, const struct tracker *tracker,
				const struct finding *finding);
/** holders_gone() - who called listen(), and is not among those that hold the listener now; or NULL */
const struct task *holders_gone(const struct holders *holders, const struct tracker *tracker,
				const struct conn *listener);

#endif
