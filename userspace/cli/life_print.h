/* SPDX-License-Identifier: GPL-2.0 */
/* Which lives tcptrail life prints, and how. */
#ifndef CLI_LIFE_PRINT_H
#define CLI_LIFE_PRINT_H

#include "userspace/conn/tracker.h"
#include "userspace/trail/filter.h"
#include "userspace/print/life_out.h"

/**
 * struct life_printer - how lives come out
 * @json: as JSON Lines
 * @verbose: with the parts of each
 * @ends: each end by itself
 * @filter: what either end has to have
 * @limit: print so many at most; 0: all
 * @printed: so many were
 * @summary: of those that were printed and have ended, or NULL
 * @clock: for JSON
 * @out: where to
 */
struct life_printer {
	bool json;
	bool verbose;
	bool ends;
	struct filter filter;
	uint64_t limit;
	uint64_t printed;
	struct life_summary *summary;
	struct clock clock;
	struct buf out;
};

/** life_is_full() - as many as were wanted */
bool life_is_full(const struct life_printer *p);

/** life_ended() - a tracker_ended_fn; @arg is the printer */
void life_ended(void *arg, const struct tracker *tracker, const struct conn *c);

/**
 * life_print_rest() - what a tracker has left, oldest first
 * @p: the printer
 * @tracker: the connections
 * @ended: those that have ended, but for their other end; or those that live
 * @quiet: only count them in the summary
 *
 * Return: 0 or -ENOMEM
 */
int life_print_rest(struct life_printer *p, const struct tracker *tracker, bool ended, bool quiet);

#endif
