/* SPDX-License-Identifier: GPL-2.0 */
/* The panes, one file each, and how they stand on the screen. */
#ifndef TOP_PANES_H
#define TOP_PANES_H

#include "userspace/top/ui_state.h"

/** screen_draw() - all of it, into a grid of any size; @interactive: with a line of keys */
void screen_draw(struct grid *g, const struct view *v, struct ui_state *l, bool interactive);

#define STATES_ROWS 11 /* head included */

void pane_states(const struct area *a, const struct view *v, const struct ui_state *l);
void pane_times(const struct area *a, const struct view *v, const struct ui_state *l);
void pane_stuck(const struct area *a, const struct view *v, struct ui_state *l);
void pane_flows(const struct area *a, const struct view *v, struct ui_state *l);
void pane_text(const struct area *a, struct ui_state *l);

/* pane.c: what they share */

/** pane_head() - the row of names, in the style of @pane; returns that style */
enum grid_style pane_head(const struct area *a, const struct ui_state *l, unsigned int pane);

/** pane_title() - number and name of the pane at the left of its head; returns the column after */
int pane_title(const struct area *a, enum grid_style style, unsigned int pane, const char *name);

/** pane_column() - a column's name at @x, with a mark if the pane is sorted by it; @right: at its right */
void pane_column(const struct area *a, const struct ui_state *l, unsigned int pane, int x,
		 int width, bool right, const char *name);

/** pane_scroll() - make @rows rows of @count show the cursor's */
void pane_scroll(struct ui_list *list, int rows, size_t count);

/** pane_more() - at the right of the head: which rows are to be seen, if not all are */
void pane_more(const struct area *a, const struct ui_list *list, enum grid_style style,
	       size_t count, size_t total);

#define NUMBER_MAX 32

/** number_count() - 1,234, or in the bounds of @width columns 12.3M; zero-terminated */
const char *number_count(char to[NUMBER_MAX], uint64_t n, int width);

/** number_rate() - thousandths as 0, 0.25, 12.5, 1,234, 1.2M; likewise */
const char *number_rate(char to[NUMBER_MAX], uint64_t milli, int width);

#endif
