// SPDX-License-Identifier: GPL-2.0
/* What the panes share: heads, and numbers in few columns. */
#include <stdio.h>
#include <string.h>

#include "userspace/top/panes.h"

enum grid_style pane_style(const struct ui_state *ui, unsigned int pane)
{
	return ui->pane == pane && ui->mode != UI_TEXT ? GRID_FOCUS : GRID_HEAD;
}

int pane_head(const struct area *a, const struct ui_state *ui, unsigned int pane, const char *name)
{
	enum grid_style style = pane_style(ui, pane);
	char text[32];

	snprintf(text, sizeof(text), "%u %s", pane + 1, name);
	area_row(a, 0, style);
	return area_put(a, 0, 0, style, text);
}

const char *number_count(char to[NUMBER_MAX], uint64_t n, int width)
{
	*put_grouped(to, n) = '\0';
	if ((int)strlen(to) > width && n >= 1000)
		*put_short(to, n) = '\0';
	return to;
}

const char *number_rate(char to[NUMBER_MAX], uint64_t milli, int width)
{
	if (!milli)
		return strcpy(to, "0");
	if (milli < 9995)
		snprintf(to, NUMBER_MAX, "%.2f", (double)milli / 1000);
	else if (milli < 99950)
		snprintf(to, NUMBER_MAX, "%.1f", (double)milli / 1000);
	else
		number_count(to, milli / 1000 + (milli % 1000 >= 500), width);
	return to;
}

int area_count(const struct area *a, int x, int y, int width, enum grid_style style, uint64_t n)
{
	char number[NUMBER_MAX];

	return area_right(a, x, y, width, n ? style : GRID_DIM, number_count(number, n, width - 1));
}

int area_rate(const struct area *a, int x, int y, int width, enum grid_style style,
	      const struct top *top, uint64_t milli)
{
	char number[NUMBER_MAX];

	return area_right(a, x, y, width, top->has_trail && milli ? style : GRID_DIM,
			  !top->has_trail    ? "-" :
			  top_has_rates(top) ? number_rate(number, milli, width - 1) :
					       "");
}
