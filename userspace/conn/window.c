// SPDX-License-Identifier: GPL-2.0
/*
 * Percentiles that forget: seven slices of ten seconds in a ring. An event goes into the slice
 * of its time; a slice that comes round again is cleared first. The sum is over the slices of
 * the last minute.
 */
#include "userspace/conn/window.h"

#include <string.h>

void window_add(struct window *w, uint64_t time_ns, uint64_t span)
{
	uint64_t number = time_ns / WINDOW_SLICE_NS + 1;
	unsigned int slot = number % WINDOW_SLICES;

	if (number < w->numbers[slot])
		return;
	if (number > w->numbers[slot]) {
		memset(&w->slices[slot], 0, sizeof(w->slices[slot]));
		w->numbers[slot] = number;
	}
	quantiles_add(&w->slices[slot], span);
}

static void add_slice(struct quantiles *sum, const struct quantiles *slice)
{
	for (unsigned int i = 0; i < QUANTILES_SLOTS; i++)
		sum->slots[i] += slice->slots[i];
	sum->count += slice->count;
	if (slice->max > sum->max)
		sum->max = slice->max;
}

void window_sum(struct window *w, uint64_t now_ns, struct quantiles *sum)
{
	uint64_t number = now_ns / WINDOW_SLICE_NS + 1;

	memset(sum, 0, sizeof(*sum));
	for (unsigned int i = 0; i < WINDOW_SLICES; i++) {
		/* It would keep its slot from all that come before its time. */
		if (w->numbers[i] > number) {
			w->numbers[i] = 0;
			w->slices[i].count = 0;
		}
		if (w->slices[i].count && w->numbers[i] + WINDOW_SLICES > number)
			add_slice(sum, &w->slices[i]);
	}
}
