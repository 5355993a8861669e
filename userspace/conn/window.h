/* SPDX-License-Identifier: GPL-2.0 */
/* Percentiles of the last minute: those of quantiles.h, that forget. */
#ifndef CONN_WINDOW_H
#define CONN_WINDOW_H

#include "userspace/base/time.h"
#include "userspace/conn/quantiles.h"

#define WINDOW_SLICE_NS (10 * SEC)
#define WINDOW_SLICES 7 /* six whole ones and the one that goes on: 60 to 70 s */

/**
 * struct window - zero at the start
 * @numbers: which slice of time lies in a slot, from 1
 * @slices: what happened in it
 */
struct window {
	uint64_t numbers[WINDOW_SLICES];
	struct quantiles slices[WINDOW_SLICES];
};

/** window_add() - @time_ns: when it happened; what is older than the window is passed over */
void window_add(struct window *w, uint64_t time_ns, uint64_t span);

/** window_sum() - all of the last minute before @now_ns; what is said to be later is forgotten */
void window_sum(struct window *w, uint64_t now_ns, struct quantiles *sum);

#endif
