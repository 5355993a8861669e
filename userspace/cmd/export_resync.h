/* SPDX-License-Identifier: GPL-2.0 */
/*
 * After a loss: an end that was not recorded would leave its socket among the living
 * for ever. So the sockets that exist are looked at again, as at the start; in
 * namespaces that cannot be looked at any more, all stays as it is.
 */
#ifndef TCPTRAIL_EXPORT_RESYNC_H
#define TCPTRAIL_EXPORT_RESYNC_H

#include "feed.h"

/* A loss seldom comes alone, and a look at very many sockets takes its time. */
#define RESYNC_NS 10000000000ULL
#define RESYNC_SHARE 20 /* at most one part in so many of the time goes there */

/**
 * struct resync - all zero at first
 * @feed: the reader's model, and the snapshot while it is merged
 * @lost: records that were lost before the last look
 * @next_ns: not before (CLOCK_MONOTONIC)
 * @under_way: the snapshot is taken, and not merged to its end
 */
struct resync {
	struct feed feed;
	uint64_t lost;
	uint64_t next_ns;
	bool under_way;
};

/** resync_is_due() - @lost: records lost so far */
bool resync_is_due(const struct resync *resync, uint64_t lost, uint64_t now_ns);

/**
 * resync_begin() - take the snapshot: system calls, up to seconds of them
 *
 * If it cannot be taken, that is said, and the next loss is the next occasion.
 */
void resync_begin(struct resync *resync, struct model *model, uint64_t lost);

/** resync_end() - the trail has been read up to the snapshot: who is gone is told so */
void resync_end(struct resync *resync);

#endif
