// SPDX-License-Identifier: GPL-2.0
/* A finding in words: who holds it, how long it has been so, and its verdict. */
#include <stdio.h>

#include "userspace/print/stuck_out.h"
#include "userspace/base/text.h"
#include "userspace/diagnose/evidence.h"

/* Holders by name; the first few, and how many more there are. */
static void name_holders(char to[STUCK_HOLDERS_MAX], const struct holder *holders, size_t count)
{
	char *p = to;
	size_t i;

	for (i = 0; i < count && i < STUCK_HOLDERS_NAMED; i++) {
		if (i)
			p = put_str(p, ", ");
		p = put_task(p, p + PUT_TASK_MAX, holders[i].comm, holders[i].pid);
		if (holders[i].task != holders[i].pid)
			p += sprintf(p, " thread %u", holders[i].task);
		p += sprintf(p, "%s fd %d", holders[i].io_uring ? " io_uring" : "", holders[i].fd);
	}
	if (count > STUCK_HOLDERS_NAMED)
		sprintf(p, " and %zu more", count - STUCK_HOLDERS_NAMED);
}

static void name_owner(struct owner owner, char name[STUCK_NAME_MAX])
{
	if (owner.comm)
		*put_task(name, name + STUCK_NAME_MAX - 1, owner.comm, owner.pid) = '\0';
}

/* Who holds it now, and what the one that acts on it has besides. */
static void find_holders(const struct stuck_out *o, const struct finding *f, struct stuck_words *w,
			 struct verdict_context *x)
{
	const struct task *opener = holders_inherited_from(o->holders, o->tracker, f->conn);
	struct owner owner = holders_owner(o->holders, o->tracker, f->conn);
	uint64_t task = owner.task;

	if (opener)
		name_owner((struct owner){ .comm = opener->comm, .pid = opener->pid },
			   w->inherited_from);
	w->holders = holders_of(o->holders, f->conn, &w->holders_count);
	w->unheld = holders_none(o->holders, f->conn);
	x->holders = w->holders_count;
	x->unheld = w->unheld;
	if (!w->holders_count)
		return;
	w->process = owners_process(&o->holders->owners, owner.task);
	x->owner = w->owner;
	x->process = owner.acts ? w->process : NULL;
	if (f->state == TCPTRAIL_CLOSE_WAIT)
		w->leak = hashmap_find(&o->holders->leaks, &task);
}

/** struct accepting - what is on record of accept() at a listener */
struct accepting {
	char acceptor[STUCK_NAME_MAX];
	char gone[STUCK_NAME_MAX];
	struct number_text accepted;
	struct number_text recorded;
};

static const char *name_task(const struct task *task, char name[STUCK_NAME_MAX])
{
	if (!task)
		return NULL;
	*put_task(name, name + STUCK_NAME_MAX - 1, task->comm, task->pid) = '\0';
	return name;
}

static void find_accepting(const struct stuck_out *o, const struct finding *f, struct accepting *a,
			   struct verdict_context *x)
{
	if (f->state != TCPTRAIL_LISTEN)
		return;
	x->gone = name_task(holders_gone(o->holders, o->tracker, f->conn), a->gone);
	if (f->moved_ns) {
		x->acceptor = name_task(tracker_task(o->tracker, f->queue->listener->opener),
					a->acceptor);
		a->accepted = number_text(put_age, time_between(f->moved_ns, o->now_ns));
		x->accepted = a->accepted.s;
	} else if (f->conn->flags & CONN_FOUND) {
		a->recorded = number_text(put_age, time_between(f->conn->begun_ns, o->now_ns));
		x->recorded = a->recorded.s;
	} else {
		x->none_accepted = !(f->unknown & FINDING(ACCEPTING));
	}
}

/* Of several listeners at a port it is not known which one a connection came by. */
static void name_listener(const struct stuck_out *o, const struct finding *f, struct stuck_words *w)
{
	const struct conn *listener = finding_listener(f, o->tracker);

	if (listener && (!f->queue || f->queue->listeners <= 1))
		name_owner(holders_owner(o->holders, o->tracker, listener), w->listener);
}

/* Who holds it; of a service one of its processes, and how many others there are. */
static const char *who_holds(const struct stuck_group *group, const struct stuck_words *w,
			     char service[2 * STUCK_NAME_MAX])
{
	size_t others = group->processes - 1;

	if (!others)
		return w->holder[0] ? w->holder : NULL;
	snprintf(service, 2 * STUCK_NAME_MAX, "%s and %zu more process%s", w->owner, others,
		 others == 1 ? "" : "es");
	return service;
}

/* "10.0.0.9:9090 (backend[14])" */
static void name_leg(const struct stuck_out *o, const struct finding *f, struct stuck_words *w)
{
	const struct conn *leg = relay_other(f->relay);
	uint8_t raddr[16];

	if (!leg)
		return;
	name_owner(holders_leg_owner(o->holders, o->tracker, f), w->leg_peer);
	tracker_raddr(o->tracker, leg, raddr);
	*put_endpoint(w->leg, raddr, leg->rport) = '\0';
	if (w->leg_peer[0])
		snprintf(w->leg + strlen(w->leg), STUCK_NAME_MAX, " (%.100s)", w->leg_peer);
}

void stuck_words(const struct stuck_out *o, const struct stuck_group *group, struct stuck_words *w)
{
	const struct finding *f = group->members[0];
	struct verdict_context context = { 0 };
	char age[sizeof(w->age) + 16], service[2 * STUCK_NAME_MAX];
	struct accepting accepting;

	*w = (struct stuck_words){ .netns = kernel_view_netns_name(o->kernel, f->conn->netns) };
	find_holders(o, f, w, &context);
	find_accepting(o, f, &accepting, &context);
	*put_age(w->age, finding_age(f, o->now_ns)) = '\0';
	snprintf(age, sizeof(age), "%s%s", f->at_least ? "at least " : "", w->age);
	if (!f->usage)
		name_owner(holders_owner(o->holders, o->tracker, f->conn), w->owner);
	else if (f->usage->comm[0])
		*put_task(w->owner, w->owner + sizeof(w->owner) - 1, f->usage->comm,
			  f->usage->pid) = '\0';
	if (w->holders_count && !f->usage)
		name_holders(w->holder, w->holders, w->holders_count);
	else
		strcpy(w->holder, w->owner);
	name_listener(o, f, w);
	name_owner(holders_peer_owner(o->holders, o->tracker, f), w->peer);
	name_leg(o, f, w);
	context.age = age;
	context.holder = who_holds(group, w, service);
	context.inherited_from = w->inherited_from[0] ? w->inherited_from : NULL;
	context.listener = w->listener[0] ? w->listener : NULL;
	context.leg = w->leg[0] ? w->leg : NULL;
	context.leg_peer = w->leg_peer[0] ? w->leg_peer : NULL;
	context.peer = w->peer[0] ? w->peer : NULL;
	context.processes = group->processes;
	context.leak = group->processes > 1 ? NULL : w->leak;
	verdict_say(f, &context, &w->verdict);
}
