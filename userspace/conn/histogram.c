// SPDX-License-Identifier: GPL-2.0
/*
 * Histograms: into which bucket a span falls is found in three steps without branches, since
 * every connection passes here several times.
 */
#include "userspace/conn/histogram.h"
#include "userspace/base/time.h"

/* 65 s: 2 MSL are 60 s, the kernel's timer may be 2 s late, a longer one was begun anew. */
const uint64_t histogram_bounds[HISTOGRAM_SCALES][HISTOGRAM_BUCKETS] = {
	[HISTOGRAM_FAST] = { 50 * US, 100 * US, 250 * US, 500 * US, 1 * MS, 2500 * US, 5 * MS,
			     10 * MS, 25 * MS, 50 * MS, 100 * MS, 250 * MS, 500 * MS, 1 * SEC,
			     2500 * MS, 5 * SEC, 10 * SEC, 30 * SEC, 60 * SEC },
	[HISTOGRAM_SLOW] = { 1 * MS, 5 * MS, 10 * MS, 50 * MS, 100 * MS, 500 * MS, 1 * SEC, 5 * SEC,
			     10 * SEC, 30 * SEC, 60 * SEC, 65 * SEC, 120 * SEC, 300 * SEC,
			     600 * SEC, 1800 * SEC, 3600 * SEC, 21600 * SEC, 86400 * SEC },
};

void histogram_add(struct histogram *h, enum histogram_scale scale, uint64_t span_ns)
{
	const uint64_t *bounds = histogram_bounds[scale];
	unsigned int i = 0;

	/* Twenty, ten, five: then how many of four are shorter. Nothing to be mispredicted. */
	i += 10 * (span_ns > bounds[9]);
	i += 5 * (span_ns > bounds[i + 4]);
	i += (span_ns > bounds[i]) + (span_ns > bounds[i + 1]) + (span_ns > bounds[i + 2]) +
	     (span_ns > bounds[i + 3]);
	h->buckets[i]++;
	if (span_ns >= SEC) {
		h->sum_s += span_ns / SEC;
		span_ns %= SEC;
	}
	h->sum_ns += span_ns;
	if (h->sum_ns >= SEC) {
		h->sum_s++;
		h->sum_ns -= SEC;
	}
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
	unsigned int i;

	for (i = 0; i < HISTOGRAM_BUCKETS; i++)
		to->buckets[i] += from->buckets[i];
	to->sum_s += from->sum_s;
	to->sum_ns += from->sum_ns;
	if (to->sum_ns >= SEC) {
		to->sum_s++;
		to->sum_ns -= SEC;
	}
}
