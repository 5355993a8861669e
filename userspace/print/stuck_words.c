// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "userspace/print/stuck_out.h"
#include "userspace/base/text.h"

/* Holders by name; the first few, and how many more there are. */
#define HOLDERS_NAMED 3

static void name_holders(char *to, size_t size, const struct holder *holders, size_t count)
{
	char *end = to + size, *p = to;
	size_t i;

	for (i = 0; i < count && i < HOLDERS_NAMED; i++) {
		if (i && end - p > 2)
			p = put_str(p, ", ");
		p = put_task(p, end - 1, holders[i].comm, holders[i].pid);
		p += snprintf(p, (size_t)(end - p), " fd %d", holders[i].fd);
		if (p >= end)
			return;
	}
	if (count > HOLDERS_NAMED)
		snprintf(p, (size_t)(end - p), " and %zu more", count - HOLDERS_NAMED);
}

static const struct task *last_task(const struct stuck_out *o, const struct conn *c)
{
	return tracker_task(o->tracker, c->owner ? c->owner : c->opener);
}

static const struct holder *holders_of(const struct stuck_out *o, const struct conn *c,
				       size_t *count)
{
	*count = 0;
	return o->owners ? owners_of(o->owners, c->inode, count) : NULL;
}

/*
 * Who holds a connection: by its descriptors now, or, where these cannot be
 * known, the task that acted on it last.
 */
static void name_owner(const struct stuck_out *o, const struct conn *c, char owner[STUCK_NAME_MAX])
{
	size_t count;
	const struct holder *holders = holders_of(o, c, &count);
	const struct task *task = last_task(o, c);
	char *stop = owner + STUCK_NAME_MAX - 1, *end = owner;

	if (count)
		end = put_task(owner, stop, holders->comm, holders->pid);
	else if (task)
		end = put_task(owner, stop, task->comm, task->pid);
	*end = '\0';
}

/* Who holds it now, and what that process has besides. */
static void find_holders(const struct stuck_out *o, const struct finding *f, struct stuck_words *w)
{
	uint64_t pid;

	w->holders = holders_of(o, f->conn, &w->holders_count);
	if (!w->holders_count)
		return;
	pid = w->holders->pid;
	w->process = owners_process(o->owners, w->holders->pid);
	if (f->state == TCPTRAIL_CLOSE_WAIT && o->leaks)
		w->leak = hashmap_find(o->leaks, &pid);
}

void stuck_words(const struct stuck_out *o, const struct finding *f, struct stuck_words *w)
{
	const struct conn *listener = tracker_listener(o->tracker, f->conn);
	struct verdict_context context = { 0 };
	char age[sizeof(w->age) + 16];

	*w = (struct stuck_words){ .netns = kernel_view_netns_name(o->kernel, f->conn->netns) };
	find_holders(o, f, w);
	*put_age(w->age, finding_age(f, o->now_ns)) = '\0';
	snprintf(age, sizeof(age), "%s%s", f->at_least ? "at least " : "", w->age);
	if (!f->usage)
		name_owner(o, f->conn, w->owner);
	else if (f->usage->comm[0])
		*put_task(w->owner, w->owner + sizeof(w->owner) - 1, f->usage->comm,
			  f->usage->pid) = '\0';
	if (w->holders_count)
		name_holders(w->holder, sizeof(w->holder), w->holders, w->holders_count);
	else
		strcpy(w->holder, w->owner);
	if (listener)
		name_owner(o, listener, w->listener);
	context.age = age;
	context.holder = w->holder[0] ? w->holder : NULL;
	context.holders = w->holders_count;
	context.listener = w->listener[0] ? w->listener : NULL;
	context.leak = w->leak;
	verdict_say(f, &context, &w->verdict);
}
