// SPDX-License-Identifier: GPL-2.0
/*
 * Percentiles in fixed memory: a span is rounded to its seven highest bits, and each rounded
 * value has a slot. A percentile is the slot in which the count passes its share, so it is
 * exact to 1 in 128, and rounded up.
 */
#include "userspace/conn/quantiles.h"

#define FINE (1U << QUANTILES_FINE)

static unsigned int slot_of(uint64_t span)
{
	unsigned int shift;

	if (span < FINE)
		return (unsigned int)span;
	shift = 63 - QUANTILES_FINE - (unsigned int)__builtin_clzll(span);
	return (shift + 1) * FINE + (unsigned int)(span >> shift) - FINE;
}

/* The longest span that falls into a slot. */
static uint64_t slot_top(unsigned int slot)
{
	unsigned int shift;

	if (slot < FINE)
		return slot;
	shift = slot / FINE - 1;
	return ((uint64_t)(FINE + slot % FINE) << shift) + ((1ULL << shift) - 1);
}

void quantiles_add(struct quantiles *s, uint64_t span)
{
	s->slots[slot_of(span)]++;
	s->count++;
	if (span > s->max)
		s->max = span;
}

uint64_t quantiles_percentile(const struct quantiles *s, unsigned int percent)
{
	/* At least one, and the division first: the count may be anything. */
	uint64_t rank = s->count / 100 * percent + (s->count % 100 * percent + 99) / 100;
	uint64_t below = 0, top;
	unsigned int i;

	if (!s->count)
		return 0;
	for (i = 0; i < QUANTILES_SLOTS - 1; i++) {
		below += s->slots[i];
		if (below >= rank && below)
			break;
	}
	top = slot_top(i);
	return top < s->max ? top : s->max;
}
