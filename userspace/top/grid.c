// SPDX-License-Identifier: GPL-2.0
/*
 * The grid and its areas: text is put cell by cell, cut off at the area's edge. A character
 * that is not exactly one column wide becomes '?', so that a cell is a column, always.
 */
#include "userspace/top/grid.h"
#include "userspace/base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <wchar.h>

int grid_resize(struct grid *g, int width, int height)
{
	width = width < 1 ? 1 : width > GRID_MAX ? GRID_MAX : width;
	height = height < 1 ? 1 : height > GRID_MAX ? GRID_MAX : height;
	if (width != g->width || height != g->height) {
		grid_free(g);
		g->cells = calloc((size_t)width * (size_t)height, sizeof(*g->cells));
		if (!g->cells)
			return -ENOMEM;
		g->width = width;
		g->height = height;
	}
	grid_clear(g);
	return 0;
}

void grid_clear(struct grid *g)
{
	for (int i = 0; i < g->width * g->height; i++)
		g->cells[i] = (struct grid_cell){ .ch = ' ' };
}

void grid_free(struct grid *g)
{
	free(g->cells);
	g->cells = NULL;
	g->width = 0;
	g->height = 0;
}

void grid_row(const struct grid *g, int y, struct buf *out)
{
	const struct grid_cell *row = g->cells + y * g->width;
	int end = g->width;

	while (end && row[end - 1].ch == ' ')
		end--;
	for (int x = 0; x < end; x++)
		buf_end(out, put_utf8(buf_room(out, UTF8_MAX), row[x].ch));
}

struct area grid_area(struct grid *g)
{
	return (struct area){ .grid = g, .width = g->width, .height = g->height };
}

static struct grid_cell *cell_at(const struct area *a, int x, int y)
{
	if (x < 0 || x >= a->width || y < 0 || y >= a->height)
		return NULL;
	x += a->x;
	y += a->y;
	if (x < 0 || x >= a->grid->width || y < 0 || y >= a->grid->height)
		return NULL;
	return a->grid->cells + y * a->grid->width + x;
}

void area_char(const struct area *a, int x, int y, enum grid_style style, uint32_t ch)
{
	struct grid_cell *cell = cell_at(a, x, y);

	if (cell)
		*cell = (struct grid_cell){ .ch = ch, .style = (uint8_t)style };
}

/* The next character, '?' for what is none, or would not be one column wide. */
static uint32_t next_char(const char **text)
{
	uint32_t ch = 0;
	unsigned int length = utf8_decode(*text, strnlen(*text, UTF8_MAX), &ch);

	*text += length ? length : 1;
	if (ch < 0x80)
		return utf8_is_safe(ch) ? ch : '?';
	return ch < 0x10000 && wcwidth((wchar_t)ch) == 1 ? ch : '?';
}

int area_put(const struct area *a, int x, int y, enum grid_style style, const char *text)
{
	while (*text) {
		uint32_t ch = next_char(&text);

		area_char(a, x++, y, style, a->grid->ascii && ch > 0x7e ? '?' : ch);
	}
	return x;
}

int grid_columns(const char *text)
{
	int n = 0;

	for (; *text; n++)
		next_char(&text);
	return n;
}

int area_column(const struct area *a, int x, int y, int width, enum grid_style style,
		const char *text)
{
	struct area part = *a;
	int columns = grid_columns(text);

	if (width > a->width - x)
		width = a->width - x;
	part.width = x + width;
	area_put(&part, x, y, style, text);
	if (columns > width && width > 0)
		area_char(a, x + width - 1, y, style, a->grid->ascii ? '~' : 0x2026); /* … */
	return x + width;
}

int area_right(const struct area *a, int x, int y, int width, enum grid_style style,
	       const char *text)
{
	int columns = grid_columns(text);
	int indent = columns < width ? width - columns : 0;

	area_column(a, x + indent, y, width - indent, style, text);
	return x + width;
}

void area_row(const struct area *a, int y, enum grid_style style)
{
	for (int x = 0; x < a->width; x++) {
		struct grid_cell *cell = cell_at(a, x, y);

		if (cell)
			cell->style = (uint8_t)style;
	}
}
