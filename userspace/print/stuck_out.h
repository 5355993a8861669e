/* SPDX-License-Identifier: GPL-2.0 */
/* What is stuck: as lines for people, as lines of JSON. */
#ifndef PRINT_STUCK_OUT_H
#define PRINT_STUCK_OUT_H

#include "userspace/base/address.h"
#include "userspace/base/buf.h"
#include "userspace/base/duration.h"
#include "userspace/base/kernel_view.h"
#include "userspace/diagnose/descriptor_leak.h"
#include "userspace/diagnose/stuck.h"
#include "userspace/diagnose/verdict.h"
#include "userspace/procfs/owners.h"

/**
 * struct process_leak - the CLOSE-WAITs of one process
 * @pid: the process
 * @leak: how they grow
 */
struct process_leak {
	uint32_t pid;
	struct descriptor_leak leak;
};

/**
 * struct stuck_out - what the lines are made from
 * @tracker: where the connections are
 * @owners: who holds their sockets now; NULL if that cannot be known (a file)
 * @kernel: what the kernel says of sockets and namespaces now; likewise
 * @leaks: by pid, ascending; NULL: not known
 * @leak_count: how many
 * @home_netns: the namespace that goes without saying, 0: none
 */
struct stuck_out {
	const struct tracker *tracker;
	const struct owners *owners;
	const struct kernel_view *kernel;
	const struct process_leak *leaks;
	size_t leak_count;
	uint32_t home_netns;
};

/* stuck_leaks.c */

/**
 * stuck_leaks() - how the CLOSE-WAITs of each process grow
 * @o: model, owners of all CLOSE-WAITs
 * @query: its time, and who is alive
 * @leaks: set to an array for stuck_out; the caller frees it
 * @count: how many
 *
 * Return: 0 or -ENOMEM
 */
int stuck_leaks(const struct stuck_out *o, const struct stuck_query *query,
		struct process_leak **leaks, size_t *count);

/* stuck_group.c */

/**
 * struct stuck_group - sockets that share verdict, owner and peer
 * @members: pointers to them, the oldest first
 * @count: how many
 * @peers: from how many addresses; 1 if these are told apart, so that all have one
 * @weight: how bad the verdict is
 * @age_ns: of all together: the measure of two of the same weight
 * @unread: bytes in all of them
 * @unacked: likewise
 */
struct stuck_group {
	const struct stuck **members;
	size_t count;
	size_t peers;
	enum verdict_weight weight;
	uint64_t age_ns;
	uint64_t unread;
	uint64_t unacked;
};

/**
 * struct stuck_groups - all of them, worst first
 * @groups: the groups
 * @count: how many
 * @members: what they point into
 */
struct stuck_groups {
	struct stuck_group *groups;
	size_t count;
	const struct stuck **members;
};

/**
 * stuck_groups_make() - put together what belongs together
 * @groups: filled; freed by stuck_groups_free(), also after an error
 * @o: what is known
 * @list: from stuck_find(), used as long as the groups are
 * @count: how many
 * @each: each socket is a group of its own
 *
 * Return: 0 or -ENOMEM
 */
int stuck_groups_make(struct stuck_groups *groups, const struct stuck_out *o,
		      const struct stuck *list, size_t count, bool each);

void stuck_groups_free(struct stuck_groups *groups);

/* stuck_text.c, stuck_json.c */

/** stuck_ends() - a group's ends as far as all its sockets share them: "10.0.0.2:80", "*:80", "*" */
void stuck_ends(const struct stuck_out *o, const struct stuck_group *group,
		char local[ENDPOINT_MAX + 1], char remote[ENDPOINT_MAX + 1]);

/** stuck_text_header() - names of the columns */
void stuck_text_header(struct buf *out);

/** stuck_text_group() - a line, the facts, the verdict, the remedy */
void stuck_text_group(const struct stuck_out *o, struct buf *out, const struct stuck_group *group);

/** stuck_text() - likewise, of a single one */
void stuck_text(const struct stuck_out *o, struct buf *out, const struct stuck *stuck);

/** stuck_json_group() - one line; tcptrail-stuck(1) documents every field */
void stuck_json_group(const struct stuck_out *o, struct buf *out, const struct stuck_group *group);

/** stuck_json() - likewise, of a single one */
void stuck_json(const struct stuck_out *o, struct buf *out, const struct stuck *stuck);

/* stuck_words.c: what both are made of */

#define STUCK_NAME_MAX 128

/**
 * struct stuck_words - one connection in words
 * @age: "14m03s"
 * @holder: "nginx[1234] fd 17, nginx[1235] fd 17"; empty if nobody is known
 * @owner: "nginx[1234]": the first of them, or who acted last
 * @listener: who listens where it came in
 * @holders: who holds it now
 * @holders_count: how many descriptors
 * @process: the first holder's; NULL if not known
 * @live: what the kernel knows of it now; NULL if not known
 * @leak: how the CLOSE-WAITs of its holder grow; NULL if not known
 * @netns: its namespace's name; empty if it has none, or it is not known
 * @verdict: the verdict
 */
struct stuck_words {
	char age[DURATION_MAX + 1];
	char holder[STUCK_NAME_MAX];
	char owner[STUCK_NAME_MAX];
	char listener[STUCK_NAME_MAX];
	const struct holder *holders;
	size_t holders_count;
	const struct process *process;
	const struct kernel_socket *live;
	const struct descriptor_leak *leak;
	const char *netns;
	struct verdict verdict;
};

void stuck_words(const struct stuck_out *o, const struct stuck *stuck, struct stuck_words *words);

/** stuck_rule() - only the number of the verdict's rule, or -1: cheaper */
int stuck_rule(const struct stuck_out *o, const struct stuck *stuck);

/** stuck_is_passive() - did the peer open it? By what is on record, or else by a listener there */
bool stuck_is_passive(const struct stuck_out *o, const struct conn *conn);

#endif
