/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A trend: does a number of things grow, and how fast? Made from what began and what ended
 * in a window, each of which is on record.
 *
 * It grows if more began than ended in every third of the window, by more than chance makes
 * of as many that come and go, and if none has been missing for long. So a burst, a leak that
 * has stopped and a pool at work have no rate, and no forecast is made from them.
 */
#ifndef DIAGNOSE_TREND_H
#define DIAGNOSE_TREND_H

#include <stdbool.h>
#include <stdint.h>

#include "userspace/conn/recent.h"
#include "userspace/conn/tracker.h"

#define TREND_PARTS 3

/**
 * struct trend - one of them
 * @from_ns: the window's begin
 * @until_ns: its end; not later than @from_ns: nothing is known
 * @least_ns: a shorter window tells nothing of what comes
 * @begun: by part of the window
 * @ended: likewise
 * @newest_ns: when the last one began, in the window or before; 0: not known
 */
struct trend {
	uint64_t from_ns;
	uint64_t until_ns;
	uint64_t least_ns;
	int64_t begun[TREND_PARTS];
	int64_t ended[TREND_PARTS];
	uint64_t newest_ns;
};

/**
 * trend_begin() - an empty one
 * @most_ns: the window is at most so long
 * @least_ns: as in struct trend
 * @complete_ns: and does not begin before, nor before a connection was evicted: what is older
 *	may not be on record
 * @recent: those that end are counted by its slices, the first of which begins the window
 */
struct trend trend_begin(const struct tracker *tracker, const struct recent *recent,
			 uint64_t now_ns, uint64_t most_ns, uint64_t least_ns,
			 uint64_t complete_ns);

/** trend_add_begun() - one that began then, and lives */
void trend_add_begun(struct trend *trend, uint64_t time_ns);

/** trend_add_ended() - so many ended then */
void trend_add_ended(struct trend *trend, uint64_t time_ns, int64_t count);

/** trend_add_recent() - all that ended, and with them their begins */
void trend_add_recent(struct trend *trend, const struct recent_entry *ended, uint64_t slice_ns);

/** trend_window_ns() - how long the window is; 0: nothing is known */
uint64_t trend_window_ns(const struct trend *trend);

/** trend_begun() - in the whole window */
uint64_t trend_begun(const struct trend *trend);
uint64_t trend_ended(const struct trend *trend);

/** trend_grows() - is there a rate? */
bool trend_grows(const struct trend *trend);

/** trend_in() - how many more there are after @span_ns, if it goes on like that */
double trend_in(const struct trend *trend, uint64_t span_ns);

#endif
