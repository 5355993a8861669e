// SPDX-License-Identifier: GPL-2.0
/*
 * What each kind of record means for the connection it is about. Any record
 * may be missing, late or a lie: each is taken for what it says by itself.
 */
#include <errno.h>

#include "userspace/model/model_internal.h"

/* The connection a record is about; NULL if it is a new or an unknown one. */
static struct conn *find(const struct model *m, const struct tcptrail_record *r)
{
	struct tuple tuple;
	struct conn *c = NULL;

	if (r->cookie) {
		c = table_by_cookie(m, r->cookie);
		if (c)
			return c;
	}
	if (tuple_of(&tuple, r))
		c = table_by_tuple(m, &tuple);
	/* The same addresses under another cookie are another life. */
	if (c && c->cookie && r->cookie)
		return NULL;
	return c;
}

static struct conn *find_or_create(struct model *m, const struct tcptrail_record *r)
{
	struct conn *c = find(m, r);
	struct tuple tuple;

	if (c) {
		table_name(m, c, r);
		return c;
	}
	if (!r->cookie && !tuple_of(&tuple, r)) {
		m->stats.nameless++;
		return NULL;
	}
	return table_create(m, r);
}

/* A new life under an old cookie or name: the old one's end was not seen. */
static void clear_way(struct model *m, const struct tcptrail_record *r)
{
	struct conn *c = find(m, r);

	if (!c)
		return;
	if (!c->end)
		table_end(m, c, CONN_UNSEEN, r->time_ns);
	table_forget(m, c);
}

static void add_count(uint8_t *count)
{
	if (*count < UINT8_MAX)
		++*count;
}

static void take_facts(struct model *m, struct conn *c, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;

	c->uid = t->uid;
	c->inode = t->inode;
	c->unread = t->unread;
	c->unacked = t->unacked;
	c->retrans_total = t->retrans_total;
	if (t->cgroup)
		c->cgroup = t->cgroup;
	c->flags &= ~CONN_ORPHAN;
	if (r->flags & TCPTRAIL_F_ORPHAN)
		c->flags |= CONN_ORPHAN;
	if (r->flags & TCPTRAIL_F_PEER_FIN)
		c->flags |= CONN_PEER_FIN;
	if (r->flags & TCPTRAIL_F_TASK)
		task_set(m, &c->owner, t->pid, t->comm);
}

/* Only a real change restarts the clock; a seen one beats a guess. */
static void enter(struct conn *c, uint8_t state, uint64_t time_ns)
{
	if (c->end) {
		c->end = CONN_LIVES; /* it lived on after all */
		c->since_ns = time_ns;
	} else if (c->state != state || c->flags & CONN_AT_LEAST) {
		c->since_ns = time_ns;
	}
	c->state = state;
	c->flags &= ~CONN_AT_LEAST;
}

static void close_begins(struct conn *c, enum conn_closer closer)
{
	if (c->closer == CONN_CLOSER_NONE && !c->fin_out_ns && !c->fin_in_ns)
		c->closer = closer;
}

static void fin_sent(struct conn *c, uint64_t time_ns)
{
	close_begins(c, CONN_CLOSER_US);
	if (!c->fin_out_ns)
		c->fin_out_ns = time_ns;
}

static void fin_received(struct conn *c, uint64_t time_ns)
{
	close_begins(c, CONN_CLOSER_PEER);
	if (!c->fin_in_ns)
		c->fin_in_ns = time_ns;
	c->flags |= CONN_PEER_FIN;
}

static void fin_acked(struct conn *c, uint64_t time_ns)
{
	if (c->fin_out_ns && !c->fin_out_acked_us)
		c->fin_out_acked_us = conn_span(c->fin_out_ns, time_ns);
}

