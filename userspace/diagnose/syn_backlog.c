// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/diagnose/syn_backlog.h"
#include "userspace/base/array.h"

static int by_port(const void *a, const void *b)
{
	const struct syn_backlog *x = a, *y = b;

	if (x->netns != y->netns)
		return x->netns < y->netns ? -1 : 1;
	return (x->port > y->port) - (x->port < y->port);
}

static int by_port_and_peer(const void *a, const void *b)
{
	const struct request *x = a, *y = b;

	if (x->netns != y->netns)
		return x->netns < y->netns ? -1 : 1;
	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	return memcmp(x->raddr, y->raddr, sizeof(x->raddr));
}

static bool waits(const struct conn *c)
{
	return !c->end && (c->state == TCPTRAIL_NEW_SYN_RECV || c->state == TCPTRAIL_SYN_RECV);
}

static bool take(struct request *to, const struct tracker *m, const struct conn *c)
{
	if (!waits(c))
		return false;
	to->netns = c->netns;
	to->port = c->lport;
	tracker_raddr(m, c, to->raddr);
	return true;
}

/* To one entry a port, in place of a list as long as they are. */
static size_t sum_up(struct syn_backlog *to, struct request *from, size_t count)
{
	struct syn_backlog *at = to - 1;
	size_t i;

	if (count)
		qsort(from, count, sizeof(*from), by_port_and_peer);
	for (i = 0; i < count; i++) {
		if (!i || from[i].netns != at->netns || from[i].port != at->port)
			*++at = (struct syn_backlog){ from[i].netns, from[i].port, 0, 0 };
		else if (!memcmp(from[i].raddr, from[i - 1].raddr, sizeof(from[i].raddr)))
			at->peers--;
		at->count++;
		at->peers++;
	}
	return (size_t)(at + 1 - to);
}

int syn_backlog_find(const struct tracker *m, bool (*alive)(void *arg, const struct conn *conn),
		     void *arg, struct syn_backlog **list, size_t *count)
{
	struct request *all;
	const struct conn *c;
	size_t n = 0;

	*list = NULL;
	*count = 0;
	for (c = tracker_next(m, NULL); c; c = tracker_next(m, c))
		n += waits(c) && (!alive || alive(arg, c));
	if (!n)
		return 0;
	all = calloc(n, sizeof(*all));
	*list = calloc(n, sizeof(**list));
	if (!all || !*list) {
		free(all);
		free(*list);
		*list = NULL;
		return -ENOMEM;
	}
	n = 0;
	for (c = tracker_next(m, NULL); c; c = tracker_next(m, c)) {
		if (alive && !alive(arg, c))
			continue;
		n += take(&all[n], m, c);
	}
	*count = sum_up(*list, all, n);
	free(all);
	return 0;
}

const struct syn_backlog *syn_backlog_at(const struct syn_backlog *list, size_t count,
					 const struct conn *c)
{
	const struct syn_backlog key = { .netns = c->netns, .port = c->lport };

	return count ? bsearch(&key, list, count, sizeof(key), by_port) : NULL;
}

void syn_backlog_count_add(struct syn_backlog_count *t, const struct tracker *m,
			   const struct conn *c)
{
	struct request request;

	if (t->count < SYN_BACKLOG_MAX && take(&request, m, c))
		(void)array_push(t->all, t->count, t->room, request); /* else it says less */
}

static bool same(const struct syn_backlog *a, const struct syn_backlog *b, size_t ports)
{
	for (; ports--; a++, b++)
		if (by_port(a, b) || a->count != b->count || a->peers != b->peers)
			return false;
	return true;
}

bool syn_backlog_count_end(struct syn_backlog_count *t)
{
	struct syn_backlog *list = t->count ? calloc(t->count, sizeof(*list)) : NULL;
	size_t ports = list ? sum_up(list, t->all, t->count) : 0;
	bool other = ports != t->ports || !same(list, t->list, ports);

	free(t->list);
	t->list = list;
	t->ports = ports;
	t->count = 0;
	return other;
}

void syn_backlog_count_free(struct syn_backlog_count *t)
{
	free(t->all);
	free(t->list);
}
