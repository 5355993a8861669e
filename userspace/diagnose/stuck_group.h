/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Findings that share verdict, owner and peer are told together. The processes of one service
 * are one owner: they accept at the same port, or are of the same unit or container.
 */
#ifndef DIAGNOSE_STUCK_GROUP_H
#define DIAGNOSE_STUCK_GROUP_H

#include "userspace/diagnose/holders.h"

/**
 * struct stuck_group - what is told together
 * @members: pointers to findings, the oldest first
 * @count: how many
 * @peers: from how many addresses; 1 if these are told apart, so that all have one
 * @processes: how many hold them; 1 if that is not known
 * @weight: how bad the verdict is
 * @age_ns: of all together: the measure of two of the same weight
 * @unread: bytes in all of them
 * @unacked: likewise
 */
struct stuck_group {
	const struct finding **members;
	size_t count;
	size_t peers;
	size_t processes;
	enum verdict_weight weight;
	uint64_t age_ns;
	uint64_t unread;
	uint64_t unacked;
};

/**
 * struct stuck_groups - all of them, the most severe first
 * @groups: the groups
 * @count: how many
 * @members: what they point into
 */
struct stuck_groups {
	struct stuck_group *groups;
	size_t count;
	const struct finding **members;
};

/**
 * stuck_groups_make() - put together what belongs together
 * @groups: filled; freed by stuck_groups_free(), also after an error
 * @result: what was found, used as long as the groups are
 * @holders: who holds it; NULL: not known, as in a file
 * @each: each finding is a group of its own
 *
 * Return: 0 or -ENOMEM
 */
int stuck_groups_make(struct stuck_groups *groups, const struct stuck_result *result,
		      const struct holders *holders, bool each);
void stuck_groups_free(struct stuck_groups *groups);

/* stuck_group_shared(): which parts of their names all members have in common */
#define STUCK_LADDR (1U << 0)
#define STUCK_LPORT (1U << 1)
#define STUCK_RADDR (1U << 2)
#define STUCK_RPORT (1U << 3)

unsigned int stuck_group_shared(const struct stuck_group *group, const struct tracker *tracker);

/** stuck_group_of() - one finding as a group; *@finding has to stay */
struct stuck_group stuck_group_of(const struct finding **finding, uint64_t now_ns);

#endif