/* The step of handshake or teardown that leads to a state. */
static void take_step(struct conn *c, const struct tcptrail_record *r)
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
		if (!c->established_us && !(c->flags & CONN_FOUND))
			c->established_us = conn_span(c->begun_ns, r->time_ns);
		break;
	case TCPTRAIL_FIN_WAIT1:
	case TCPTRAIL_LAST_ACK:
		fin_sent(c, r->time_ns);
		break;
	case TCPTRAIL_CLOSE_WAIT:
		fin_received(c, r->time_ns);
		break;
	case TCPTRAIL_FIN_WAIT2:
		fin_acked(c, r->time_ns);
		break;
	case TCPTRAIL_CLOSING:
		c->flags |= CONN_SIMULTANEOUS_CLOSE;
		fin_received(c, r->time_ns);
		break;
	}
}

/* How a full socket's life ended, from where it was and what is on record. */
static enum conn_end socket_end(const struct conn *c, const struct tcptrail_transition *t)
{
	switch (t->error) {
	case ETIMEDOUT:
		return CONN_UNANSWERED;
	case EHOSTUNREACH:
	case ENETUNREACH:
	case EHOSTDOWN:
		return CONN_UNREACHABLE;
	case ECONNREFUSED:
		return CONN_REFUSED;
	case ECONNRESET:
	case EPIPE:
		return CONN_RESET_IN;
	case ECONNABORTED:
		return CONN_KILLED;
	}
	if (c->flags & CONN_RST_IN)
		return CONN_RESET_IN;
	switch (t->old_state) {
	case TCPTRAIL_SYN_SENT:
	case TCPTRAIL_SYN_RECV:
		return CONN_ABANDONED;
	case TCPTRAIL_LISTEN:
	case TCPTRAIL_LAST_ACK:
		return CONN_NORMAL;
	case TCPTRAIL_FIN_WAIT2:
	case TCPTRAIL_CLOSING:
		return c->fin_in_ns ? CONN_NORMAL : CONN_FIN_TIMEOUT;
	}
	return CONN_RESET_OUT;
}

static void apply_socket(struct model *m, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;
	struct conn *c;

	if (t->old_state == TCPTRAIL_CLOSE)
		clear_way(m, r);
	c = find_or_create(m, r);
	if (!c)
		return;
	if (c->state == TCPTRAIL_NO_STATE && t->old_state != TCPTRAIL_CLOSE &&
	    t->old_state != TCPTRAIL_LISTEN && t->old_state != TCPTRAIL_SYN_RECV)
		c->flags |= CONN_FOUND;
	if (t->new_state == TCPTRAIL_CLOSE) {
		/*
		 * The full socket goes and the minisocket lives on; or a child lost the
		 * race against another one for the same request.
		 */
		if (c->half == CONN_MINISOCKET ||
		    (t->old_state == TCPTRAIL_SYN_RECV && c->state == TCPTRAIL_ESTABLISHED))
			return;
		take_facts(m, c, r);
		c->state = t->old_state;
		c->error = t->error < UINT8_MAX ? t->error : UINT8_MAX;
		if (!c->end)
			table_end(m, c, socket_end(c, t), r->time_ns);
		return;
	}
	take_facts(m, c, r);
	if (t->new_state == TCPTRAIL_SYN_SENT && r->flags & TCPTRAIL_F_TASK)
		task_set(m, &c->opener, t->pid, t->comm);
	take_step(c, r);
	c->half = CONN_SOCKET;
	if (!(r->flags & TCPTRAIL_F_SELF) || c->state != t->new_state)
		enter(c, t->new_state, r->time_ns);
}

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

