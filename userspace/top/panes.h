/* SPDX-License-Identifier: GPL-2.0 */
/* The panes, and how they stand on the screen. */
#ifndef TOP_PANES_H
#define TOP_PANES_H

#include "userspace/top/top.h"

/** screen_draw() - all of it, into a grid of any size; @interactive: with a line of keys */
void screen_draw(struct top *top, bool interactive);

#define STATES_ROWS 11 /* head included */

void pane_states(const struct area *a, struct top *top);
void pane_times(const struct area *a, struct top *top);
void pane_stuck(const struct area *a, struct top *top);
void pane_flows(const struct area *a, struct top *top);
void pane_text(const struct area *a, struct ui_state *ui);

/* pane.c: what they share */

/** pane_style() - of a pane's head */
enum grid_style pane_style(const struct ui_state *ui, unsigned int pane);

/** pane_head() - a row for names, with the number and name of the pane; returns the column after */
int pane_head(const struct area *a, const struct ui_state *ui, unsigned int pane, const char *name);

#define NUMBER_MAX 40

/** number_count() - 1,234, or in the bounds of @width columns 12.3M; zero-terminated */
const char *number_count(char to[NUMBER_MAX], uint64_t n, int width);

/** number_rate() - thousandths as 0, 0.25, 12.5, 1,234, 1.2M; likewise */
const char *number_rate(char to[NUMBER_MAX], uint64_t milli, int width);

/** area_count() - a number at the right of its columns, dim if it is 0; returns the column after */
int area_count(const struct area *a, int x, int y, int width, enum grid_style style, uint64_t n);

/** area_rate() - likewise, thousandths a second; nothing or "-" where there is no rate */
int area_rate(const struct area *a, int x, int y, int width, enum grid_style style,
	      const struct top *top, uint64_t milli);

#endif
