// SPDX-License-Identifier: GPL-2.0
/* Where everything stands. */
#include <stdio.h>

#include "userspace/base/array.h"
#include "userspace/top/panes.h"

#define TIMES_FULL 35 /* columns of the times' pane; a wide screen gives it counts, too */
#define TIMES_WIDE 48
#define WIDE 110
#define BESIDE 168 /* from here on the panes STUCK and FLOWS stand beside each other */
#define BOTH_ROWS (STATES_ROWS + 5) /* below it one pane at a time */
#define BOTH_WIDTH (TIMES_FULL + 40)

static void put_title(const struct area *a, const struct top *top)
{
	const struct clock *clock = &top->clock;
	bool file = top->source.file;
	char left[160], text[160], speed[32] = "";
	int right;

	area_row(a, 0, GRID_TITLE);
	if (file && top->play.speed_milli != 1000)
		snprintf(speed, sizeof(speed), "%gx ", (double)top->play.speed_milli / 1000);
	snprintf(text, sizeof(text), " %s%s%s%s%s",
		 top->ended	? "END " :
		 top->ui.paused ? "PAUSED " :
				  "",
		 speed, file ? clock->date : "", file ? " " : "", clock->time);
	right = grid_columns(text);
	snprintf(left, sizeof(left), "tcptrail top  %s  %.64s", top->session.origin.hostname,
		 file		? top->source.file :
		 top->has_trail ? "live" :
				  "no module");
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

static void put_summary(const struct area *a, const struct top *top)
{
	const struct rate *rates = top->numbers.rates;
	uint64_t sockets = top->activity.total, stuck = top->stuck_total;
	char number[NUMBER_MAX];
	int x = 0;

	x = put_pair(a, x, number_count(number, sockets, 9), GRID_BOLD, "sockets");
	if (top_has_rates(top)) {
		x = put_pair(a, x, number_rate(number, rates[RATE_OPENED].milli, 6), GRID_BOLD,
			     "opened/s");
		x = put_pair(a, x, number_rate(number, rates[RATE_ENDED].milli, 6), GRID_BOLD,
			     "ended/s");
	}
	x = put_pair(a, x, number_count(number, stuck, 9), stuck ? GRID_WARN : GRID_BOLD, "stuck");
	if (rates[RATE_LOST].total)
		x = put_pair(a, x, number_count(number, rates[RATE_LOST].total, 9), GRID_BAD,
			     "records lost");
	if (top->ui.filter[0]) {
		x = area_put(a, x, 0, GRID_WARN, "only: ");
		x = area_put(a, x, 0, GRID_WARN, top->ui.filter) + 3;
	}
	if (top->note[0])
		area_column(a, x, 0, a->width - x, GRID_WARN, top->note);
	else if (top->has_trail && a->width - x > 4)
		area_spark(a, x, 0, a->width - x, &rates[RATE_OPENED].graph);
}

static void put_hints(const struct area *a, const struct top *top)
{
	const struct ui_state *ui = &top->ui;
	bool text = ui->mode == UI_TEXT, stuck = ui->pane == UI_STUCK && top->lists[UI_STUCK].count;
	const struct {
		bool shown;
		const char *key;
		const char *what;
	} hints[] = {
		{ text, "Esc", "back" },
		{ text && ui->selector[0], "l", "ladder" },
		{ text, a->grid->ascii ? "up down" : "↑ ↓", "scroll" },
		{ !text, "q", "quit" },
		{ !text, "?", "help" },
		{ !text, "/", "filter" },
		{ !text, "Tab", "pane" },
		{ !text && top->lists[ui->pane].columns, "s", "sort" },
		{ !text && stuck, "Enter", "why" },
		{ !text, "p", ui->paused ? "go on" : "pause" },
		{ !text && top->source.file, "+ -", "speed" },
		{ !text && stuck, "a", ui->each ? "groups" : "each" },
	};
	int x = 0;

	for (size_t i = 0; i < ARRAY_SIZE(hints); i++) {
		if (!hints[i].shown)
			continue;
		x = area_put(a, x, 0, GRID_KEY, hints[i].key) + 1;
		x = area_put(a, x, 0, GRID_PLAIN, hints[i].what) + 2;
	}
}

static void put_foot(const struct area *a, const struct top *top)
{
	const struct ui_state *ui = &top->ui;
	int x, length = (int)strlen(ui->edit), skip;

	if (ui->mode == UI_EDIT) {
		x = area_put(a, 0, 0, GRID_KEY, "filter:") + 1;
		/* The end is where one types. */
		skip = length - (a->width - x - 1);
		x = area_put(a, x, 0, GRID_BOLD,
			     ui->edit + (skip <= 0     ? 0 :
					 skip < length ? skip :
							 length));
		area_char(a, x, 0, GRID_SELECTED, ' ');
		if (ui->message[0])
			area_column(a, x + 2, 0, a->width - x - 2, GRID_WARN, ui->message);
		else if (!length)
			area_put(a, x + 2, 0, GRID_DIM, ":443  10.0.0.0/8  close-wait  nginx");
	} else if (ui->message[0]) {
		area_column(a, 0, 0, a->width, GRID_WARN, ui->message);
	} else {
		put_hints(a, top);
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
static int stuck_rows(int rows, const struct top *top)
{
	size_t stuck = top->lists[UI_STUCK].count, flows = top->lists[UI_FLOWS].count;
	size_t want = 1 + (stuck ? stuck + (top->ui.pane == UI_STUCK) : 1);
	size_t other = 1 + (flows ? flows : 1), height = (size_t)rows;
	size_t share = top->ui.pane == UI_STUCK ? height * 3 / 5 :
		       top->ui.pane == UI_FLOWS ? height * 2 / 5 :
						  height / 2;

	if (want > share && other < height - share)
		share = height - other;
	return (int)(want < share ? want : share);
}

static void draw_all(struct area a, struct top *top)
{
	struct area upper = split_rows(&a, STATES_ROWS), left;
	int gap = a.height > 16; /* where there is room, air */

	left = split_columns(&upper,
			     upper.width - (upper.width >= WIDE ? TIMES_WIDE : TIMES_FULL) - 1);
	split_columns(&upper, 1);
	pane_states(&left, top);
	pane_times(&upper, top);
	split_rows(&a, gap);
	if (a.width >= BESIDE) {
		left = split_columns(&a, a.width / 2);
		split_columns(&a, 1);
		pane_stuck(&left, top);
	} else {
		upper = split_rows(&a, stuck_rows(a.height, top));
		pane_stuck(&upper, top);
		split_rows(&a, gap);
	}
	pane_flows(&a, top);
}

void screen_draw(struct top *top, bool interactive)
{
	static void (*const panes[UI_PANES])(const struct area *a,
					     struct top *top) = { pane_states, pane_times,
								  pane_stuck, pane_flows };
	struct area a = grid_area(&top->grid), part;

	grid_clear(&top->grid);
	if (a.height > 2) {
		part = split_rows(&a, 1);
		put_title(&part, top);
	}
	if (a.height > 6) {
		part = split_rows(&a, 1);
		put_summary(&part, top);
	}
	if (interactive && (a.height > 4 || top->ui.mode == UI_EDIT)) {
		part = a;
		part.y += --a.height;
		part.height = 1;
		put_foot(&part, top);
	}
	if (top->ui.mode == UI_TEXT)
		pane_text(&a, &top->ui);
	else if (top->ui.zoom || a.height < BOTH_ROWS || a.width < BOTH_WIDTH)
		panes[top->ui.pane](&a, top);
	else
		draw_all(a, top);
}