static void apply_request(struct model *m, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;
	struct conn *c;

	if (t->new_state == TCPTRAIL_NEW_SYN_RECV)
		clear_way(m, r);
	c = find_or_create(m, r);
	if (!c)
		return;
	if (t->new_state == TCPTRAIL_NEW_SYN_RECV) {
		c->half = CONN_REQUEST;
		c->role = CONN_PASSIVE;
		enter(c, t->new_state, r->time_ns);
		take_facts(m, c, r);
		return;
	}
	c->role = CONN_PASSIVE;
	if (t->retransmits >= c->synacks)
		c->synacks = t->retransmits < UINT8_MAX ? t->retransmits + 1 : UINT8_MAX;
	if (t->reason == TCPTRAIL_REASON_ESTABLISHED) {
		if (c->half == CONN_REQUEST) {
			c->half = CONN_SOCKET;
			enter(c, TCPTRAIL_SYN_RECV, r->time_ns);
		}
	} else if (!c->end && (c->half == CONN_REQUEST || c->state == TCPTRAIL_NO_STATE)) {
		c->half = CONN_REQUEST;
		c->state = TCPTRAIL_NEW_SYN_RECV;
		table_end(m, c, request_end(t->reason), r->time_ns);
	}
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

static void apply_timewait(struct model *m, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;
	struct conn *c = find_or_create(m, r);

	if (!c)
		return;
	if (c->state == TCPTRAIL_NO_STATE)
		c->flags |= CONN_FOUND;
	c->half = CONN_MINISOCKET;
	c->flags |= CONN_ORPHAN;
	c->inode = 0;
	c->unread = 0;
	c->unacked = 0;
	if (t->new_state == TCPTRAIL_CLOSE) {
		c->state = t->old_state;
		if (!c->end)
			table_end(m, c, minisocket_end(c, t->reason), r->time_ns);
		return;
	}
	if (r->flags & TCPTRAIL_F_TASK)
		task_set(m, &c->owner, t->pid, t->comm);
	if (t->old_state == TCPTRAIL_TIME_WAIT && t->new_state == TCPTRAIL_TIME_WAIT) {
		add_count(&c->rearms);
		if (c->state == TCPTRAIL_NO_STATE) {
			enter(c, t->new_state, r->time_ns);
			c->flags |= CONN_AT_LEAST;
		}
		return;
	}
	if (t->new_state == TCPTRAIL_TIME_WAIT) {
		fin_acked(c, r->time_ns);
		if (!c->fin_in_ns)
			fin_received(c, r->time_ns);
	}
	enter(c, t->new_state, r->time_ns);
}

static void apply_accept(struct model *m, const struct tcptrail_record *r)
{
	struct conn *c = find_or_create(m, r);

	if (!c)
		return;
	take_facts(m, c, r);
	c->role = CONN_PASSIVE;
	c->flags |= CONN_ACCEPTED;
	if (!c->accepted_us && !(c->flags & CONN_FOUND))
		c->accepted_us = conn_span(c->begun_ns, r->time_ns);
	if (r->flags & TCPTRAIL_F_TASK)
		task_set(m, &c->opener, r->transition.pid, r->transition.comm);
	if (c->state == TCPTRAIL_NO_STATE) {
		c->flags |= CONN_FOUND;
		enter(c, r->transition.new_state, r->time_ns);
		c->flags |= CONN_AT_LEAST;
	}
}

static void segment_sent(struct conn *c, const struct tcptrail_record *r)
{
	uint8_t flags = r->segment.tcp_flags;

	if (flags & TCPTRAIL_RST) {
		c->flags |= CONN_RST_OUT;
		if (c->end == CONN_ABANDONED)
			c->end = CONN_RESET_OUT;
		return;
	}
	if (flags & TCPTRAIL_SYN && flags & TCPTRAIL_ACK) {
		add_count(&c->synacks);
		if (!c->synack_us)
			c->synack_us = conn_span(c->begun_ns, r->time_ns);
	} else if (flags & TCPTRAIL_SYN) {
		add_count(&c->syns);
	}
	if (flags & TCPTRAIL_FIN) {
		add_count(&c->fins);
		fin_sent(c, r->time_ns);
	}
	if (flags & TCPTRAIL_ACK && c->fin_in_ns && !c->fin_in_acked_us)
		c->fin_in_acked_us = conn_span(c->fin_in_ns, r->time_ns);
}

static void segment_received(struct conn *c, const struct tcptrail_record *r)
{
	uint8_t flags = r->segment.tcp_flags;

	if (flags & TCPTRAIL_RST)
		c->flags |= CONN_RST_IN;
	else if (flags & TCPTRAIL_SYN && flags & TCPTRAIL_ACK && !c->synack_us)
		c->synack_us = conn_span(c->begun_ns, r->time_ns);
	else if (flags & TCPTRAIL_FIN && c->state != TCPTRAIL_SYN_SENT &&
		 c->state != TCPTRAIL_NO_STATE)
		fin_received(c, r->time_ns);
}

/* A segment never makes a connection: strangers must not fill the tables. */
static void apply_segment(struct model *m, const struct tcptrail_record *r)
{
	struct conn *c = find(m, r);

	if (!c || c->state == TCPTRAIL_LISTEN) {
		m->stats.strangers++;
		return;
	}
	table_name(m, c, r);
	if (r->segment.direction == TCPTRAIL_OUT)
		segment_sent(c, r);
	else
		segment_received(c, r);
}

/*
 * A socket that was found rather than seen. Where the trail knows the state,
 * it knows it better; where the two differ, a transition was missed.
 */
static void apply_snapshot(struct model *m, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;
	uint8_t state = t->new_state == TCPTRAIL_SYN_RECV ? TCPTRAIL_NEW_SYN_RECV : t->new_state;
	struct conn *c = find(m, r);
	bool known;

	if (c && (c->end || c->since_ns > r->time_ns) && c->state != TCPTRAIL_NO_STATE) {
		if (!c->end)
			c->flags |= CONN_CONFIRMED;
		return;
	}
	c = find_or_create(m, r);
	if (!c)
		return;
	known = c->state == state ||
		(c->state == TCPTRAIL_SYN_RECV && state == TCPTRAIL_NEW_SYN_RECV);
	if (c->state == TCPTRAIL_NO_STATE)
		c->flags |= CONN_FOUND;
	take_facts(m, c, r);
	c->flags |= CONN_CONFIRMED;
	if (state == TCPTRAIL_LISTEN)
		c->role = CONN_LISTENER;
	if (state == TCPTRAIL_NEW_SYN_RECV && t->retransmits >= c->synacks)
		c->synacks = t->retransmits < UINT8_MAX ? t->retransmits + 1 : UINT8_MAX;
	if (state == TCPTRAIL_SYN_SENT) {
		c->role = CONN_ACTIVE;
		if (t->retransmits >= c->syns)
			c->syns = t->retransmits < UINT8_MAX ? t->retransmits + 1 : UINT8_MAX;
	}
	if ((state == TCPTRAIL_FIN_WAIT1 || state == TCPTRAIL_LAST_ACK ||
	     state == TCPTRAIL_CLOSING) &&
	    t->retransmits >= c->fins)
		c->fins = t->retransmits < UINT8_MAX ? t->retransmits + 1 : UINT8_MAX;
	if (known)
		return;
	c->half = state == TCPTRAIL_TIME_WAIT	 ? CONN_MINISOCKET :
		  state == TCPTRAIL_NEW_SYN_RECV ? CONN_REQUEST :
						   CONN_SOCKET;
	enter(c, state, r->time_ns > r->seq ? r->time_ns - r->seq : 0);
	c->flags |= CONN_AT_LEAST;
}

void apply(struct model *m, const struct tcptrail_record *r)
{
	switch (r->kind) {
	case TCPTRAIL_SOCKET:
		apply_socket(m, r);
		break;
	case TCPTRAIL_REQUEST:
		apply_request(m, r);
		break;
	case TCPTRAIL_TIMEWAIT:
		apply_timewait(m, r);
		break;
	case TCPTRAIL_ACCEPT:
		apply_accept(m, r);
		break;
	case TCPTRAIL_SEGMENT:
		apply_segment(m, r);
		break;
	case TCPTRAIL_SNAPSHOT:
		apply_snapshot(m, r);
		break;
	case TCPTRAIL_LOSS:
		m->stats.lost += r->loss.count;
		m->stats.last_loss_ns = r->time_ns;
		break;
	}
}
