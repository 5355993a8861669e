/* SPDX-License-Identifier: GPL-2.0 */
/* Percentiles of any number of spans, in fixed memory: exact to 1 in 128. */
#ifndef CONN_QUANTILES_H
#define CONN_QUANTILES_H

#include <stdint.h>

#define QUANTILES_FINE 7 /* bits of a span that count */
#define QUANTILES_SLOTS ((64 - QUANTILES_FINE + 1) << QUANTILES_FINE)

/**
 * struct quantiles - zero at the start
 * @count: how many spans
 * @max: the longest
 * @slots: how many by size: one by one up to 127, then 128 to each power of two
 */
struct quantiles {
	uint64_t count;
	uint64_t max;
	uint64_t slots[QUANTILES_SLOTS];
};

void quantiles_add(struct quantiles *s, uint64_t span);

/** quantiles_percentile() - so many percent are not longer; rounded up, 0 if there are none */
uint64_t quantiles_percentile(const struct quantiles *s, unsigned int percent);

#endif
