// SPDX-License-Identifier: GPL-2.0
/* Who opens connections to whom, how fast, and what stays behind. */
#include <stdio.h>

#include "panes.h"

/* Columns; what a wide terminal has more goes to the names. */
#define OWNER_WIDTH 22
#define PEER_WIDTH 23
#define RATE_WIDTH 8
#define OPENED_WIDTH 8
#define LIVE_WIDTH 7
#define WAIT_WIDTH 7
#define SHARE_WIDTH 5
#define ALL_WIDTH                                                                         \
	(OWNER_WIDTH + PEER_WIDTH + RATE_WIDTH + OPENED_WIDTH + LIVE_WIDTH + WAIT_WIDTH + \
	 SHARE_WIDTH)

struct widths {
	int owner;
	int peer;
};

static struct widths widths_of(const struct area *a)
{
	int more = a->width > ALL_WIDTH ? a->width - ALL_WIDTH : 0;
	int owner = more / 3 < 8 ? more / 3 : 8;

	more = more - owner < 24 ? more - owner : 24;
	return (struct widths){ OWNER_WIDTH + owner, PEER_WIDTH + more };
}

#define SOON_NS 600000000000ULL

static enum grid_style style_of_share(const struct view_flow *f)
{
	if (f->share >= 800 || f->out_ns < SOON_NS)
		return GRID_BAD;
	return f->share >= 400 ? GRID_WARN : GRID_PLAIN;
}

static void put_row(const struct area *a, int y, const struct view *v, const struct view_flow *f,
		    bool selected)
{
	enum grid_style plain = selected ? GRID_SELECTED : GRID_PLAIN;
	enum grid_style dim = selected ? GRID_SELECTED : GRID_DIM;
	struct widths widths = widths_of(a);
	char text[NUMBER_MAX];
	int x;

	if (selected)
		area_row(a, y, GRID_SELECTED);
	x = area_column(a, 0, y, widths.owner - 1, plain, f->owner) + 1;
	x = area_column(a, x, y, widths.peer - 1, plain, f->peer) + 1;
	if (v->rates)
		number_rate(text, f->milli, RATE_WIDTH - 1);
	x = area_right(a, x, y, RATE_WIDTH, v->rates && f->milli ? plain : dim,
		       !v->rates    ? "-" :
		       v->looks > 1 ? text :
				      "");
	if (v->rates)
		number_count(text, f->opened, OPENED_WIDTH - 1);
	x = area_right(a, x, y, OPENED_WIDTH, v->rates && f->opened ? plain : dim,
		       v->rates ? text : "-");
	x = area_right(a, x, y, LIVE_WIDTH, f->live ? plain : dim,
		       number_count(text, f->live, LIVE_WIDTH - 1));
	x = area_right(a, x, y, WAIT_WIDTH, f->time_wait ? plain : dim,
		       number_count(text, f->time_wait, WAIT_WIDTH - 1));
	if (f->share && f->share < 95)
		snprintf(text, sizeof(text), "%u.%u%%", f->share / 10, f->share % 10);
	else
		snprintf(text, sizeof(text), "%u%%", (f->share + 5) / 10);
	area_right(a, x, y, SHARE_WIDTH,
		   selected   ? GRID_SELECTED :
		   f->passive ? GRID_DIM :
				style_of_share(f),
		   f->passive ? "-" : text);
}

static void put_head(const struct area *a, const struct look *l)
{
	enum grid_style style = pane_head(a, l, LOOK_FLOWS);
	struct widths widths = widths_of(a);
	int x = pane_title(a, style, LOOK_FLOWS, "CHURN");

	pane_column(a, l, LOOK_FLOWS, x + 2, widths.owner - x - 2, false, "OWNER");
	x = widths.owner;
	pane_column(a, l, LOOK_FLOWS, x, widths.peer, false, "PEER");
	x += widths.peer;
	pane_column(a, l, LOOK_FLOWS, x, RATE_WIDTH, true, "OPEN/S");
	x += RATE_WIDTH;
	pane_column(a, l, LOOK_FLOWS, x, OPENED_WIDTH, true, "OPENED");
	x += OPENED_WIDTH;
	pane_column(a, l, LOOK_FLOWS, x, LIVE_WIDTH, true, "LIVE");
	x += LIVE_WIDTH;
	pane_column(a, l, LOOK_FLOWS, x, WAIT_WIDTH, true, "TWAIT");
	x += WAIT_WIDTH;
	area_right(a, x, 0, SHARE_WIDTH, style, "PORT");
}

void pane_flows(const struct area *a, const struct view *v, struct look *l)
{
	struct look_list *list = &l->lists[LOOK_FLOWS];
	int y = 0;

	pane_scroll(list, a->height - 1, v->flows_count);
	put_head(a, l);
	if (!v->flows_count)
		area_put(a, 0, 1, GRID_DIM, "no connections");
	for (size_t i = list->first; i < v->flows_count && y < a->height - 1; i++)
		put_row(a, ++y, v, &v->flows[i], l->pane == LOOK_FLOWS && i == list->cursor);
}
