/* SPDX-License-Identifier: GPL-2.0 */
/* How many spans were how long, in buckets whose bounds are fixed. */
#ifndef CONN_HISTOGRAM_H
#define CONN_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS 20 /* the last has no upper bound */

/**
 * enum histogram_scale - the bounds
 * @HISTOGRAM_FAST: 50 us to 60 s: what a round trip or a busy process takes
 * @HISTOGRAM_SLOW: 1 ms to a day: what a state or a timer takes
 */
enum histogram_scale {
	HISTOGRAM_FAST = 0,
	HISTOGRAM_SLOW,
	HISTOGRAM_SCALES,
};

/** histogram_bounds - the longest span of each bucket but the last, nanoseconds; 0 after them */
extern const uint64_t histogram_bounds[HISTOGRAM_SCALES][HISTOGRAM_BUCKETS];

/**
 * struct histogram - zero at the start
 * @buckets: how many by length; not cumulative
 * @sum_s: of all spans, whole seconds: nanoseconds would not last a day with a
 *	million connections
 * @sum_ns: and the rest of it
 */
struct histogram {
	uint64_t buckets[HISTOGRAM_BUCKETS];
	uint64_t sum_s;
	uint64_t sum_ns;
};

void histogram_add(struct histogram *histogram, enum histogram_scale scale, uint64_t span_ns);

/** histogram_merge() - @from's spans, too; of one scale */
void histogram_merge(struct histogram *to, const struct histogram *from);

#endif
