// SPDX-License-Identifier: GPL-2.0
/* The order of a pane's rows. */
#include <stdlib.h>
#include <string.h>

#include "userspace/top/ui_state.h"
#include "userspace/base/array.h"
#include "userspace/base/order.h"

ORDER(by_rank, struct view_stuck, COMPARE(x->rank, y->rank))
ORDER(by_verdict, struct view_stuck, strcmp(x->verdict, y->verdict))
ORDER(by_count, struct view_stuck, COMPARE(y->count, x->count))
ORDER(by_age, struct view_stuck, COMPARE(y->age_ns, x->age_ns))
ORDER(by_port, struct view_stuck, COMPARE(x->lport, y->lport))
ORDER(by_remote, struct view_stuck, strverscmp(x->remote, y->remote))
ORDER(by_unread, struct view_stuck, COMPARE(y->unread, x->unread))
ORDER(by_holder, struct view_stuck, strcmp(x->holder, y->holder))

ORDER(by_rate, struct view_flow, COMPARE(y->milli, x->milli))
ORDER(by_opened, struct view_flow, COMPARE(y->opened, x->opened))
ORDER(by_live, struct view_flow, COMPARE(y->live, x->live))
ORDER(by_time_wait, struct view_flow, COMPARE(y->time_wait, x->time_wait))
ORDER(by_owner, struct view_flow, strcmp(x->owner, y->owner))
ORDER(by_peer, struct view_flow, strverscmp(x->peer, y->peer))

/**
 * struct sort_column - by what a pane can be sorted
 * @name: as the column's head has it, in small letters
 * @compare: of two rows, as qsort() wants it: numbers the greatest first
 */
struct sort_column {
	const char *name;
	int (*compare)(const void *a, const void *b);
};

static const struct sort_column stuck_columns[] = {
	{ "worst", by_rank },	 { "verdict", by_verdict }, { "count", by_count },
	{ "age", by_age },	 { "port", by_port },	    { "remote", by_remote },
	{ "unread", by_unread }, { "holder", by_holder },
};

static const struct sort_column flow_columns[] = {
	{ "open/s", by_rate },	   { "opened", by_opened }, { "live", by_live },
	{ "twait", by_time_wait }, { "owner", by_owner },   { "peer", by_peer },
};

unsigned int ui_sort_count(unsigned int pane)
{
	return pane == UI_STUCK ? ARRAY_SIZE(stuck_columns) :
	       pane == UI_FLOWS ? ARRAY_SIZE(flow_columns) :
				  0;
}

/**
 * struct rows - of one pane
 * @first: the first row
 * @count: how many
 * @size: bytes of each
 * @id: where in a row its id is
 * @list: how they stand
 * @column: the column that they are sorted by
 */
struct rows {
	char *first;
	size_t count;
	size_t size;
	size_t id;
	struct ui_list *list;
	const struct sort_column *column;
};

static uint64_t id_of(const struct rows *rows, const void *row)
{
	return *(const uint64_t *)((const char *)row + rows->id);
}

/* Equal rows shall not change places from one update to the next. */
static int in_order(const void *a, const void *b, void *arg)
{
	const struct rows *rows = arg;
	int order = rows->column->compare(a, b);

	if (!order)
		return COMPARE(id_of(rows, a), id_of(rows, b));
	return rows->list->reverse ? -order : order;
}

static void sort(struct rows *rows)
{
	struct ui_list *list = rows->list;

	if (rows->count)
		qsort_r(rows->first, rows->count, rows->size, in_order, rows);
	/* The cursor stays with its row, or else where it was. */
	for (size_t i = 0; i < rows->count && list->id; i++)
		if (id_of(rows, rows->first + i * rows->size) == list->id)
			list->cursor = i;
}

void ui_sort(struct ui_state *l, struct view *v)
{
	struct ui_list *stuck = &l->lists[UI_STUCK], *flows = &l->lists[UI_FLOWS];

	sort(&(struct rows){ (char *)v->stuck, v->stuck_count, sizeof(*v->stuck),
			     offsetof(struct view_stuck, id), stuck, &stuck_columns[stuck->sort] });
	sort(&(struct rows){ (char *)v->flows, v->flows_count, sizeof(*v->flows),
			     offsetof(struct view_flow, id), flows, &flow_columns[flows->sort] });
}

const char *ui_sort_name(const struct ui_state *l, unsigned int pane)
{
	const struct sort_column *columns = pane == UI_STUCK ? stuck_columns : flow_columns;

	return ui_sort_count(pane) ? columns[l->lists[pane].sort].name : "";
}
