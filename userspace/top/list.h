/* SPDX-License-Identifier: GPL-2.0 */
/* The rows of a pane: sorted by one of their columns, with a cursor that stays on its row. */
#ifndef TOP_LIST_H
#define TOP_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** enum cell - what a row has in a column: a number (uint64_t), from CELL_TEXT on a text */
enum cell {
	CELL_RANK, /* not shown; the lowest comes first, as with CELL_PORT */
	CELL_PORT,
	CELL_COUNT,
	CELL_BYTES, /* there may be none */
	CELL_TOTAL, /* since the start: not known without a trail */
	CELL_RATE, /* thousandths a second */
	CELL_AGE, /* nanoseconds */
	CELL_SHARE, /* thousandths of the source ports */
	CELL_TEXT,
	CELL_VERDICT,
};

/**
 * struct column - of a list
 * @name: its head; NULL: behind the last column
 * @cell: what it shows
 * @offset: where in a row that is
 * @width: columns of the screen, with a space at the end
 * @most: it gets as wide as its longest text, up to that; 0: it is always as wide
 * @from: width of the pane from which it is shown
 * @below: width of the pane from which it is not shown; 0: it always is
 * @unsorted: the rows are not sorted by it
 */
struct column {
	const char *name;
	enum cell cell;
	size_t offset;
	int width;
	int most;
	int from;
	int below;
	bool unsorted;
};

#define LIST_COLUMNS_MAX 9

/**
 * struct list - rows, each of which begins with a uint64_t: its id, by which it is found
 * again after an update
 * @columns: what a row has; NULL: this is no list
 * @size: bytes of a row
 * @rows: the rows
 * @count: how many
 * @sort: number of the column that they are sorted by
 * @reverse: the other way round
 * @cursor: number of the selected row
 * @id: its id; 0: not chosen yet
 * @first: the row at the top
 * @fit: how many rows fit, when last drawn
 */
struct list {
	const struct column *columns;
	size_t size;
	char *rows;
	size_t count;
	unsigned int sort;
	bool reverse;
	size_t cursor;
	uint64_t id;
	size_t first;
	int fit;
};

/** list_row() - row @number; a uint64_t first */
static inline void *list_row(const struct list *list, size_t number)
{
	return list->rows + number * list->size;
}

/** list_resize() - so many rows, to be filled; 0 or -ENOMEM, and there are as many as before */
int list_resize(struct list *list, size_t count);

/** list_sort() - put the rows into order, the cursor on the row where it was */
void list_sort(struct list *list);

/** list_sort_by() - by the next column (1), the one before (-1), or the other way round (0) */
void list_sort_by(struct list *list, int step);

/** list_move() - the cursor goes @by rows down */
void list_move(struct list *list, int by);

/** list_scroll() - choose the first row, so that @fit rows show the cursor's */
void list_scroll(struct list *list, int fit);

#endif
