/* SPDX-License-Identifier: GPL-2.0 */
/* Little graphs: what a number was, a column for each update. */
#ifndef TOP_SPARK_H
#define TOP_SPARK_H

#include "userspace/top/grid.h"

#define HISTORY_MAX 256

/**
 * struct history - the last values, zero at the start
 * @values: in a ring
 * @added: how many ever
 */
struct history {
	uint64_t values[HISTORY_MAX];
	uint64_t added;
};

void history_add(struct history *h, uint64_t value);

/**
 * area_spark() - the newest at the right; the highest that can be seen is full height
 *
 * A zero is a dot; where there was no update yet there is nothing.
 */
void area_spark(const struct area *a, int x, int y, int width, const struct history *h);

#endif
