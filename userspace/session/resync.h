/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sockets that exist now, merged with the trail by time: at the start, for those that
 * are older than the trail, and again after a loss of records: an end that was not recorded
 * would leave its socket among the living for ever. Attach first, then list the sockets:
 * no socket falls between. In namespaces whose sockets cannot be listed all stays as it is.
 */
#ifndef SESSION_RESYNC_H
#define SESSION_RESYNC_H

#include <pthread.h>

#include "userspace/base/time.h"
#include "userspace/conn/tracker.h"
#include "userspace/sockdiag/snapshot.h"

#define TRAIL_SETTLE_NS (50 * MS) /* a trail that was read has nothing older than this left */

/**
 * struct resync - all zero at first
 * @snapshot: the newest; without its records once these are merged
 * @first: what the first one knew of namespaces: later there may be no right to ask
 * @begun_ns: when the newest was begun (CLOCK_MONOTONIC), 0: there is none
 * @merged: so many of its records are in the tracker
 * @settled_ns: from then on the trail has nothing older than the snapshot
 * @next_ns: the next one does not begin before
 * @lost: records that were lost before it began
 * @under_way: it has begun, and is not merged to its end
 * @count: how many were merged to their ends
 */
struct resync {
	struct snapshot snapshot;
	struct snapshot first;
	uint64_t begun_ns;
	size_t merged;
	uint64_t settled_ns;
	uint64_t next_ns;
	uint64_t lost;
	bool under_way;
	unsigned int count;
};

/**
 * resync_is_due() - is there something that only the kernel can tell?
 * @resync: the last one
 * @lost: records lost so far
 * @unrecorded: some are never made
 * @now_ns: CLOCK_MONOTONIC
 */
bool resync_is_due(const struct resync *resync, uint64_t lost, bool unrecorded, uint64_t now_ns);

/**
 * resync_begin() - list the sockets: system calls, up to seconds of them
 * @resync: until resync_end() records go to resync_feed()
 * @tracker: the connections
 * @states: bit n: sockets in state n; see snapshot.h
 * @lost: records lost so far
 * @lock: held while the tracker or @resync->snapshot are changed, or NULL
 *
 * Return: 0 or -errno; then the next loss is the next occasion
 */
int resync_begin(struct resync *resync, struct tracker *tracker, uint32_t states, uint64_t lost,
		 pthread_mutex_t *lock);

/**
 * snapshot_merge() - records of the trail, and before each what a snapshot has that is older
 * @snapshot: the snapshot
 * @next: its first record that was not put yet
 * @records: of the trail; NULL: put the rest of the snapshot
 * @count: how many
 * @put: gets all of them, in the order of their times; other than 0: no more
 * @arg: for @put
 *
 * Return: what @put returned last
 */
int snapshot_merge(const struct snapshot *snapshot, size_t *next,
		   const struct tcptrail_record *records, size_t count,
		   int (*put)(void *arg, const struct tcptrail_record *records, size_t count),
		   void *arg);

/** resync_feed() - records of the trail into the tracker, merged with the snapshot's */
void resync_feed(struct resync *resync, struct tracker *tracker,
		 const struct tcptrail_record *records, size_t count);

/** resync_is_over() - @now_ns: all that was recorded before has been read */
bool resync_is_over(const struct resync *resync, uint64_t now_ns);

/** resync_end() - the rest of the snapshot; and who is gone has ended unseen */
void resync_end(struct resync *resync, struct tracker *tracker);

void resync_free(struct resync *resync);

#endif
