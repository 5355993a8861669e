/* SPDX-License-Identifier: GPL-2.0 */
/* A connection as one: both ends if both are on this machine, else the one that is. */
#ifndef CONN_PAIR_H
#define CONN_PAIR_H

#include "userspace/conn/timing.h"

/**
 * struct conn_pair_end - one end of a connection, and what can be said of it
 * @c: the end
 * @timing: its spans
 */
struct conn_pair_end {
	const struct conn *c;
	struct timing timing;
};

/**
 * struct conn_pair - a connection as it is told
 * @ends: both ends, the opener's first; or the one that is on this machine
 * @count: 1 or 2
 * @apart: the tracker did not join them, they belong together by other signs: what one of
 *	them has not done may have been done in the name of no end
 */
struct conn_pair {
	struct conn_pair_end ends[2];
	unsigned int count;
	bool apart;
};

/**
 * conn_pair_survivor() - the end that lives on in a half-open connection: it was established,
 *	the other end is gone, and this one has not closed, too
 *
 * Return: its number, or -1
 */
int conn_pair_survivor(const struct conn_pair *pair);

/** conn_pair() - @c and, if @joined, its other end; @now_ns as in timing_of() */
void conn_pair(struct conn_pair *pair, const struct tracker *tracker, const struct conn *c,
	       bool joined, uint64_t now_ns);

/** conn_pair_of() - likewise, of ends that may be copies; @other NULL: it is not known */
void conn_pair_of(struct conn_pair *pair, const struct conn *c, const struct conn *other,
		  uint64_t now_ns);

#endif
