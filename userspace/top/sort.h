/* SPDX-License-Identifier: GPL-2.0 */
/* The order of rows: by which columns a pane can be sorted. */
#ifndef TOP_SORT_H
#define TOP_SORT_H

/**
 * struct sort_column - by what a pane can be sorted
 * @name: as the column's head has it, in small letters
 * @compare: of two rows, as qsort() wants it: numbers the greatest first
 */
struct sort_column {
	const char *name;
	int (*compare)(const void *a, const void *b);
};

/** sort_columns() - those of a pane; *@count is 0 if its rows stand as they are */
const struct sort_column *sort_columns(unsigned int pane, unsigned int *count);

#endif
