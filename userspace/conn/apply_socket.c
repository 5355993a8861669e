// SPDX-License-Identifier: GPL-2.0
/* Full sockets: their transitions, and accept(). */
#include "userspace/conn/ending_judge.h"
#include "userspace/conn/tracker_internal.h"
#include "userspace/base/time.h"

#define AT_ONCE_NS (50 * MS) /* in one go of the kernel, interrupts and all */

/* The step of handshake or teardown that leads to a state. */
static void take_step(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;

	switch (t->new_state) {
	case TCPTRAIL_LISTEN:
		c->role = CONN_LISTENER;
		break;
	case TCPTRAIL_SYN_SENT:
		c->role = CONN_ACTIVE;
		break;
	case TCPTRAIL_SYN_RECV:
		if (t->old_state == TCPTRAIL_SYN_SENT)
			c->flags |= CONN_SIMULTANEOUS_OPEN;
		else
			c->role = CONN_PASSIVE;
		break;
	case TCPTRAIL_ESTABLISHED:
		if (c->role == CONN_ROLE_UNKNOWN)
			c->role = t->old_state == TCPTRAIL_SYN_SENT ? CONN_ACTIVE : CONN_PASSIVE;
		m->counters.opened[CONN_PASSIVE] += c->role == CONN_PASSIVE;
		if (!c->established_us && !(c->flags & CONN_FOUND)) {
			c->established_us = conn_span(c->begun_ns, r->time_ns);
			counters_established(m, c);
		}
		break;
	case TCPTRAIL_FIN_WAIT1:
	case TCPTRAIL_LAST_ACK:
		apply_fin_sent(c, r->time_ns);
		break;
	case TCPTRAIL_CLOSE_WAIT:
		apply_fin_taken(c, r->time_ns);
		break;
	case TCPTRAIL_FIN_WAIT2:
		apply_fin_acked(c, r->time_ns);
		break;
	case TCPTRAIL_CLOSING:
		c->flags |= CONN_SIMULTANEOUS_CLOSE;
		apply_fin_taken(c, r->time_ns);
		break;
	}
}

/*
 * The kernel had no room for a minisocket: the full socket ends where it would have
 * become one. With the peer's FIN there that is plain. Without, it is due when our
 * FIN is acknowledged, or at close() if that comes later; TCP_LINGER2 below zero looks
 * the same.
 */
static bool lacks_minisocket(const struct conn *c, const struct tcptrail_record *r,
			     enum conn_end end)
{
	uint8_t old_state = r->transition.old_state;

	if (end == CONN_NORMAL)
		return old_state == TCPTRAIL_FIN_WAIT2 || old_state == TCPTRAIL_CLOSING;
	return end == CONN_FIN_TIMEOUT && old_state == TCPTRAIL_FIN_WAIT2 &&
	       c->flags & CONN_ORPHAN &&
	       (r->flags & TCPTRAIL_F_TASK || r->time_ns < c->since_ns + AT_ONCE_NS);
}

static void end_socket(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	enum conn_end end;

	apply_losses(m, c);
	end = ending_judge_socket(c, r);
	if (end == CONN_NORMAL)
		apply_fin_acked(c, r->time_ns);
	m->counters.overflows += lacks_minisocket(c, r, end);
	table_end(m, c, end, r->time_ns);
}

struct conn *apply_socket(struct tracker *m, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;
	struct conn *c;

	/* A listener that ss -K had closed, and that its process closes now: nothing begins. */
	if (t->old_state == TCPTRAIL_CLOSE && t->new_state == TCPTRAIL_CLOSE)
		return NULL;
	c = t->old_state == TCPTRAIL_CLOSE ? apply_begin(m, r) : apply_find_or_create(m, r);
	if (!c)
		return NULL;
	if (c->state == TCPTRAIL_NO_STATE && t->old_state != TCPTRAIL_CLOSE &&
	    t->old_state != TCPTRAIL_LISTEN && t->old_state != TCPTRAIL_SYN_RECV)
		c->flags |= CONN_FOUND;
	if (t->new_state == TCPTRAIL_CLOSE) {
		/* A child lost the race against another one for the same request. */
		if (t->old_state == TCPTRAIL_SYN_RECV && c->state == TCPTRAIL_ESTABLISHED)
			return c;
		/* The full socket goes and the minisocket lives on. */
		if (c->object == CONN_MINISOCKET) {
			apply_bytes(c, r);
			return c;
		}
		apply_socket_facts(m, c, r);
		c->state = t->old_state;
		c->error = t->error < UINT8_MAX ? t->error : UINT8_MAX;
		if (!c->end)
			end_socket(m, c, r);
		return c;
	}
	apply_socket_facts(m, c, r);
	if (t->new_state == TCPTRAIL_SYN_SENT && r->flags & TCPTRAIL_F_TASK)
		task_set(m, &c->opener, t->pid, t->comm);
	take_step(m, c, r);
	c->object = CONN_SOCKET;
	if (!(r->flags & TCPTRAIL_F_SELF) || c->state != t->new_state)
		apply_enter(m, c, t->new_state, r->time_ns);
	return c;
}

struct conn *apply_accept(struct tracker *m, const struct tcptrail_record *r)
{
	/* One that was reset while it waited is taken by accept() all the same: it is over. */
	bool is_over = r->transition.new_state == TCPTRAIL_CLOSE;
	struct conn *c = is_over ? apply_find(m, r) : apply_find_or_create(m, r);

	if (!c)
		return NULL;
	apply_socket_facts(m, c, r);
	c->role = CONN_PASSIVE;
	c->flags |= CONN_ACCEPTED;
	if (!c->accepted_us && !(c->flags & CONN_FOUND)) {
		c->accepted_us = conn_span(c->begun_ns, r->time_ns);
		counters_accepted(m, c, r->time_ns);
	}
	if (r->flags & TCPTRAIL_F_TASK)
		task_set(m, &c->opener, r->transition.pid, r->transition.comm);
	if (c->state == TCPTRAIL_NO_STATE) {
		c->flags |= CONN_FOUND;
		apply_enter(m, c, r->transition.new_state, r->time_ns);
		c->flags |= CONN_AT_LEAST;
	}
	return c;
}
