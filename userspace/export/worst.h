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
#include "userspace/out/buf.h"

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
 * A walk over all connections; then again over those of which there are piles of
 * TIME-WAITs.
 */
void worst_begin(struct worst *worst, uint64_t now_ns);
void worst_count(struct worst *worst, const struct conn *conn);
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
 * worst_tell() - the next few lines, as tcptrail stuck --json has them
 * @worst: picked by the last whole walk
 * @cursor: moved on
 * @now_ns: what time it is by the trail's clock
 * @out: appended to; emptied first if there is another list than before
 *
 * Return: is there more?
 */
bool worst_tell(const struct worst *worst, struct worst_cursor *cursor, uint64_t now_ns,
		struct buf *out);

#endif
