// SPDX-License-Identifier: GPL-2.0
/* How long handshakes take, what is sent again, what was lost. */
#include "userspace/base/array.h"
#include "userspace/base/duration.h"
#include "userspace/top/panes.h"

#define NAME_WIDTH 11
#define TIME_WIDTH 6
#define COUNT_WIDTH 8
#define RATE_WIDTH 9
#define TOTAL_WIDTH 11

static const char *const times[ACTIVITY_TIMES] = { "client", "server", "accept wait" };

static const struct {
	const char *name;
	unsigned int percent; /* are not longer */
} columns[] = { { "p50", 50 }, { "p90", 90 }, { "p99", 99 }, { "max", 100 } };

#define COLUMNS ARRAY_SIZE(columns)
#define TIMES_WIDTH (NAME_WIDTH + (int)COLUMNS * TIME_WIDTH)

static const struct {
	enum top_rate rate;
	const char *name;
	enum grid_style style;
} rates[] = {
	{ RATE_SYN, "SYN", GRID_WARN },
	{ RATE_SYN_ACK, "SYN-ACK", GRID_WARN },
	{ RATE_FIN, "FIN", GRID_WARN },
	{ RATE_RST_OUT, "RST sent", GRID_PLAIN },
	{ RATE_RST_IN, "RST received", GRID_PLAIN },
	{ RATE_LOST, "records lost", GRID_BAD },
};

static bool has_count(const struct area *a)
{
	return a->width >= TIMES_WIDTH + COUNT_WIDTH;
}

static void put_times(const struct area *a, int y, const char *name, const struct quantiles *q)
{
	enum grid_style style = q->count ? GRID_PLAIN : GRID_DIM;
	int x = area_column(a, 0, y, NAME_WIDTH, style, name);

	for (size_t i = 0; i < COLUMNS; i++) {
		unsigned int percent = columns[i].percent;
		uint64_t ns = percent < 100 ? quantiles_percentile(q, percent) : q->max;

		x = area_right(a, x, y, TIME_WIDTH, style,
			       q->count ? number_text(put_brief, ns).s : "-");
	}
	if (has_count(a))
		area_count(a, x, y, COUNT_WIDTH, style, q->count);
}

static void put_rate(const struct area *a, int y, const struct top *top, const char *name,
		     const struct rate *r, enum grid_style style)
{
	int x = TIMES_WIDTH - RATE_WIDTH - TOTAL_WIDTH;

	style = r->total ? style : GRID_DIM;
	area_column(a, 0, y, x, style, name);
	if (!top->has_trail) {
		area_right(a, x + RATE_WIDTH, y, TOTAL_WIDTH, GRID_DIM, "-");
		return;
	}
	x = area_rate(a, x, y, RATE_WIDTH, style, top, r->milli);
	area_count(a, x, y, TOTAL_WIDTH, style, r->total);
	if (has_count(a))
		area_spark(a, TIMES_WIDTH + 1, y, a->width - TIMES_WIDTH - 1, &r->graph);
}

void pane_times(const struct area *a, struct top *top)
{
	enum grid_style head = pane_style(&top->ui, UI_TIMES);
	int x = NAME_WIDTH, y = 0;

	pane_head(a, &top->ui, UI_TIMES, "HANDSHAKE");
	for (size_t i = 0; i < COLUMNS; i++)
		x = area_right(a, x, 0, TIME_WIDTH, head, columns[i].name);
	if (has_count(a))
		area_right(a, x, 0, COUNT_WIDTH, head, "COUNT");
	for (int i = 0; i < ACTIVITY_TIMES; i++)
		put_times(a, ++y, times[i], &top->numbers.times[i]);

	area_row(a, ++y, head);
	area_put(a, 2, y, head, "SENT AGAIN");
	x = area_right(a, TIMES_WIDTH - TOTAL_WIDTH - RATE_WIDTH, y, RATE_WIDTH, head, "A SECOND");
	area_right(a, x, y, TOTAL_WIDTH, head, "TOTAL");
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++)
		put_rate(a, ++y, top, rates[i].name, &top->numbers.rates[rates[i].rate],
			 rates[i].style);
}
