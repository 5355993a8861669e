// SPDX-License-Identifier: GPL-2.0
/* Where everything stands. */
#include <stdio.h>

#include "userspace/top/panes.h"

#define TIMES_FULL 35 /* columns of the times' pane; a wide screen gives it counts, too */
#define TIMES_WIDE 48
#define WIDE 110
#define BESIDE 168 /* from here on the panes STUCK and FLOWS stand beside each other */
#define BOTH_ROWS (STATES_ROWS + 5) /* below it one pane at a time */
#define BOTH_WIDTH (TIMES_FULL + 40)

static void put_title(const struct area *a, const struct view *v, const struct ui_state *l)
{
	char left[160], text[160], speed[32] = "";
	int right;

	area_row(a, 0, GRID_TITLE);
	if (v->speed_milli && v->speed_milli != 1000)
		snprintf(speed, sizeof(speed), "%gx ", (double)v->speed_milli / 1000);
	snprintf(text, sizeof(text), " %s%s%s",
		 v->ended  ? "END " :
		 l->paused ? "PAUSED " :
			     "",
		 speed, v->clock);
	right = grid_columns(text);
	snprintf(left, sizeof(left), "tcptrail top  %s  %s", v->host, v->source);
	area_column(a, 0, 0, a->width, GRID_TITLE, left);
	if (right + 13 < a->width) /* beside "tcptrail top" at the least */
		area_right(a, a->width - right, 0, right, GRID_TITLE, text);
}

static int put_pair(const struct area *a, int x, const char *number, enum grid_style style,
		    const char *what)
{
	x = area_put(a, x, 0, style, number) + 1;
	return area_put(a, x, 0, GRID_PLAIN, what) + 3;
}

static void put_summary(const struct area *a, const struct view *v, const struct ui_state *l)
{
	char number[NUMBER_MAX];
	int x = 0;

	x = put_pair(a, x, number_count(number, v->sockets, 9), GRID_BOLD, "sockets");
	if (v->rates && v->updates > 1) {
		x = put_pair(a, x, number_rate(number, v->opened.milli, 6), GRID_BOLD, "opened/s");
		x = put_pair(a, x, number_rate(number, v->ended_lives.milli, 6), GRID_BOLD,
			     "ended/s");
	}
	x = put_pair(a, x, number_count(number, v->stuck_total, 9),
		     v->stuck_total ? GRID_WARN : GRID_BOLD, "stuck");
	if (v->lost.total)
		x = put_pair(a, x, number_count(number, v->lost.total, 9), GRID_BAD,
			     "records lost");
	if (l->filter[0]) {
		x = area_put(a, x, 0, GRID_WARN, "only: ");
		x = area_put(a, x, 0, GRID_WARN, l->filter) + 3;
	}
	if (v->note[0])
		area_column(a, x, 0, a->width - x, GRID_WARN, v->note);
	else if (v->rates && a->width - x > 4)
		area_spark(a, x, 0, a->width - x, GRID_GRAPH, &v->opened.graph);
}

static int put_hint(const struct area *a, int x, const char *key, const char *what)
{
	x = area_put(a, x, 0, GRID_KEY, key);
	return area_put(a, x + 1, 0, GRID_PLAIN, what) + 2;
}

static void put_hints(const struct area *a, const struct view *v, const struct ui_state *l)
{
	int x = 0;

	if (l->mode == UI_TEXT) {
		x = put_hint(a, x, "Esc", "back");
		if (l->selector[0])
			x = put_hint(a, x, "l", "ladder");
		put_hint(a, x, a->grid->ascii ? "up down" : "↑ ↓", "scroll");
		return;
	}
	x = put_hint(a, x, "q", "quit");
	x = put_hint(a, x, "?", "help");
	x = put_hint(a, x, "/", "filter");
	x = put_hint(a, x, "Tab", "pane");
	if (ui_sort_name(l, l->pane)[0])
		x = put_hint(a, x, "s", "sort");
	if (l->pane == UI_STUCK && v->stuck_count)
		x = put_hint(a, x, "Enter", "why");
	x = put_hint(a, x, "p", l->paused ? "go on" : "pause");
	if (v->speed_milli)
		x = put_hint(a, x, "+ -", "speed");
	if (l->pane == UI_STUCK && v->stuck_count)
		put_hint(a, x, "a", l->each ? "groups" : "each");
}

