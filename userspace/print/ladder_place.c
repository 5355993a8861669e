// SPDX-License-Identifier: GPL-2.0
/*
 * Where a picture's rows stand. Departures and arrivals are put into one order, by time. Each
 * gets a place below the one before it: a fixed distance, more if both are in one column, and
 * more for a long wait, by its logarithm.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "userspace/print/ladder_place.h"
#include "userspace/base/order.h"

#define SAME_SIDE 24.0 /* between two things in one column */
#define OTHER_SIDE 10.0
#define TWO_TIMES 19.0 /* between two rows whose time is written */
#define BAND 12.0 /* more for what is drawn as one, data */
#define WAIT_MAX 26.0 /* more for a long wait */
#define WAIT_BEGINS_NS 2000000.0
#define BOTH 2
#define ROWS_AHEAD 256 /* rows between a segment's leaving and its arrival */

/* A departure, an arrival, or another event: what needs a place. */
struct event {
	uint64_t time_ns;
	size_t row;
	bool arrival; /* of @row, which has left before */
	bool band;
	uint8_t side;
};

ORDER(by_time, struct event,
      4 * COMPARE(x->time_ns, y->time_ns) + 2 * COMPARE(x->row, y->row) +
	      COMPARE(x->arrival, y->arrival))

/* The row in which a segment's arrival is told, 0 if in its own. */
static size_t arrival_row(const struct ladder *l, size_t at)
{
	const struct ladder_row *row = &l->rows[at], *r;
	size_t i;

	for (i = at + 1; i < l->count && i < at + ROWS_AHEAD; i++) {
		r = &l->rows[i];
		if (r->kind == LADDER_ARRIVAL && r->from != row->from &&
		    r->time_ns == row->arrival_ns)
			return i;
	}
	return 0;
}

static bool is_slanted(const struct ladder_row *row)
{
	return row->kind == LADDER_SEGMENT && row->sent && row->arrived && !row->lost;
}

static size_t collect(const struct ladder *l, struct event *events)
{
	const struct ladder_row *row;
	size_t i, n = 0;

	for (i = 0; i < l->count; i++) {
		row = &l->rows[i];
		events[n++] = (struct event){
			.time_ns = row->time_ns,
			.row = i,
			.band = row->kind == LADDER_DATA,
			.side = row->kind == LADDER_DATA ? BOTH :
				row->kind == LADDER_SEGMENT && !is_slanted(row) && !row->lost ?
							   BOTH :
							   row->from,
		};
		if (is_slanted(row) && !arrival_row(l, i))
			events[n++] = (struct event){ .time_ns = row->arrival_ns,
						      .row = i,
						      .arrival = true,
						      .side = !row->from };
	}
	return n;
}

static double step(const struct event *a, const struct event *b)
{
	bool same = a->side == b->side || a->side == BOTH || b->side == BOTH;
	double wait = (double)(b->time_ns - a->time_ns) / WAIT_BEGINS_NS;
	double more = 4 * log2(1 + wait);

	return (same			   ? SAME_SIDE :
		!a->arrival && !b->arrival ? TWO_TIMES :
					     OTHER_SIDE) +
	       (more < WAIT_MAX ? more : WAIT_MAX) + (a->band || b->band ? BAND : 0);
}

int ladder_place(const struct ladder *l, struct ladder_place **places, double *height)
{
	struct event *events = calloc(2 * l->count + 1, sizeof(*events));
	struct ladder_place *p = calloc(l->count + 1, sizeof(*p));
	double y = 0, last[2] = { -SAME_SIDE, -SAME_SIDE };
	size_t i, n, other;

	*places = p;
	*height = 0;
	if (!events || !p) {
		free(events);
		return -ENOMEM;
	}
	n = collect(l, events);
	qsort(events, n, sizeof(*events), by_time);
	for (i = 0; i < n; i++) {
		const struct event *e = &events[i];

		if (i)
			y += step(e - 1, e);
		/* The event before in its own column may lie some events back. */
		if (e->side != 1 && y < last[0] + SAME_SIDE)
			y = last[0] + SAME_SIDE;
		if (e->side != 0 && y < last[1] + SAME_SIDE)
			y = last[1] + SAME_SIDE;
		if (e->side != 1)
			last[0] = y;
		if (e->side != 0)
			last[1] = y;
		if (e->arrival)
			p[e->row].arrival_y = y;
		else
			p[e->row].y = p[e->row].arrival_y = y;
	}
	for (i = 0; i < l->count; i++) {
		other = is_slanted(&l->rows[i]) ? arrival_row(l, i) : 0;
		if (other)
			p[i].arrival_y = p[other].y;
	}
	*height = y;
	free(events);
	return 0;
}
