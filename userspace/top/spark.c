// SPDX-License-Identifier: GPL-2.0
/* Little graphs: a column a value, scaled to the highest one that can be seen. */
#include "userspace/top/spark.h"

/*
 * The glyphs from low to high, and what stands for a zero. The console's font has
 * only shades and half blocks.
 */
static const struct glyphs {
	uint32_t zero;
	unsigned int count;
	uint32_t levels[8];
} blocks = { 0xb7, 8, { 0x2581, 0x2582, 0x2583, 0x2584, 0x2585, 0x2586, 0x2587, 0x2588 } },
  shades = { 0xb7, 4, { 0x2591, 0x2592, 0x2593, 0x2588 } },
  letters = { '.', 6, { '_', '-', '=', '+', '*', '#' } };

void history_add(struct history *h, uint64_t value)
{
	h->values[h->added++ % HISTORY_MAX] = value;
}

/* @back: 0 is the newest */
static uint64_t value_at(const struct history *h, uint64_t back)
{
	return h->values[(h->added - 1 - back) % HISTORY_MAX];
}

void area_spark(const struct area *a, int x, int y, int width, const struct history *h)
{
	const struct glyphs *glyphs = a->grid->ascii   ? &letters :
				      a->grid->console ? &shades :
							 &blocks;
	uint64_t known = h->added < HISTORY_MAX ? h->added : HISTORY_MAX;
	uint64_t shown = width < 0 ? 0 : known < (uint64_t)width ? known : (uint64_t)width;
	uint64_t back, value, max = 0;
	unsigned int level;

	for (back = 0; back < shown; back++)
		max = value_at(h, back) > max ? value_at(h, back) : max;
	for (back = 0; back < shown; back++) {
		value = value_at(h, back);
		/* As a double: the values may be anything. */
		level = value ? (unsigned int)((double)value / (double)max * glyphs->count) : 0;
		level = level >= glyphs->count ? glyphs->count - 1 : level;
		area_char(a, x + width - 1 - (int)back, y, value ? GRID_GRAPH : GRID_DIM,
			  value ? glyphs->levels[level] : glyphs->zero);
	}
}
