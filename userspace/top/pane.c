// SPDX-License-Identifier: GPL-2.0
/* What the panes share: heads, columns, scrolling. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "userspace/top/panes.h"

static bool has_keys(const struct ui_state *l, unsigned int pane)
{
	return l->pane == pane && l->mode != UI_TEXT;
}

enum grid_style pane_head(const struct area *a, const struct ui_state *l, unsigned int pane)
{
	enum grid_style style = has_keys(l, pane) ? GRID_FOCUS : GRID_HEAD;

	area_row(a, 0, style);
	return style;
}

int pane_title(const struct area *a, enum grid_style style, unsigned int pane, const char *name)
{
	char text[64];

	snprintf(text, sizeof(text), "%u %s", pane + 1, name);
	return area_put(a, 0, 0, style, text);
}

void pane_column(const struct area *a, const struct ui_state *l, unsigned int pane, int x,
		 int width, bool right, const char *name)
{
	enum grid_style style = has_keys(l, pane) ? GRID_FOCUS : GRID_HEAD;
	const char *sort = ui_sort_name(l, pane);
	bool sorted = !strcasecmp(name, sort);
	char text[32];

	snprintf(text, sizeof(text), "%s%s", name,
		 !sorted		? "" :
		 a->grid->ascii		? l->lists[pane].reverse ? "^" : "v" :
		 l->lists[pane].reverse ? "▲" :
					  "▼");
	if (right)
		area_right(a, x, 0, width, style, text);
	else
		area_column(a, x, 0, width, style, text);
}

void pane_scroll(struct ui_list *list, int rows, size_t count)
{
	size_t fit = rows > 0 ? (size_t)rows : 1;

	list->rows = rows;
	if (list->cursor >= count)
		list->cursor = count ? count - 1 : 0;
	if (list->first > list->cursor)
		list->first = list->cursor;
	if (list->cursor >= list->first + fit)
		list->first = list->cursor - fit + 1;
	if (list->first + fit > count)
		list->first = count > fit ? count - fit : 0;
}

void pane_more(const struct area *a, const struct ui_list *list, enum grid_style style,
	       size_t count, size_t total)
{
	char text[64];

	if (!count || (count == total && count <= (size_t)list->rows))
		return;
	snprintf(text, sizeof(text), " %zu-%zu/%zu", list->first + 1,
		 list->first + (list->rows > 0 ? (size_t)list->rows : 1) < count ?
			 list->first + (list->rows > 0 ? (size_t)list->rows : 1) :
			 count,
		 total);
	/* Beside the pane's name, or not at all. */
	if (grid_columns(text) + 9 <= a->width)
		area_right(a, a->width - grid_columns(text), 0, grid_columns(text), style, text);
}