static void put_foot(const struct area *a, const struct view *v, const struct ui_state *l)
{
	int x, skip;

	if (l->mode == UI_EDIT) {
		x = area_put(a, 0, 0, GRID_KEY, "filter:") + 1;
		/* The end is where one types. */
		skip = (int)l->edit_length - (a->width - x - 1);
		x = area_put(a, x, 0, GRID_BOLD, l->edit + (skip > 0 ? skip : 0));
		area_char(a, x, 0, GRID_SELECTED, ' ');
		if (l->message[0])
			area_column(a, x + 2, 0, a->width - x - 2, GRID_WARN, l->message);
		else if (!l->edit_length)
			area_put(a, x + 2, 0, GRID_DIM, ":443  10.0.0.0/8  close-wait  nginx");
	} else if (l->message[0]) {
		area_column(a, 0, 0, a->width, GRID_WARN, l->message);
	} else {
		put_hints(a, v, l);
	}
}

static void draw_pane(const struct area *a, const struct view *v, struct ui_state *l)
{
	switch (l->pane) {
	case UI_STATES:
		pane_states(a, v, l);
		break;
	case UI_TIMES:
		pane_times(a, v, l);
		break;
	case UI_STUCK:
		pane_stuck(a, v, l);
		break;
	default:
		pane_flows(a, v, l);
	}
}

/* The first rows, or columns, of what is left of an area. */
static struct area split_rows(struct area *a, int rows)
{
	struct area top = *a;

	top.height = rows;
	a->y += rows;
	a->height -= rows;
	return top;
}

static struct area split_columns(struct area *a, int columns)
{
	struct area left = *a;

	left.width = columns;
	a->x += columns;
	a->width -= columns;
	return left;
}

/* As many rows as a pane can use, but the others shall have theirs. */
static int stuck_rows(const struct area *a, const struct view *v, const struct ui_state *l)
{
	size_t want = 1 + (v->stuck_count ? v->stuck_count + (l->pane == UI_STUCK) : 1);
	size_t other = 1 + (v->flows_count ? v->flows_count : 1);
	size_t object = (size_t)a->height / 2;
	size_t most = (size_t)a->height;

	if (l->pane == UI_STUCK)
		object = (size_t)a->height * 3 / 5;
	else if (l->pane == UI_FLOWS)
		object = (size_t)a->height * 2 / 5;
	if (want <= object)
		return (int)want;
	if (other < most - object)
		object = most - other;
	return (int)(want < object ? want : object);
}

static void draw_all(struct area a, const struct view *v, struct ui_state *l)
{
	struct area top = split_rows(&a, STATES_ROWS), left;
	int gap = a.height > 16; /* where there is room, air */

	left = split_columns(&top, top.width - (top.width >= WIDE ? TIMES_WIDE : TIMES_FULL) - 1);
	split_columns(&top, 1);
	pane_states(&left, v, l);
	pane_times(&top, v, l);
	split_rows(&a, gap);
	if (a.width >= BESIDE) {
		left = split_columns(&a, a.width / 2);
		split_columns(&a, 1);
		pane_stuck(&left, v, l);
		pane_flows(&a, v, l);
		return;
	}
	top = split_rows(&a, stuck_rows(&a, v, l));
	pane_stuck(&top, v, l);
	split_rows(&a, gap);
	pane_flows(&a, v, l);
}

void screen_draw(struct grid *g, const struct view *v, struct ui_state *l, bool interactive)
{
	struct area a = grid_area(g), part;

	grid_clear(g);
	if (a.height > 2) {
		part = split_rows(&a, 1);
		put_title(&part, v, l);
	}
	if (a.height > 6) {
		part = split_rows(&a, 1);
		put_summary(&part, v, l);
	}
	if (interactive && (a.height > 4 || l->mode == UI_EDIT)) {
		part = a;
		part.y += --a.height;
		part.height = 1;
		put_foot(&part, v, l);
	}
	if (l->mode == UI_TEXT)
		pane_text(&a, l);
	else if (l->zoom || a.height < BOTH_ROWS || a.width < BOTH_WIDTH)
		draw_pane(&a, v, l);
	else
		draw_all(a, v, l);
}
