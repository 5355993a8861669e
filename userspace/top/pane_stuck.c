// SPDX-License-Identifier: GPL-2.0
/* The worst stuck sockets, and why they are. */
#include <stdio.h>
#include <string.h>

#include "userspace/top/panes.h"
#include "userspace/base/time.h"

/* Columns; in a wide terminal the local end is whole, and unread bytes have their own. */
#define VERDICT_MIN 18 /* the pane's name, and what it is sorted by */
#define VERDICT_WIDTH 24
#define COUNT_WIDTH 7
#define AGE_WIDTH 9
#define PORT_WIDTH 7
#define END_WIDTH 22
#define UNREAD_WIDTH 9
#define WIDE 112

static void put_age_of(const struct area *a, int x, int y, enum grid_style style,
		       const struct view_stuck *s)
{
	char age[DURATION_MAX + 4], *p = age;

	if (s->at_least)
		p = put_str(p, a->grid->ascii ? ">=" : "≥");
	*put_age(p, s->age_ns) = '\0';
	area_right(a, x, y, AGE_WIDTH - 1, style, s->burst ? "-" : age);
}

static enum grid_style style_of(const struct view_stuck *s)
{
	return s->age_ns > 5 * MINUTE && !s->burst ? GRID_BAD : GRID_WARN;
}

/**
 * struct widths - no wider than they need: what is left is the holders'
 * @verdict: names of verdicts, or the pane's
 * @end: remote ends
 */
struct widths {
	int verdict;
	int end;
};

static int wider(int width, const char *text, int most)
{
	int columns = grid_columns(text) + 1;

	columns = columns < most ? columns : most;
	return columns > width ? columns : width;
}

static struct widths widths_of(const struct view *v)
{
	struct widths w = { VERDICT_MIN, sizeof("REMOTE") + 1 };

	for (size_t i = 0; i < v->stuck_count; i++) {
		w.verdict = wider(w.verdict, v->stuck[i].verdict, VERDICT_WIDTH);
		w.end = wider(w.end, v->stuck[i].remote, END_WIDTH);
	}
	return w;
}

static void put_row(const struct area *a, int y, struct widths w, const struct view_stuck *s,
		    bool selected)
{
	enum grid_style plain = selected ? GRID_SELECTED : GRID_PLAIN;
	char text[32];
	int x;

	if (selected)
		area_row(a, y, GRID_SELECTED);
	x = area_column(a, 0, y, w.verdict - 1, selected ? plain : style_of(s), s->verdict) + 1;
	area_right(a, x, y, COUNT_WIDTH - 1, plain, number_count(text, s->count, COUNT_WIDTH - 1));
	x += COUNT_WIDTH;
	put_age_of(a, x, y, plain, s);
	x += AGE_WIDTH;
	if (a->width >= WIDE) {
		x = area_column(a, x, y, END_WIDTH - 1, plain, s->local) + 1;
	} else {
		snprintf(text, sizeof(text), ":%u", s->lport);
		x = area_column(a, x, y, PORT_WIDTH - 1, plain, s->lport ? text : "*") + 1;
	}
	x = area_column(a, x, y, w.end - 1, plain, s->remote) + 1;
	if (a->width >= WIDE) {
		number_count(text, s->unread, UNREAD_WIDTH - 1);
		area_right(a, x, y, UNREAD_WIDTH - 1, plain, s->unread ? text : "-");
		x += UNREAD_WIDTH;
	}
	area_column(a, x, y, a->width - x, plain, s->holder[0] ? s->holder : "-");
}

static void put_head(const struct area *a, struct widths w, const struct ui_state *l)
{
	enum grid_style style = pane_head(a, l, UI_STUCK);
	const char *sort = ui_sort_name(l, UI_STUCK);
	int x = pane_title(a, style, UI_STUCK, "STUCK") + 1;

	/* What has no column of its own, or none here. */
	if (!strcmp(sort, "worst"))
		pane_column(a, l, UI_STUCK, x, w.verdict - x, false, "WORST");
	else if (!strcmp(sort, "verdict"))
		pane_column(a, l, UI_STUCK, x, w.verdict - x, false, "VERDICT");
	else if (!strcmp(sort, "unread") && a->width < WIDE)
		pane_column(a, l, UI_STUCK, x, w.verdict - x, false, "UNREAD");
	x = w.verdict;
	pane_column(a, l, UI_STUCK, x, COUNT_WIDTH - 1, true, "COUNT");
	x += COUNT_WIDTH;
	pane_column(a, l, UI_STUCK, x, AGE_WIDTH - 1, true, "AGE");
	x += AGE_WIDTH;
	pane_column(a, l, UI_STUCK, x, a->width >= WIDE ? END_WIDTH : PORT_WIDTH, false,
		    a->width >= WIDE ? "LOCAL" : "PORT");
	x += a->width >= WIDE ? END_WIDTH : PORT_WIDTH;
	pane_column(a, l, UI_STUCK, x, w.end, false, "REMOTE");
	x += w.end;
	if (a->width >= WIDE) {
		pane_column(a, l, UI_STUCK, x, UNREAD_WIDTH - 1, true, "UNREAD");
		x += UNREAD_WIDTH;
	}
	pane_column(a, l, UI_STUCK, x, a->width - x, false, "HOLDER");
}

void pane_stuck(const struct area *a, const struct view *v, struct ui_state *l)
{
	struct ui_list *list = &l->lists[UI_STUCK];
	/* Under the row that is selected stands why it is stuck. */
	bool explain = l->pane == UI_STUCK && a->height > 3 && v->stuck_count;
	struct widths w = widths_of(v);
	int rows = a->height - 1 - explain, y = 0;

	pane_scroll(list, rows, v->stuck_count);
	put_head(a, w, l);
	pane_more(a, list, l->pane == UI_STUCK ? GRID_FOCUS : GRID_HEAD, v->stuck_count,
		  v->stuck_groups);
	if (!v->stuck_count)
		area_put(a, 0, 1, GRID_DIM, "nothing is stuck");
	for (size_t i = list->first; i < v->stuck_count && y < a->height - 1; i++) {
		bool selected = l->pane == UI_STUCK && i == list->cursor;

		put_row(a, ++y, w, &v->stuck[i], selected);
		if (selected && explain)
			area_column(a, 2, ++y, a->width - 2, GRID_PLAIN, v->stuck[i].sentence);
	}
}
