// SPDX-License-Identifier: GPL-2.0
/*
 * Lists: any rows of one size, compared by the column that they are sorted by. The cursor
 * is a place and an id: after an update it goes where the row with that id went.
 */
#include "userspace/top/list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/base/order.h"

int list_resize(struct list *l, size_t count)
{
	char *rows = reallocarray(l->rows, count + 1, l->size);

	if (!rows)
		return -ENOMEM;
	l->rows = rows;
	l->count = count;
	return 0;
}

static uint64_t id_of(const void *row)
{
	return *(const uint64_t *)row;
}

/* By the column; numbers the greatest first. */
static int compare(const struct column *column, const char *a, const char *b)
{
	const uint64_t *x = (const uint64_t *)(a + column->offset);
	const uint64_t *y = (const uint64_t *)(b + column->offset);

	if (column->cell >= CELL_TEXT)
		return strverscmp(a + column->offset, b + column->offset);
	return column->cell <= CELL_PORT ? COMPARE(*x, *y) : COMPARE(*y, *x);
}

/* Equal rows shall not change places from one update to the next. */
static int in_order(const void *a, const void *b, void *arg)
{
	const struct list *l = arg;
	int order = compare(&l->columns[l->sort], a, b);

	if (!order)
		return COMPARE(id_of(a), id_of(b));
	return l->reverse ? -order : order;
}

void list_sort(struct list *l)
{
	if (l->count)
		qsort_r(l->rows, l->count, l->size, in_order, l);
	/* The cursor stays with its row, or else where it was. */
	for (size_t i = 0; i < l->count && l->id; i++)
		if (id_of(list_row(l, i)) == l->id)
			l->cursor = i;
}

static unsigned int column_beside(const struct list *l, int step)
{
	unsigned int columns = 0, next = l->sort;

	while (l->columns[columns].name)
		columns++;
	do {
		next = (next + columns + (unsigned int)step) % columns;
	} while (l->columns[next].unsorted);
	return next;
}

void list_sort_by(struct list *l, int step)
{
	l->reverse = !step && !l->reverse;
	if (step)
		l->sort = column_beside(l, step);
	l->id = 0; /* the first rows are what is asked for now */
	l->cursor = 0;
	list_sort(l);
	list_move(l, 0);
}

void list_move(struct list *l, int by)
{
	size_t back = (size_t)-by;

	if (by >= 0)
		l->cursor += (size_t)by;
	else
		l->cursor = l->cursor > back ? l->cursor - back : 0;
	if (!l->count)
		return;
	if (l->cursor >= l->count)
		l->cursor = l->count - 1;
	l->id = id_of(list_row(l, l->cursor));
}

void list_scroll(struct list *l, int fit)
{
	size_t rows = fit > 0 ? (size_t)fit : 1;

	l->fit = fit;
	if (l->cursor >= l->count)
		l->cursor = l->count ? l->count - 1 : 0;
	if (l->first > l->cursor)
		l->first = l->cursor;
	if (l->cursor >= l->first + rows)
		l->first = l->cursor - rows + 1;
	if (l->first + rows > l->count)
		l->first = l->count > rows ? l->count - rows : 0;
}
