// SPDX-License-Identifier: GPL-2.0
/* The lists: what is stuck, the most severe first, and who opens connections to whom. */
#include <stdio.h>
#include <string.h>

#include "userspace/base/duration.h"
#include "userspace/base/time.h"
#include "userspace/top/panes.h"

#define WIDE 112 /* the local end is whole, and unread bytes have a column */
#define NARROW 65 /* below it names are worth more than totals */

#define STUCK(cell, field) cell, offsetof(struct stuck_row, field)
#define FLOW(cell, field) cell, offsetof(struct flow_row, field)

const struct column stuck_columns[] = {
	{ "SEVERITY", STUCK(CELL_RANK, rank), .width = 0 },
	{ "VERDICT", STUCK(CELL_VERDICT, verdict), .width = 18, .most = 24 },
	{ "COUNT", STUCK(CELL_COUNT, count), .width = 7 },
	{ "AGE", STUCK(CELL_AGE, age_ns), .width = 9 },
	{ "PORT", STUCK(CELL_PORT, lport), .width = 7, .below = WIDE },
	{ "LOCAL", STUCK(CELL_TEXT, local), .width = 22, .from = WIDE, .unsorted = true },
	{ "REMOTE", STUCK(CELL_TEXT, remote), .width = 8, .most = 22 },
	{ "UNREAD", STUCK(CELL_BYTES, unread), .width = 9, .from = WIDE },
	{ "HOLDER", STUCK(CELL_TEXT, holder), .width = GRID_MAX },
	{ 0 },
};

enum { OWNER, PEER };

const struct column flow_columns[] = {
	[OWNER] = { "OWNER", FLOW(CELL_TEXT, owner), .width = 22 },
	[PEER] = { "PEER", FLOW(CELL_TEXT, peer), .width = 23 },
	[FLOWS_BY_RATE] = { "OPEN/S", FLOW(CELL_RATE, milli), .width = 9 },
	{ "OPENED", FLOW(CELL_TOTAL, opened), .width = 8, .from = NARROW },
	{ "LIVE", FLOW(CELL_COUNT, live), .width = 7, .from = NARROW },
	{ "TWAIT", FLOW(CELL_COUNT, time_wait), .width = 7 },
	{ "PORT", FLOW(CELL_SHARE, share), .width = 5, .unsorted = true },
	{ 0 },
};

#define OLD_NS (5 * MINUTE)
#define SOON_NS (10 * MINUTE)

static enum grid_style put_share(char to[NUMBER_MAX], const struct flow_row *f)
{
	unsigned int share = (unsigned int)f->share;

	if (f->passive)
		strcpy(to, "-");
	else if (share && share < 95)
		snprintf(to, NUMBER_MAX, "%u.%u%%", share / 10, share % 10);
	else
		snprintf(to, NUMBER_MAX, "%u%%", (share + 5) / 10);
	if (f->passive)
		return GRID_DIM;
	if (share >= 800 || f->out_ns < SOON_NS)
		return GRID_BAD;
	return share >= 400 ? GRID_WARN : GRID_PLAIN;
}

static enum grid_style put_age_of(char to[NUMBER_MAX], const struct stuck_row *s, bool ascii)
{
	snprintf(to, NUMBER_MAX, "%s%s",
		 !s->at_least || s->burst ? "" :
		 ascii			  ? ">=" :
					    "≥",
		 s->burst ? "-" : number_text(put_age, s->age_ns).s);
	return s->burst ? GRID_DIM : GRID_PLAIN;
}

static enum grid_style put_number(char to[NUMBER_MAX], const struct top *top,
				  const struct column *c, const char *row, int width)
{
	uint64_t n = *(const uint64_t *)(row + c->offset);
	bool needs_trail = c->cell == CELL_TOTAL || c->cell == CELL_RATE;

	if (c->cell == CELL_SHARE)
		return put_share(to, (const struct flow_row *)row);
	if (c->cell == CELL_AGE)
		return put_age_of(to, (const struct stuck_row *)row, top->grid.ascii);
	if (c->cell == CELL_PORT)
		snprintf(to, NUMBER_MAX, n ? ":%llu" : "*", (unsigned long long)n);
	else if ((needs_trail && !top->has_trail) || (c->cell == CELL_BYTES && !n))
		strcpy(to, "-");
	else if (c->cell != CELL_RATE)
		number_count(to, n, width);
	else if (top_has_rates(top))
		number_rate(to, n, width);
	return n && (!needs_trail || top->has_trail) ? GRID_PLAIN : GRID_DIM;
}

static bool is_right(const struct column *c)
{
	return c->cell < CELL_TEXT && c->cell != CELL_PORT;
}

static void put_cell(const struct area *a, int x, int y, int width, enum grid_style style,
		     bool right, const char *text)
{
	if (right)
		area_right(a, x, y, width, style, text);
	else
		area_column(a, x, y, width, style, text);
}

static enum grid_style style_of_verdict(const struct stuck_row *s)
{
	return s->age_ns > OLD_NS && !s->burst ? GRID_BAD : GRID_WARN;
}

