/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records into the model, with a snapshot of the sockets that are older than the
 * trail merged into them by time. Attach first, then take the snapshot: no socket
 * falls between.
 */
#ifndef SESSION_FEED_H
#define SESSION_FEED_H

#include "userspace/base/time.h"
#include "userspace/conn/tracker.h"
#include "userspace/sockdiag/snapshot.h"

#define FEED_SETTLE_NS (50 * MS) /* nothing older than this comes any more */

/**
 * struct feed - a model and what goes into it
 * @tracker: the connections
 * @snapshot: empty until feed_snapshot()
 * @merged: so many of its records have been fed
 * @snapshot_ns: when it began (CLOCK_MONOTONIC), 0 without one
 */
struct feed {
	struct tracker *tracker;
	struct snapshot snapshot;
	size_t merged;
	uint64_t snapshot_ns;
};

/**
 * feed_snapshot() - look at the sockets that exist now
 * @feed: the trail has been opened before, and its history may have been fed
 * @states: bit n: sockets in state n; SNAPSHOT_ALL_STATES
 *
 * Return: CMD_OK, or CMD_FAILED after a message
 */
int feed_snapshot(struct feed *feed, uint32_t states);

/** feed_look() - likewise, without a word; 0 or -errno */
int feed_look(struct feed *feed, uint32_t states);

/** feed_records() - records of the trail, and before each what the snapshot has that is older */
void feed_records(struct feed *feed, const struct tcptrail_record *records, size_t count);

/** feed_rest() - what is left of the snapshot */
void feed_rest(struct feed *feed);

/** feed_unseen() - how many namespaces the snapshot could not look at */
size_t feed_unseen(const struct feed *feed);

/** feed_tell_unseen() - say so, if there are any */
void feed_tell_unseen(const struct feed *feed);

/** feed_is_alive() - false for what the trail knows and the snapshot does not: its end was lost */
bool feed_is_alive(const struct feed *feed, const struct conn *conn);

/** feed_end_gone() - after feed_rest(): tell the model of those that are not */
void feed_end_gone(struct feed *feed);

/** feed_free() - the snapshot; the model stays its maker's */
void feed_free(struct feed *feed);

#endif
