// SPDX-License-Identifier: GPL-2.0
/* The order of a pane's rows. */
#include <stdlib.h>
#include <string.h>

#include "userspace/top/ui_state.h"
#include "userspace/base/array.h"
#include "userspace/top/sort.h"

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int by_rank(const void *a, const void *b)
{
	const struct view_stuck *x = a, *y = b;

	return COMPARE(x->rank, y->rank);
}

static int by_count(const void *a, const void *b)
{
	const struct view_stuck *x = a, *y = b;

	return COMPARE(y->count, x->count);
}

static int by_verdict(const void *a, const void *b)
{
	const struct view_stuck *x = a, *y = b;

	return strcmp(x->verdict, y->verdict);
}

static int by_age(const void *a, const void *b)
{
	const struct view_stuck *x = a, *y = b;

	return COMPARE(y->age_ns, x->age_ns);
}

static int by_port(const void *a, const void *b)
{
	const struct view_stuck *x = a, *y = b;

	return COMPARE(x->lport, y->lport);
}

static int by_remote(const void *a, const void *b)
{
	const struct view_stuck *x = a, *y = b;

	return strverscmp(x->remote, y->remote);
}

static int by_unread(const void *a, const void *b)
{
	const struct view_stuck *x = a, *y = b;

	return COMPARE(y->unread, x->unread);
}

static int by_holder(const void *a, const void *b)
{
	const struct view_stuck *x = a, *y = b;

	return strcmp(x->holder, y->holder);
}

static int by_owner(const void *a, const void *b)
{
	const struct view_flow *x = a, *y = b;

	return strcmp(x->owner, y->owner);
}

static int by_peer(const void *a, const void *b)
{
	const struct view_flow *x = a, *y = b;

	return strverscmp(x->peer, y->peer);
}

static int by_rate(const void *a, const void *b)
{
	const struct view_flow *x = a, *y = b;

	return COMPARE(y->milli, x->milli);
}

static int by_opened(const void *a, const void *b)
{
	const struct view_flow *x = a, *y = b;

	return COMPARE(y->opened, x->opened);
}

static int by_live(const void *a, const void *b)
{
	const struct view_flow *x = a, *y = b;

	return COMPARE(y->live, x->live);
}

static int by_time_wait(const void *a, const void *b)
{
	const struct view_flow *x = a, *y = b;

	return COMPARE(y->time_wait, x->time_wait);
}

static const struct sort_column stuck_columns[] = {
	{ "worst", by_rank },	 { "verdict", by_verdict }, { "count", by_count },
	{ "age", by_age },	 { "port", by_port },	    { "remote", by_remote },
	{ "unread", by_unread }, { "holder", by_holder },
};

static const struct sort_column flow_columns[] = {
	{ "open/s", by_rate },	   { "opened", by_opened }, { "live", by_live },
	{ "twait", by_time_wait }, { "owner", by_owner },   { "peer", by_peer },
};

const struct sort_column *sort_columns(unsigned int pane, unsigned int *count)
{
	if (pane == UI_STUCK) {
		*count = ARRAY_SIZE(stuck_columns);
		return stuck_columns;
	}
	if (pane == UI_FLOWS) {
		*count = ARRAY_SIZE(flow_columns);
		return flow_columns;
	}
	*count = 0;
	return NULL;
}

/* Equal rows shall not change places from one look to the next. */
struct ordering {
	int (*compare)(const void *a, const void *b);
	bool reverse;
};

static int in_order(const void *a, const void *b, void *arg)
{
	const struct ordering *o = arg;
	int order = o->compare(a, b);

	return o->reverse ? -order : order;
}

static int stuck_in_order(const void *a, const void *b, void *arg)
{
	const struct view_stuck *x = a, *y = b;
	int order = in_order(a, b, arg);

	return order ? order : COMPARE(x->id, y->id);
}

static int flow_in_order(const void *a, const void *b, void *arg)
{
	const struct view_flow *x = a, *y = b;
	int order = in_order(a, b, arg);

	return order ? order : COMPARE(x->id, y->id);
}

void ui_sort(struct ui_state *l, struct view *v)
{
	struct look_list *stuck = &l->lists[UI_STUCK], *flows = &l->lists[UI_FLOWS];
	struct ordering o = { stuck_columns[stuck->sort].compare, stuck->reverse };
	size_t i;

	if (v->stuck_count)
		qsort_r(v->stuck, v->stuck_count, sizeof(*v->stuck), stuck_in_order, &o);
	o = (struct ordering){ flow_columns[flows->sort].compare, flows->reverse };
	if (v->flows_count)
		qsort_r(v->flows, v->flows_count, sizeof(*v->flows), flow_in_order, &o);
	/* The cursor stays with its row, or else where it was. */
	for (i = 0; i < v->stuck_count && stuck->id; i++)
		if (v->stuck[i].id == stuck->id)
			stuck->cursor = i;
	for (i = 0; i < v->flows_count && flows->id; i++)
		if (v->flows[i].id == flows->id)
			flows->cursor = i;
}

const char *ui_sort_name(const struct ui_state *l, unsigned int pane)
{
	unsigned int count;
	const struct sort_column *columns = sort_columns(pane, &count);

	return count ? columns[l->lists[pane].sort].name : "";
}
