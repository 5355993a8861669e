/* SPDX-License-Identifier: GPL-2.0 */
/* Orders for qsort() and bsearch(). */
#ifndef BASE_ORDER_H
#define BASE_ORDER_H

/** COMPARE() - -1, 0 or 1: the lower first */
#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/**
 * ORDER() - defines a function that compares two rows, x and y
 * @name: the function's
 * @type: of a row
 * @...: what it returns: COMPARE(x->pid, y->pid). Of several criteria each has twice the
 *	weight of the next one: 2 * COMPARE(x->pid, y->pid) + COMPARE(x->fd, y->fd)
 */
#define ORDER(name, type, ...)                                \
	static int name(const void *a_row, const void *b_row) \
	{                                                     \
		const type *x = a_row, *y = b_row;            \
                                                              \
		return __VA_ARGS__;                           \
	}

#endif
