// SPDX-License-Identifier: GPL-2.0
/* How long handshakes take, what is sent again, what was lost. */
#include "userspace/top/panes.h"
#include "userspace/base/array.h"
#include "userspace/base/duration.h"

#define NAME_WIDTH 11
#define SPAN_WIDTH 6
#define COUNT_WIDTH 8
#define RATE_WIDTH 9
#define TOTAL_WIDTH 11

static const struct {
	const char *name;
	size_t percentile; /* where in struct view_span */
} columns[] = {
	{ "p50", offsetof(struct view_span, p50) },
	{ "p90", offsetof(struct view_span, p90) },
	{ "p99", offsetof(struct view_span, p99) },
	{ "max", offsetof(struct view_span, max) },
};

#define COLUMNS ARRAY_SIZE(columns)
#define SPANS_WIDTH (NAME_WIDTH + (int)COLUMNS * SPAN_WIDTH)

static bool has_count(const struct area *a)
{
	return a->width >= SPANS_WIDTH + COUNT_WIDTH;
}

static void put_times(const struct area *a, int y, const char *name, const struct view_span *s)
{
	char number[NUMBER_MAX];
	int x = area_column(a, 0, y, NAME_WIDTH, s->count ? GRID_PLAIN : GRID_DIM, name);

	for (size_t i = 0; i < COLUMNS; i++) {
		uint64_t ns = *(const uint64_t *)((const char *)s + columns[i].percentile);

		x = area_right(a, x, y, SPAN_WIDTH, s->count ? GRID_PLAIN : GRID_DIM,
			       s->count ? duration_text(put_brief, ns).s : "-");
	}
	if (has_count(a))
		area_right(a, x, y, COUNT_WIDTH, s->count ? GRID_PLAIN : GRID_DIM,
			   number_count(number, s->count, COUNT_WIDTH - 1));
}

static void put_rate(const struct area *a, int y, const struct view *v, const char *name,
		     const struct view_rate *r, enum grid_style style)
{
	char number[NUMBER_MAX];
	int x = SPANS_WIDTH - RATE_WIDTH - TOTAL_WIDTH;

	style = r->total ? style : GRID_DIM;
	area_column(a, 0, y, x, style, name);
	if (!v->rates) {
		area_right(a, x + RATE_WIDTH, y, TOTAL_WIDTH, GRID_DIM, "-");
		return;
	}
	if (v->updates > 1)
		area_right(a, x, y, RATE_WIDTH, r->milli ? style : GRID_DIM,
			   number_rate(number, r->milli, RATE_WIDTH - 1));
	area_right(a, x + RATE_WIDTH, y, TOTAL_WIDTH, style,
		   number_count(number, r->total, TOTAL_WIDTH - 1));
	if (has_count(a))
		area_spark(a, SPANS_WIDTH + 1, y, a->width - SPANS_WIDTH - 1, GRID_GRAPH,
			   &r->graph);
}

void pane_times(const struct area *a, const struct view *v, const struct ui_state *l)
{
	enum grid_style style = pane_head(a, l, UI_TIMES);
	int x = NAME_WIDTH, y = 4;

	pane_title(a, style, UI_TIMES, "HANDSHAKE");
	for (size_t i = 0; i < COLUMNS; i++)
		x = area_right(a, x, 0, SPAN_WIDTH, style, columns[i].name);
	if (has_count(a))
		area_right(a, x, 0, COUNT_WIDTH, style, "COUNT");
	put_times(a, 1, "client", &v->spans[ACTIVITY_CLIENT]);
	put_times(a, 2, "server", &v->spans[ACTIVITY_SERVER]);
	put_times(a, 3, "accept wait", &v->spans[ACTIVITY_ACCEPT]);

	area_row(a, y, style);
	area_put(a, 2, y, style, "SENT AGAIN");
	area_right(a, SPANS_WIDTH - TOTAL_WIDTH - RATE_WIDTH, y, RATE_WIDTH, style, "A SECOND");
	area_right(a, SPANS_WIDTH - TOTAL_WIDTH, y, TOTAL_WIDTH, style, "TOTAL");
	put_rate(a, ++y, v, "SYN", &v->again[COUNTERS_SYN], GRID_WARN);
	put_rate(a, ++y, v, "SYN-ACK", &v->again[COUNTERS_SYN_ACK], GRID_WARN);
	put_rate(a, ++y, v, "FIN", &v->again[COUNTERS_FIN], GRID_WARN);
	put_rate(a, ++y, v, "RST sent", &v->resets[TCPTRAIL_OUT], GRID_PLAIN);
	put_rate(a, ++y, v, "RST received", &v->resets[TCPTRAIL_IN], GRID_PLAIN);
	put_rate(a, ++y, v, "records lost", &v->lost, GRID_BAD);
}
