/* SPDX-License-Identifier: GPL-2.0 */
/* Percentiles of any number of spans, in fixed memory: exact to 1 in 128. */
#ifndef MODEL_SPREAD_H
#define MODEL_SPREAD_H

#include <stdint.h>

#define SPREAD_FINE 7 /* bits of a span that count */
#define SPREAD_SLOTS ((64 - SPREAD_FINE + 1) << SPREAD_FINE)

/**
 * struct spread - zero at the start
 * @count: how many spans
 * @max: the longest
 * @slots: how many by size: one by one up to 127, then 128 to each power of two
 */
struct spread {
	uint64_t count;
	uint64_t max;
	uint64_t slots[SPREAD_SLOTS];
};

void spread_add(struct spread *s, uint64_t span);

/** spread_percentile() - so many percent are not longer; rounded up, 0 if there are none */
uint64_t spread_percentile(const struct spread *s, unsigned int percent);

#endif
