// SPDX-License-Identifier: GPL-2.0
#include "life_print.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool match_task(const struct life_printer *p, const struct model *model,
		       struct tcptrail_record *r, uint32_t id)
{
	const struct task *task = model_task(model, id);

	r->flags &= ~TCPTRAIL_F_TASK;
	if (task) {
		r->flags |= TCPTRAIL_F_TASK;
		r->transition.pid = task->pid;
		memcpy(r->transition.comm, task->comm, sizeof(task->comm));
	}
	return filter_match(&p->filter, r);
}

/* A life, as the record that a filter knows. */
static bool is_end_wanted(const struct life_printer *p, const struct model *model,
			  const struct conn *c)
{
	struct tcptrail_record r = {
		.kind = TCPTRAIL_SNAPSHOT,
		.netns = c->netns,
		.lport = c->lport,
		.rport = c->rport,
	};

	model_laddr(model, c, r.laddr);
	model_raddr(model, c, r.raddr);
	r.transition.old_state = c->state;
	r.transition.new_state = c->state;
	return match_task(p, model, &r, c->opener) || match_task(p, model, &r, c->owner);
}

static bool is_wanted(const struct life_printer *p, const struct model *model,
		      const struct life_pair *pair)
{
	return !p->filtered || is_end_wanted(p, model, pair->ends[0].c) ||
	       (pair->count > 1 && is_end_wanted(p, model, pair->ends[1].c));
}

bool life_is_full(const struct life_printer *p)
{
	return p->limit && p->printed == p->limit;
}

static void print(struct life_printer *p, const struct model *model, const struct life_pair *pair)
{
	if (p->json)
		life_json(&p->out, &p->clock, model, pair);
	else
		life_text(&p->out, model, pair);
	if (p->verbose && !p->json)
		life_parts(&p->out, model, pair);
	p->printed++;
}

static void summarize(struct life_printer *p, const struct life_pair *pair)
{
	unsigned int i;

	for (i = 0; i < pair->count && p->summary; i++)
		if (pair->ends[i].c->end)
			life_summary_add(p->summary, pair->ends[i].c, &pair->ends[i].life);
}

void life_ended(void *arg, const struct model *model, const struct conn *c)
{
	struct life_printer *p = arg;
	struct life_pair pair;

	if (life_is_full(p) || !life_is_told(c))
		return;
	life_pair(&pair, model, c, !p->ends, model_stats(model)->newest_ns);
	if (!is_wanted(p, model, &pair))
		return;
	print(p, model, &pair);
	summarize(p, &pair);
}

static int by_age(const void *a, const void *b)
{
	const struct conn *x = *(const struct conn *const *)a;
	const struct conn *y = *(const struct conn *const *)b;

	if (x->begun_ns != y->begun_ns)
		return x->begun_ns < y->begun_ns ? -1 : 1;
	return x->cookie < y->cookie ? -1 : x->cookie > y->cookie;
}

/* What the model has left, ended or not; NULL without memory. */
static const struct conn **list_of(const struct model *model, bool ended, size_t *count)
{
	const struct conn **list = calloc((size_t)model_count(model) + 1, sizeof(*list));
	const struct conn *c;

	*count = 0;
	if (!list)
		return NULL;
	for (c = model_next(model, NULL); c; c = model_next(model, c))
		if (life_is_told(c) && !c->end == !ended)
			list[(*count)++] = c;
	qsort(list, *count, sizeof(*list), by_age);
	return list;
}

int life_print_waiting(struct life_printer *p, const struct model *model, bool quiet)
{
	struct life_pair pair;
	size_t i, count;
	const struct conn **list = list_of(model, true, &count);

	if (!list)
		return -ENOMEM;
	for (i = 0; i < count && !life_is_full(p); i++) {
		life_pair(&pair, model, list[i], !p->ends, model_stats(model)->newest_ns);
		if (!is_wanted(p, model, &pair))
			continue;
		if (!quiet)
			print(p, model, &pair);
		summarize(p, &pair);
	}
	free(list);
	return 0;
}

/* Of two ends that live the first one stands for both. */
static bool is_listed(const struct feed *feed, const struct life_pair *pair, const struct conn *c)
{
	const struct conn *first = pair->ends[0].c;

	if (feed->snapshot_ns && !feed_is_alive(feed, c))
		return false;
	return first == c || first->end || (feed->snapshot_ns && !feed_is_alive(feed, first));
}

int life_print_open(struct life_printer *p, const struct feed *feed)
{
	const struct model *model = feed->model;
	struct life_pair pair;
	size_t i, count;
	const struct conn **list = list_of(model, false, &count);

	if (!list)
		return -ENOMEM;
	for (i = 0; i < count && !life_is_full(p); i++) {
		life_pair(&pair, model, list[i], !p->ends, model_stats(model)->newest_ns);
		if (is_listed(feed, &pair, list[i]) && is_wanted(p, model, &pair))
			print(p, model, &pair);
	}
	free(list);
	return 0;
}
