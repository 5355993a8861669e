// SPDX-License-Identifier: GPL-2.0
/* Before the full socket and after it: request sockets and timewait minisockets. */
#include "userspace/conn/tracker_internal.h"

static enum conn_end request_end(uint8_t reason)
{
	switch (reason) {
	case TCPTRAIL_REASON_TIMEOUT:
		return CONN_UNANSWERED;
	case TCPTRAIL_REASON_RESET:
		return CONN_RESET_IN;
	case TCPTRAIL_REASON_LISTENER:
		return CONN_LISTENER_GONE;
	case TCPTRAIL_REASON_NETNS:
		return CONN_NETNS_GONE;
	case TCPTRAIL_REASON_KILLED:
		return CONN_KILLED;
	}
	return CONN_UNSEEN;
}

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
		if (t->reason == TCPTRAIL_REASON_TIMEOUT)
			c->why = why_unanswered(c, r);
		table_end(m, c, request_end(t->reason), r->time_ns);
	}
	return c;
}

static enum conn_end minisocket_end(const struct conn *c, uint8_t reason)
{
	switch (reason) {
	case TCPTRAIL_REASON_TIMEOUT:
		return c->state == TCPTRAIL_FIN_WAIT2 ? CONN_FIN_TIMEOUT : CONN_NORMAL;
	case TCPTRAIL_REASON_RESET:
		return CONN_RESET_IN;
	case TCPTRAIL_REASON_SYN:
	case TCPTRAIL_REASON_REUSE:
		return CONN_REUSED;
	case TCPTRAIL_REASON_DATA:
		return CONN_RESET_OUT;
	case TCPTRAIL_REASON_NETNS:
		return CONN_NETNS_GONE;
	case TCPTRAIL_REASON_KILLED:
		return CONN_KILLED;
	}
	return CONN_UNSEEN;
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
		if (t->reason == TCPTRAIL_REASON_DATA)
			c->why = CONN_WHY_LATE_DATA;
		if (!c->end)
			table_end(m, c, minisocket_end(c, t->reason), r->time_ns);
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