static void put_row(const struct area *a, int y, const struct top *top, const struct column *c,
		    const int *widths, const char *row, bool selected)
{
	char number[NUMBER_MAX];

	if (selected)
		area_row(a, y, GRID_SELECTED);
	for (int x = 0; c->name; x += *widths++, c++) {
		enum grid_style style = GRID_PLAIN;
		const char *text = row + c->offset;

		number[0] = '\0';
		if (c->cell < CELL_TEXT) {
			style = put_number(number, top, c, row, *widths - 1);
			text = number;
		} else if (c->cell == CELL_VERDICT) {
			style = style_of_verdict((const struct stuck_row *)row);
		}
		if (*widths)
			put_cell(a, x, y, *widths - 1, selected ? GRID_SELECTED : style,
				 is_right(c), *text || c->cell < CELL_TEXT ? text : "-");
	}
}

/* A column that the rows are sorted by, but that is not shown, is named beside the pane. */
static void put_head(const struct area *a, const struct top *top, unsigned int pane,
		     const char *title, const int *widths)
{
	const struct list *list = &top->lists[pane];
	const struct column *sort = &list->columns[list->sort], *c;
	const char *mark = top->grid.ascii ? "v^" : "▼▲";
	int length = (int)strlen(mark) / 2, after = pane_head(a, &top->ui, pane, title) + 1, x = 0;
	char text[32];

	for (int i = 0; list->columns[i].name; x += widths[i++]) {
		if (!widths[i])
			continue;
		c = after && !widths[list->sort] ? sort : &list->columns[i];
		snprintf(text, sizeof(text), "%s%.*s", c->name, c == sort ? length : 0,
			 mark + (list->reverse ? length : 0));
		put_cell(a, x + after, 0, widths[i] - after - 1, pane_style(&top->ui, pane),
			 is_right(&list->columns[i]), text);
		after = 0;
	}
}

/* At the right of an area's head, beside the pane's name: which rows are to be seen, if not all are. */
static void put_range(const struct area *a, const struct list *list, size_t total,
		      enum grid_style style)
{
	size_t fit = list->fit > 0 ? (size_t)list->fit : 1, last = list->first + fit;
	char text[64];
	int columns;

	if (!list->count || (list->count == total && list->count <= (size_t)list->fit))
		return;
	snprintf(text, sizeof(text), " %zu-%zu/%zu", list->first + 1,
		 last < list->count ? last : list->count, total);
	columns = grid_columns(text);
	if (columns + 9 <= a->width)
		area_right(a, a->width - columns, 0, columns, style, text);
}

static void set_widths(int *widths, const struct list *list, int width)
{
	for (const struct column *c = list->columns; c->name; c++, widths++) {
		bool shown = width >= c->from && (!c->below || width < c->below);

		*widths = shown ? c->width : 0;
		for (size_t i = 0; i < list->count && *widths < c->most; i++) {
			const char *row = list_row(list, i);
			int columns = grid_columns(row + c->offset) + 1;

			columns = columns < c->most ? columns : c->most;
			*widths = columns > *widths ? columns : *widths;
		}
	}
}

/* The rows, and under the selected one why it is stuck, if there is room. */
static void put_rows(const struct area *a, const struct top *top, unsigned int pane,
		     const int *widths, bool explain)
{
	const struct list *list = &top->lists[pane];
	int y = 0;

	for (size_t i = list->first; i < list->count && y < a->height - 1; i++) {
		const char *row = list_row(list, i);
		bool selected = top->ui.pane == pane && i == list->cursor;

		put_row(a, ++y, top, list->columns, widths, row, selected);
		if (selected && explain)
			area_column(a, 2, ++y, a->width - 2, GRID_PLAIN,
				    ((const struct stuck_row *)row)->sentence);
	}
}

void pane_stuck(const struct area *a, struct top *top)
{
	struct list *list = &top->lists[UI_STUCK];
	bool explain = top->ui.pane == UI_STUCK && a->height > 3 && list->count;
	int widths[LIST_COLUMNS_MAX];

	set_widths(widths, list, a->width);
	list_scroll(list, a->height - 1 - explain);
	put_head(a, top, UI_STUCK, "STUCK", widths);
	put_range(a, list, top->stuck_groups, pane_style(&top->ui, UI_STUCK));
	if (!list->count)
		area_put(a, 0, 1, GRID_DIM, "nothing is stuck");
	put_rows(a, top, UI_STUCK, widths, explain);
}

/* What a wide terminal has more goes to the names, what a narrow one lacks is theirs. */
static void fit_names(int *widths, int more)
{
	int owner = more < 0 ? more / 2 : more / 3 < 8 ? more / 3 : 8;

	widths[OWNER] += owner;
	more -= owner;
	widths[PEER] += more < 24 ? more : 24;
}

void pane_flows(const struct area *a, struct top *top)
{
	struct list *list = &top->lists[UI_FLOWS];
	struct area names = *a;
	int widths[LIST_COLUMNS_MAX],
		more = a->width + 1; /* no space is needed behind the last one */

	set_widths(widths, list, a->width);
	for (int i = 0; list->columns[i].name; i++)
		more -= widths[i];
	fit_names(widths, more);
	list_scroll(list, a->height - 1);
	put_head(a, top, UI_FLOWS, "FLOWS ", widths);
	names.width = widths[OWNER] - 1;
	put_range(&names, list, list->count, pane_style(&top->ui, UI_FLOWS));
	if (!list->count)
		area_put(a, 0, 1, GRID_DIM, "no connections");
	put_rows(a, top, UI_FLOWS, widths, false);
}
