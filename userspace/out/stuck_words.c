// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "line.h"
#include "stuck_out.h"

/* Holders by name; the first few, and how many more there are. */
#define HOLDERS_NAMED 3

/* A process may call itself anything. */
static const char *safe(char name[17], const char comm[16])
{
	*put_safe(name, comm, 16) = '\0';
	return name;
}

static void name_holders(char *to, size_t size, const struct holder *holders, size_t count)
{
	char name[17];
	size_t i, at = 0;

	for (i = 0; i < count && i < HOLDERS_NAMED && at < size; i++)
		at += (size_t)snprintf(to + at, size - at, "%s%s[%u] fd %d", i ? ", " : "",
				       safe(name, holders[i].comm), holders[i].pid, holders[i].fd);
	if (count > HOLDERS_NAMED && at < size)
		snprintf(to + at, size - at, " and %zu more", count - HOLDERS_NAMED);
}

static void name_task(char *to, size_t size, const struct task *task)
{
	char name[17];

	if (task)
		snprintf(to, size, "%s[%u]", safe(name, task->comm), task->pid);
}

/*
 * Who holds a connection: by its descriptors now, or, where these cannot be
 * known, the task that acted on it last.
 */
static void name_owner(const struct stuck_out *o, const struct conn *c, char *to, size_t size,
		       const struct holder **holders, size_t *count)
{
	*count = 0;
	*holders = o->owners ? owners_of(o->owners, c->inode, count) : NULL;
	if (*count)
		name_holders(to, size, *holders, *count);
	else
		name_task(to, size, model_task(o->model, c->owner ? c->owner : c->opener));
}

void stuck_words(const struct stuck_out *o, const struct stuck *stuck, struct stuck_words *w)
{
	const struct conn *c = stuck->conn, *listener = model_listener(o->model, c);
	const struct holder *holders;
	char age[sizeof(w->age) + 16];
	struct verdict_facts facts = { .conn = c, .age = age, .pile = stuck->pile };
	size_t count;

	w->holder[0] = '\0';
	w->listener[0] = '\0';
	*put_age(w->age, stuck->age_ns) = '\0';
	snprintf(age, sizeof(age), "%s%s", c->flags & CONN_AT_LEAST ? "at least " : "", w->age);
	name_owner(o, c, w->holder, sizeof(w->holder), &w->holders, &w->holders_count);
	if (listener)
		name_owner(o, listener, w->listener, sizeof(w->listener), &holders, &count);
	facts.holder = w->holder[0] ? w->holder : NULL;
	facts.holders = w->holders_count;
	facts.listener = w->listener[0] ? w->listener : NULL;
	verdict_on(&facts, &w->verdict);
}
