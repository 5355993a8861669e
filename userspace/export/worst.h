/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sockets that are stuck the worst, for /stuck.
 *
 * Nobody stops for them: they are picked in the sweep's walk, slice by slice, and told
 * when they are asked for, some at a time. In between the model moves on; what is no
 * more as it was is left out.
 */
#ifndef EXPORT_WORST_H
#define EXPORT_WORST_H

#include <stdbool.h>

#include "userspace/model/churn.h"
#include "userspace/model/model.h"
#include "userspace/model/requests.h"
#include "userspace/out/buf.h"
#include "userspace/snapshot/snapshot.h"

#define WORST_MAX 1000 /* lines */
#define WORST_SLICE 32 /* lines that one call of worst_tell() makes at most */

struct worst;

/**
 * worst_create() - none, until there was a walk
 * @worst: set to it
 * @model: the same in all calls
 * @ports: the source ports of a namespace
 * @arg: for @ports
 *
 * Return: 0 or -ENOMEM
 */
int worst_create(struct worst **worst, const struct model *model,
		 struct churn_ports (*ports)(void *arg, uint32_t netns), void *arg);
void worst_free(struct worst *worst);

/*
 * A walk over all connections, of which those are brought that are stuck, and since
 * when; then another over those of which there are piles of TIME-WAITs.
 */
void worst_begin(struct worst *worst, uint64_t now_ns);
void worst_count(struct worst *worst, const struct conn *conn, uint64_t stuck_ns);
void worst_pile(struct worst *worst, const struct conn *conn);
void worst_end(struct worst *worst);

/**
 * struct worst_cursor - how far the telling has come; zero at the start
 * @walk: which walk's list that is
 * @next: what comes next
 */
struct worst_cursor {
	uint64_t walk;
	size_t next;
};

/**
 * struct worst_facts - what is known beside the list
 * @now_ns: what time it is by the trail's clock
 * @requests: as of the last walk
 * @snapshot: what the kernel said when it was asked last, or NULL
 */
struct worst_facts {
	uint64_t now_ns;
	const struct requests_tally *requests;
	const struct snapshot *snapshot;
};

/**
 * worst_tell() - the next few lines, as tcptrail stuck --json has them
 * @worst: picked by the last whole walk
 * @facts: for them
 * @cursor: moved on
 * @out: appended to; emptied first if there is another list than before
 *
 * Return: is there more?
 */
bool worst_tell(const struct worst *worst, const struct worst_facts *facts,
		struct worst_cursor *cursor, struct buf *out);

#endif
