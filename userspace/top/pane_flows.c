// SPDX-License-Identifier: GPL-2.0
/* Who opens connections to whom, how fast, and what stays behind. */
#include <stdio.h>

#include "userspace/top/panes.h"
#include "userspace/base/time.h"

/* Columns; what a wide terminal has more goes to the names. */
#define OWNER_WIDTH 22
#define PEER_WIDTH 23
#define RATE_WIDTH 8
#define OPENED_WIDTH 8
#define LIVE_WIDTH 7
#define WAIT_WIDTH 7
#define SHARE_WIDTH 5
#define NUMBERS_WIDTH (RATE_WIDTH + OPENED_WIDTH + LIVE_WIDTH + WAIT_WIDTH + SHARE_WIDTH)
#define NARROW (NUMBERS_WIDTH + 30) /* below it names are worth more than totals */

/**
 * struct columns - how wide they are
 * @owner: names
 * @peer: names
 * @opened: 0: it is left out
 * @live: likewise
 */
struct columns {
	int owner;
	int peer;
	int opened;
	int live;
};

static struct columns columns_of(const struct area *a)
{
	struct columns c = { OWNER_WIDTH, PEER_WIDTH, OPENED_WIDTH, LIVE_WIDTH };
	int more = a->width - NUMBERS_WIDTH - OWNER_WIDTH - PEER_WIDTH;

	if (a->width < NARROW) {
		c.opened = 0;
		c.live = 0;
		more += OPENED_WIDTH + LIVE_WIDTH;
	}
	if (more < 0) {
		c.owner += more / 2;
		c.peer += more - more / 2;
		return c;
	}
	c.owner += more / 3 < 8 ? more / 3 : 8;
	more -= c.owner - OWNER_WIDTH;
	c.peer += more < 24 ? more : 24;
	return c;
}

#define SOON_NS (10 * MINUTE)

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
	struct columns c = columns_of(a);
	char text[NUMBER_MAX];
	int x;

	if (selected)
		area_row(a, y, GRID_SELECTED);
	x = area_column(a, 0, y, c.owner - 1, plain, f->owner) + 1;
	x = area_column(a, x, y, c.peer - 1, plain, f->peer) + 1;
	if (v->rates)
		number_rate(text, f->milli, RATE_WIDTH - 1);
	x = area_right(a, x, y, RATE_WIDTH, v->rates && f->milli ? plain : dim,
		       !v->rates      ? "-" :
		       v->updates > 1 ? text :
					"");
	if (v->rates)
		number_count(text, f->opened, OPENED_WIDTH - 1);
	if (c.opened)
		x = area_right(a, x, y, c.opened, v->rates && f->opened ? plain : dim,
			       v->rates ? text : "-");
	if (c.live)
		x = area_right(a, x, y, c.live, f->live ? plain : dim,
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

static void put_head(const struct area *a, const struct view *v, const struct ui_state *l)
{
	enum grid_style style = pane_head(a, l, UI_FLOWS);
	struct area names = *a;
	struct columns c = columns_of(a);
	int x = pane_title(a, style, UI_FLOWS, "FLOWS");

	pane_column(a, l, UI_FLOWS, x + 2, c.owner - x - 2, false, "OWNER");
	names.width = c.owner - 1;
	pane_more(&names, &l->lists[UI_FLOWS], style, v->flows_count, v->flows_count);
	x = c.owner;
	pane_column(a, l, UI_FLOWS, x, c.peer, false, "PEER");
	x += c.peer;
	pane_column(a, l, UI_FLOWS, x, RATE_WIDTH, true, "OPEN/S");
	x += RATE_WIDTH;
	if (c.opened)
		pane_column(a, l, UI_FLOWS, x, c.opened, true, "OPENED");
	x += c.opened;
	if (c.live)
		pane_column(a, l, UI_FLOWS, x, c.live, true, "LIVE");
	x += c.live;
	pane_column(a, l, UI_FLOWS, x, WAIT_WIDTH, true, "TWAIT");
	x += WAIT_WIDTH;
	area_right(a, x, 0, SHARE_WIDTH, style, "PORT");
}

void pane_flows(const struct area *a, const struct view *v, struct ui_state *l)
{
	struct ui_list *list = &l->lists[UI_FLOWS];
	int y = 0;

	pane_scroll(list, a->height - 1, v->flows_count);
	put_head(a, v, l);
	if (!v->flows_count)
		area_put(a, 0, 1, GRID_DIM, "no connections");
	for (size_t i = list->first; i < v->flows_count && y < a->height - 1; i++)
		put_row(a, ++y, v, &v->flows[i], l->pane == UI_FLOWS && i == list->cursor);
}
