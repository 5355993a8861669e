// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include "userspace/print/stuck_out.h"
#include "userspace/base/array.h"

struct held {
	uint32_t pid;
	uint64_t since_ns;
};

struct collection {
	struct held *list;
	size_t count;
	size_t room;
};

static int by_pid(const void *a, const void *b)
{
	const struct held *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

/* A socket counts once for each process that holds it, by however many descriptors. */
static int collect(const struct stuck_out *o, const struct stuck_query *q, struct collection *all)
{
	const struct holder *holders;
	const struct conn *c;
	size_t count, i;
	int err = 0;

	for (c = tracker_next(o->tracker, NULL); c; c = tracker_next(o->tracker, c)) {
		if (c->end || c->state != TCPTRAIL_CLOSE_WAIT || (q->alive && !q->alive(q->arg, c)))
			continue;
		holders = owners_of(o->owners, c->inode, &count);
		for (i = 0; i < count && !err; i++)
			if (!i || holders[i].pid != holders[i - 1].pid)
				err = array_push(all->list, all->count, all->room,
						 (struct held){ holders[i].pid, c->since_ns });
	}
	return err;
}

static void sum_up(const struct stuck_out *o, uint64_t now_ns, const struct held *held,
		   size_t count, uint64_t *since_ns, struct process_leak *leak)
{
	const struct process *process = owners_process(o->owners, held->pid);
	size_t i;

	for (i = 0; i < count; i++)
		since_ns[i] = held[i].since_ns;
	*leak = (struct process_leak){ .pid = held->pid };
	if (process) {
		leak->leak.fds = process->fds;
		leak->leak.fd_limit = process->fd_limit;
	}
	descriptor_leak_of(&leak->leak, since_ns, count, now_ns);
}

int stuck_leaks(const struct stuck_out *o, const struct stuck_query *q, struct process_leak **leaks,
		size_t *count)
{
	struct collection all = { 0 };
	size_t first, next;
	uint64_t *since_ns = NULL;
	int err = collect(o, q, &all);

	*leaks = NULL;
	*count = 0;
	if (!err && all.count) {
		qsort(all.list, all.count, sizeof(*all.list), by_pid);
		*leaks = calloc(all.count, sizeof(**leaks));
		since_ns = calloc(all.count, sizeof(*since_ns));
		if (!*leaks || !since_ns)
			err = -ENOMEM;
	}
	for (first = 0; first < all.count && !err; first = next) {
		for (next = first + 1;
		     next < all.count && all.list[next].pid == all.list[first].pid; next++)
			;
		sum_up(o, q->now_ns, &all.list[first], next - first, since_ns, &(*leaks)[*count]);
		++*count;
	}
	free(since_ns);
	free(all.list);
	return err;
}
