/* SPDX-License-Identifier: GPL-2.0 */
/*
 * After a loss: an end that was not recorded would leave its socket among the living
 * for ever. So the sockets that exist are looked at again, as at the start; in
 * namespaces that cannot be looked at any more, all stays as it is.
 */
#ifndef SESSION_RESYNC_H
#define SESSION_RESYNC_H

#include "userspace/base/time.h"
#include "userspace/session/feed.h"

/* A loss seldom comes alone, and a look at very many sockets takes its time. */
#define RESYNC_NS (10 * SEC)
#define RESYNC_SHARE 20 /* at most one part in so many of the time goes there */

/**
 * struct resync - all zero at first
 * @feed: the reader's model, and the snapshot while it is merged; what it says beside
 *	its records is kept until the next one, or resync_free()
 * @lost: records that were lost before the last look
 * @next_ns: not before (CLOCK_MONOTONIC)
 * @settled_ns: from then on the trail has nothing older than the snapshot
 * @under_way: the snapshot is taken, and not merged to its end
 */
struct resync {
	struct feed feed;
	uint64_t lost;
	uint64_t next_ns;
	uint64_t settled_ns;
	bool under_way;
};

/** resync_is_due() - @lost: records lost so far */
bool resync_is_due(const struct resync *resync, uint64_t lost, uint64_t now_ns);

/**
 * resync_begin() - take the snapshot: system calls, up to seconds of them
 *
 * Until resync_end() records go to resync.feed. Return: 0 or -errno; then the next loss is the
 * next occasion.
 */
int resync_begin(struct resync *resync, struct tracker *tracker, uint64_t lost);

/** resync_is_over() - @now_ns: all that was recorded before has been read */
bool resync_is_over(const struct resync *resync, uint64_t now_ns);

/** resync_end() - it is over: who is gone is told so */
void resync_end(struct resync *resync);

void resync_free(struct resync *resync);

#endif
