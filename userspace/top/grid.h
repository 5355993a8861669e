/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A screen as plain cells, so that what is drawn can be looked at without a
 * terminal. Every cell is one column wide and holds nothing that a terminal
 * would obey, whatever the text was.
 */
#ifndef TOP_GRID_H
#define TOP_GRID_H

#include <stdbool.h>
#include <stdint.h>

#include "userspace/base/buf.h"

/** enum grid_style - what a cell means; the terminal knows how to show that */
enum grid_style {
	GRID_PLAIN,
	GRID_DIM, /* of no interest now: zeros, what is not known */
	GRID_BOLD,
	GRID_TITLE, /* the first line */
	GRID_HEAD, /* names of columns */
	GRID_FOCUS, /* likewise, of the pane that has the keys */
	GRID_SELECTED, /* the row under the cursor */
	GRID_KEY, /* a key in the last line */
	GRID_GRAPH,
	GRID_GOOD,
	GRID_WARN,
	GRID_BAD,
	GRID_STYLES,
};

struct grid_cell {
	uint32_t ch; /* Unicode */
	uint8_t style;
};

/* A terminal that says it is larger gets this much of it. */
#define GRID_MAX 1000

/**
 * struct grid - zero at the start
 * @width: columns
 * @height: rows
 * @cells: row after row
 * @ascii: the terminal has no other characters
 * @console: it has few of them, as Linux's own
 */
struct grid {
	int width;
	int height;
	struct grid_cell *cells;
	bool ascii;
	bool console;
};

/** grid_resize() - and clear; sizes are taken into bounds; 0 or -ENOMEM (it has no cells then) */
int grid_resize(struct grid *g, int width, int height);
void grid_clear(struct grid *g);
void grid_free(struct grid *g);

/** grid_row() - a row as UTF-8, without the spaces at its end */
void grid_row(const struct grid *g, int y, struct buf *out);

/**
 * struct area - a part of a grid; what is put outside of it is cut off
 * @grid: whose
 * @x: its left column
 * @y: its first row
 * @width: columns; 0 or less: nothing can be seen
 * @height: rows
 */
struct area {
	struct grid *grid;
	int x;
	int y;
	int width;
	int height;
};

struct area grid_area(struct grid *g);

/** area_char() - one character that is one column wide */
void area_char(const struct area *a, int x, int y, enum grid_style style, uint32_t ch);

/** area_put() - text that may hold anything; returns the column after it */
int area_put(const struct area *a, int x, int y, enum grid_style style, const char *text);

/** area_column() - text in so many columns, cut with a mark if longer; returns the column after */
int area_column(const struct area *a, int x, int y, int width, enum grid_style style,
		const char *text);

/** area_right() - likewise, at the right of its columns */
int area_right(const struct area *a, int x, int y, int width, enum grid_style style,
	       const char *text);

/** area_row() - give a whole row this style */
void area_row(const struct area *a, int y, enum grid_style style);

/** grid_columns() - how many columns a text takes */
int grid_columns(const char *text);

#endif
