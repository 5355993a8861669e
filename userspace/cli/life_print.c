// SPDX-License-Identifier: GPL-2.0
/*
 * What tcptrail life prints: each connection when it has ended, then those that are not over
 * and the summary. A connection is printed if the filter wants any of its ends.
 */
#include "userspace/cli/life_print.h"

#include <errno.h>
#include <stdlib.h>

#include "userspace/base/order.h"
#include "userspace/conn/filter_conn.h"

static bool is_wanted(const struct life_printer *p, const struct tracker *tracker,
		      const struct conn_pair *pair)
{
	if (!p->filter.count)
		return true;
	for (unsigned int i = 0; i < pair->count; i++) {
		const struct conn *c = pair->ends[i].c;

		if (filter_conn(&p->filter, tracker, c, c->state))
			return true;
	}
	return false;
}

bool life_is_full(const struct life_printer *p)
{
	return p->limit && p->printed == p->limit;
}

static void print(struct life_printer *p, const struct tracker *tracker,
		  const struct conn_pair *pair)
{
	if (p->json)
		life_json(&p->out, &p->clock, tracker, pair);
	else
		life_text(&p->out, tracker, pair);
	if (p->verbose && !p->json)
		life_parts(&p->out, tracker, pair);
	p->printed++;
}

static void summarize(struct life_printer *p, const struct conn_pair *pair)
{
	unsigned int i;

	for (i = 0; i < pair->count && p->summary; i++)
		if (pair->ends[i].c->end)
			life_summary_add(p->summary, pair->ends[i].c, &pair->ends[i].timing);
}

void life_ended(void *arg, const struct tracker *tracker, const struct conn *c)
{
	struct life_printer *p = arg;
	struct conn_pair pair;

	if (life_is_full(p) || !conn_is_connection(c))
		return;
	conn_pair(&pair, tracker, c, !p->ends, tracker_stats(tracker)->newest_ns);
	if (!is_wanted(p, tracker, &pair))
		return;
	print(p, tracker, &pair);
	summarize(p, &pair);
}

ORDER(by_age, typeof(const struct conn *),
      2 * COMPARE((*x)->begun_ns, (*y)->begun_ns) + COMPARE((*x)->cookie, (*y)->cookie))

/* What the model has left, ended or not; NULL without memory. */
static const struct conn **list_of(const struct tracker *tracker, bool ended, size_t *count)
{
	const struct conn **list = calloc((size_t)tracker_count(tracker) + 1, sizeof(*list));
	const struct conn *c;

	*count = 0;
	if (!list)
		return NULL;
	for (c = tracker_next(tracker, NULL); c; c = tracker_next(tracker, c))
		if (conn_is_connection(c) && !c->end == !ended)
			list[(*count)++] = c;
	qsort(list, *count, sizeof(*list), by_age);
	return list;
}

int life_print_rest(struct life_printer *p, const struct tracker *tracker, bool ended, bool quiet)
{
	const struct conn *first;
	struct conn_pair pair;
	size_t i, count;
	const struct conn **list = list_of(tracker, ended, &count);

	if (!list)
		return -ENOMEM;
	for (i = 0; i < count && !life_is_full(p); i++) {
		conn_pair(&pair, tracker, list[i], !p->ends, tracker_stats(tracker)->newest_ns);
		first = pair.ends[0].c;
		/* Of two ends that live the first one stands for both. */
		if ((!ended && first != list[i] && !first->end) || !is_wanted(p, tracker, &pair))
			continue;
		if (!quiet)
			print(p, tracker, &pair);
		if (ended)
			summarize(p, &pair);
	}
	free(list);
	return 0;
}
