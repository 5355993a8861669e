// SPDX-License-Identifier: GPL-2.0
/* Before the full socket and after it: request sockets and timewait minisockets. */
#include "userspace/conn/ending_judge.h"
#include "userspace/conn/tracker_internal.h"

struct conn *apply_request(struct tracker *m, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;
	struct conn *c = t->new_state == TCPTRAIL_NEW_SYN_RECV ? apply_begin(m, r) :
								 apply_find_or_create(m, r);

	if (!c)
		return NULL;
	if (t->new_state == TCPTRAIL_NEW_SYN_RECV) {
		c->object = CONN_REQUEST;
		c->role = CONN_PASSIVE;
		apply_enter(m, c, t->new_state, r->time_ns);
		apply_socket_facts(m, c, r);
		return c;
	}
	c->role = CONN_PASSIVE;
	if (c->state == TCPTRAIL_NO_STATE)
		c->flags |= CONN_FOUND;
	if (t->retransmits >= c->synacks)
		c->synacks = t->retransmits < UINT8_MAX ? t->retransmits + 1 : UINT8_MAX;
	if (t->reason == TCPTRAIL_REASON_ESTABLISHED) {
		if (c->object == CONN_REQUEST) {
			c->object = CONN_SOCKET;
			apply_enter(m, c, TCPTRAIL_SYN_RECV, r->time_ns);
		}
	} else if (!c->end && (c->object == CONN_REQUEST || c->state == TCPTRAIL_NO_STATE)) {
		c->object = CONN_REQUEST;
		c->state = TCPTRAIL_NEW_SYN_RECV;
		apply_losses(m, c);
		table_end(m, c, ending_judge_request(c, r), r->time_ns);
	}
	return c;
}

struct conn *apply_timewait(struct tracker *m, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;
	struct conn *c = apply_find_or_create(m, r);

	if (!c)
		return NULL;
	if (c->state == TCPTRAIL_NO_STATE)
		c->flags |= CONN_FOUND;
	c->object = CONN_MINISOCKET;
	c->flags |= CONN_ORPHAN;
	c->inode = 0;
	c->unread = 0;
	c->unacked = 0;
	if (t->new_state == TCPTRAIL_CLOSE) {
		c->state = t->old_state;
		if (!c->end)
			table_end(m, c, ending_judge_minisocket(c, r), r->time_ns);
		return c;
	}
	if (r->flags & TCPTRAIL_F_TASK)
		task_set(m, &c->owner, t->pid, t->comm);
	if (t->old_state == TCPTRAIL_TIME_WAIT && t->new_state == TCPTRAIL_TIME_WAIT) {
		apply_count(&c->rearms);
		if (c->state == TCPTRAIL_NO_STATE) {
			apply_enter(m, c, t->new_state, r->time_ns);
			c->flags |= CONN_AT_LEAST;
		}
		return c;
	}
	if (t->new_state == TCPTRAIL_TIME_WAIT) {
		apply_fin_acked(c, r->time_ns);
		apply_fin_taken(c, r->time_ns);
	}
	apply_enter(m, c, t->new_state, r->time_ns);
	return c;
}
