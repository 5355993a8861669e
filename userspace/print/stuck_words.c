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

static int by_pid(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = ((const struct process_leak *)b)->pid;

	return (x > y) - (x < y);
}

static const struct descriptor_leak *leak_of_pid(const struct stuck_out *o, uint32_t pid)
{
	const struct process_leak *leak;

	leak = o->leak_count ? bsearch(&pid, o->leaks, o->leak_count, sizeof(*leak), by_pid) : NULL;
	return leak ? &leak->leak : NULL;
}

bool stuck_is_passive(const struct stuck_out *o, const struct conn *c)
{
	if (c->role == CONN_ROLE_UNKNOWN)
		return tracker_listener(o->tracker, c);
	return c->role == CONN_PASSIVE;
}

/* What needs no words. */
static void take_facts(const struct stuck_out *o, const struct stuck *s, struct stuck_words *w,
		       struct verdict_input *f, const struct conn *listener)
{
	const struct conn *c = s->conn;

	*f = (struct verdict_input){
		.conn = c,
		.live = s->live,
		.usage = s->burst ? &s->usage : NULL,
		.requests = s->requests,
		.requesters = s->requesters,
	};
	w->holders = holders_of(o, c, &w->holders_count);
	w->live = s->live;
	if (w->holders_count) {
		w->process = owners_process(o->owners, w->holders->pid);
		if (c->state == TCPTRAIL_CLOSE_WAIT)
			w->leak = leak_of_pid(o, w->holders->pid);
	}
	w->netns = kernel_view_netns_name(o->kernel, c->netns);
	if (listener)
		f->queue = kernel_view_socket(o->kernel, listener->cookie);
	f->holders = w->holders_count;
	f->leak = w->leak;
}

static void name_maker(const struct usage *usage, struct stuck_words *w)
{
	if (usage->comm[0])
		*put_task(w->owner, w->owner + sizeof(w->owner) - 1, usage->comm, usage->pid) =
			'\0';
}

void stuck_words(const struct stuck_out *o, const struct stuck *s, struct stuck_words *w)
{
	const struct conn *c = s->conn, *listener = tracker_listener(o->tracker, c);
	char age[sizeof(w->age) + 16];
	struct verdict_input f;

	*w = (struct stuck_words){ 0 };
	take_facts(o, s, w, &f, listener);
	*put_age(w->age, s->age_ns) = '\0';
	snprintf(age, sizeof(age), "%s%s", s->at_least ? "at least " : "", w->age);
	if (s->burst)
		name_maker(&s->usage, w);
	else
		name_owner(o, c, w->owner);
	if (w->holders_count)
		name_holders(w->holder, sizeof(w->holder), w->holders, w->holders_count);
	else
		strcpy(w->holder, w->owner);
	if (listener)
		name_owner(o, listener, w->listener);
	f.age = age;
	f.holder = w->holder[0] ? w->holder : NULL;
	f.listener = w->listener[0] ? w->listener : NULL;
	verdict_on(&f, &w->verdict);
}

int stuck_rule(const struct stuck_out *o, const struct stuck *s)
{
	struct stuck_words w = { .holders = NULL };
	struct verdict_input f;

	take_facts(o, s, &w, &f, tracker_listener(o->tracker, s->conn));
	if (w.holders_count)
		f.holder = w.holders->comm;
	return verdict_rule(&f);
}
