/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The sockets that are stuck the worst, for /stuck.
 *
 * Nobody stops for them: they are picked in the sweep's walk, slice by slice, and told
 * when they are asked for, some at a time. In between the model moves on; what is no
 * more as it was is left out.
 */
#ifndef EXPORTER_TOP_N_H
#define EXPORTER_TOP_N_H

#include <stdbool.h>

#include "userspace/diagnose/port_usage.h"
#include "userspace/conn/tracker.h"
#include "userspace/diagnose/syn_backlog.h"
#include "userspace/base/buf.h"
#include "userspace/sockdiag/snapshot.h"

#define TOP_N_MAX 1000 /* lines */
#define TOP_N_SLICE 32 /* lines that one call of top_n_tell() makes at most */

struct top_n;

/**
 * top_n_create() - none, until there was a walk
 * @worst: set to it
 * @tracker: the same in all calls
 * @ports: the source ports of a namespace
 * @arg: for @ports
 *
 * Return: 0 or -ENOMEM
 */
int top_n_create(struct top_n **worst, const struct tracker *tracker,
		 struct source_ports (*ports)(void *arg, uint32_t netns), void *arg);
void top_n_free(struct top_n *worst);

/*
 * A walk over all connections, of which those are brought that are stuck, and since
 * when; then another over those of which there are piles of TIME-WAITs.
 */
void top_n_begin(struct top_n *worst, uint64_t now_ns);
void top_n_count(struct top_n *worst, const struct conn *conn, uint64_t stuck_ns);
void top_n_burst(struct top_n *worst, const struct conn *conn);
void top_n_end(struct top_n *worst);

/**
 * struct top_n_cursor - how far the telling has come; zero at the start
 * @walk: which walk's list that is
 * @next: what comes next
 */
struct top_n_cursor {
	uint64_t walk;
	size_t next;
};

/**
 * struct top_n_facts - what is known beside the list
 * @now_ns: what time it is by the trail's clock
 * @requests: as of the last walk
 * @kernel: what the kernel said when it was asked last, or NULL
 */
struct top_n_facts {
	uint64_t now_ns;
	const struct syn_backlog_count *requests;
	const struct kernel_view *kernel;
};

/**
 * top_n_tell() - the next few lines, as tcptrail stuck --json has them
 * @worst: picked by the last whole walk
 * @facts: for them
 * @cursor: moved on
 * @out: appended to; emptied first if there is another list than before
 *
 * Return: is there more?
 */
bool top_n_tell(const struct top_n *worst, const struct top_n_facts *facts,
		struct top_n_cursor *cursor, struct buf *out);

#endif
