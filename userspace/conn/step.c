// SPDX-License-Identifier: GPL-2.0
/*
 * The steps of one end's life.
 *
 * Any record may be missing, late or a lie: each is taken for what it says by itself, and
 * the first one that tells a time keeps it.
 */
#include "userspace/conn/step.h"

#include "userspace/conn/ending_judge.h"

void step_enter(struct tracker *m, struct conn *c, uint8_t state, uint64_t time_ns)
{
	if (c->end) {
		join_revived(m, c);
		c->end = CONN_LIVES; /* it lived on after all */
		c->since_ns = time_ns;
	} else if (c->state != state || c->flags & CONN_AT_LEAST) {
		/* A child takes over from its request: both are SYN-RECEIVED. */
		if (c->state != state && c->state != TCPTRAIL_NEW_SYN_RECV)
			observe_step(m, c, CONN_STEP_LEAVES, time_ns);
		c->since_ns = time_ns;
	}
	if (c->state != state) { /* RSTs before ended nothing */
		c->flags &= ~(CONN_RST_IN | CONN_RST_OUT);
		c->reset_reason = TCPTRAIL_RESET_NONE;
		c->acks = 0;
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

/* A FIN that overtook data had to wait for it. */
void step_fin_taken(struct conn *c, uint64_t time_ns)
{
	fin_received(c, time_ns);
	if (c->flags & CONN_FIN_TAKEN)
		return;
	c->flags |= CONN_FIN_TAKEN;
	c->fin_in_ns = time_ns;
	c->fin_in_acked_us = 0;
}

void step_fin_acked(struct conn *c, uint64_t time_ns)
{
	if (c->fin_out_ns && !c->fin_out_acked_us)
		c->fin_out_acked_us = conn_span(c->fin_out_ns, time_ns);
}

static void established(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	if (c->role == CONN_ROLE_UNKNOWN)
		c->role = r->transition.old_state == TCPTRAIL_SYN_SENT ? CONN_ACTIVE : CONN_PASSIVE;
	if (c->role == CONN_PASSIVE)
		observe_step(m, c, CONN_STEP_OPENED, r->time_ns);
	if (c->established_us || c->flags & CONN_FOUND)
		return;
	c->established_us = conn_span(c->begun_ns, r->time_ns);
	observe_step(m, c, CONN_STEP_ESTABLISHED, r->time_ns);
}

void step_reach(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;

	switch (t->new_state) {
	case TCPTRAIL_LISTEN:
		c->role = CONN_LISTENER;
		break;
	case TCPTRAIL_SYN_SENT:
		c->role = CONN_ACTIVE;
		/* Otherwise connect() chooses one after this. */
		if (r->lport && !(r->flags & TCPTRAIL_F_NO_LPORT))
			c->flags |= CONN_BOUND;
		if (r->flags & TCPTRAIL_F_TASK)
			task_set(m, &c->opener, t->pid, t->comm);
		break;
	case TCPTRAIL_SYN_RECV:
		if (t->old_state == TCPTRAIL_SYN_SENT)
			c->flags |= CONN_SIMULTANEOUS_OPEN;
		else
			c->role = CONN_PASSIVE;
		break;
	case TCPTRAIL_ESTABLISHED:
		established(m, c, r);
		break;
	case TCPTRAIL_FIN_WAIT1:
	case TCPTRAIL_LAST_ACK:
		fin_sent(c, r->time_ns);
		break;
	case TCPTRAIL_CLOSE_WAIT:
		step_fin_taken(c, r->time_ns);
		break;
	case TCPTRAIL_FIN_WAIT2:
		step_fin_acked(c, r->time_ns);
		break;
	case TCPTRAIL_CLOSING:
		c->flags |= CONN_SIMULTANEOUS_CLOSE;
		step_fin_taken(c, r->time_ns);
		break;
	}
}

/* When accept() was called last, and by whom: the listener knows. */
static void note_accept(struct tracker *m, const struct conn *c, const struct tcptrail_record *r)
{
	uint64_t since_ns = c->begun_ns + c->established_us * 1000ULL;
	uint32_t waited_us = conn_span(since_ns, r->time_ns);
	struct conn *listener = table_listener(m, table_tuple(m, c));

	if (!listener || (waited_us < CONN_ACCEPT_AT_ONCE_US &&
			  listener->accepted_us >= CONN_ACCEPT_AT_ONCE_US &&
			  time_between(listener->accept_ns, r->time_ns) < CONN_ACCEPT_NOTED_NS &&
			  table_is_shared(m, listener)))
		return;
	listener->accept_ns = r->time_ns;
	listener->accepted_us = waited_us;
	if (r->flags & TCPTRAIL_F_TASK)
		task_set(m, &listener->opener, r->transition.pid, r->transition.comm);
}

void step_accepted(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	c->role = CONN_PASSIVE;
	c->flags |= CONN_ACCEPTED;
	note_accept(m, c, r);
	if (r->flags & TCPTRAIL_F_TASK)
		task_set(m, &c->opener, r->transition.pid, r->transition.comm);
	if (c->accepted_us || c->flags & CONN_FOUND)
		return;
	c->accepted_us = conn_span(c->begun_ns, r->time_ns);
	observe_step(m, c, CONN_STEP_ACCEPTED, r->time_ns);
}

void step_bytes(struct conn *c, const struct tcptrail_record *r)
{
	if (!(r->flags & TCPTRAIL_F_BYTES))
		return;
	c->sent = r->transition.sent;
	c->received = r->transition.received;
	c->flags |= CONN_HAS_BYTES;
}

/* Nobody holds it: in these states that is because accept() has not taken it yet. */
static bool may_wait_for_accept(uint8_t state)
{
	return state == TCPTRAIL_SYN_RECV || state == TCPTRAIL_ESTABLISHED ||
	       state == TCPTRAIL_CLOSE_WAIT;
}

void step_facts(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;

	c->inode = t->inode;
	c->unread = t->unread;
	c->unacked = t->unacked;
	c->retrans_total = t->retrans_total;
	if (r->flags & TCPTRAIL_F_BYTES) {
		step_bytes(c, r);
	} else {
		c->uid = t->uid;
		c->flags |= CONN_OWNED;
		if (t->cgroup)
			c->cgroup = t->cgroup;
	}
	c->flags &= ~CONN_ORPHAN;
	if (r->flags & TCPTRAIL_F_ORPHAN && !may_wait_for_accept(t->new_state))
		c->flags |= CONN_ORPHAN;
	if (r->flags & TCPTRAIL_F_PEER_FIN)
		c->flags |= CONN_PEER_FIN;
	if (r->flags & TCPTRAIL_F_MPTCP)
		c->flags |= CONN_MPTCP;
	/* MPTCP's worker acts for whoever holds the connection. */
	if (r->flags & TCPTRAIL_F_TASK && !(r->flags & TCPTRAIL_F_MPTCP))
		task_set(m, &c->owner, t->pid, t->comm);
}

void step_sent_times(uint8_t *sent, uint8_t retransmits)
{
	if (retransmits >= *sent)
		*sent = retransmits < UINT8_MAX ? retransmits + 1 : UINT8_MAX;
}

/* One more SYN, SYN-ACK or FIN; one that is not the first was sent again. */
static void sent(struct tracker *m, struct conn *c, uint8_t *count, enum conn_step again,
		 uint64_t time_ns)
{
	if (*count)
		observe_step(m, c, again, time_ns);
	step_count(count);
}

static void synack_seen(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	join_synack(m, c, &r->segment);
	if (!c->synack_us)
		c->synack_us = conn_span(c->begun_ns, r->time_ns);
}

static void segment_sent(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	uint8_t flags = r->segment.tcp_flags;

	if (flags & TCPTRAIL_RST) {
		ending_take_rst_out(c, r);
		return;
	}
	if (flags & TCPTRAIL_SYN && flags & TCPTRAIL_ACK) {
		sent(m, c, &c->synacks, CONN_STEP_SYN_ACK_AGAIN, r->time_ns);
		synack_seen(m, c, r);
	} else if (flags & TCPTRAIL_SYN) {
		sent(m, c, &c->syns, CONN_STEP_SYN_AGAIN, r->time_ns);
		join_syn(m, c, &r->segment);
	}
	if (flags & TCPTRAIL_FIN) {
		sent(m, c, &c->fins, CONN_STEP_FIN_AGAIN, r->time_ns);
		fin_sent(c, r->time_ns);
	}
	if (!(flags & (TCPTRAIL_SYN | TCPTRAIL_FIN)) && !r->segment.len)
		step_count(&c->acks);
	if (flags & TCPTRAIL_ACK && c->fin_in_ns && !c->fin_in_acked_us)
		c->fin_in_acked_us = conn_span(c->fin_in_ns, r->time_ns);
}

static void segment_received(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	uint8_t flags = r->segment.tcp_flags;

	if (flags & TCPTRAIL_RST)
		c->flags |= CONN_RST_IN;
	else if (flags & TCPTRAIL_SYN && flags & TCPTRAIL_ACK)
		synack_seen(m, c, r);
	else if (flags & TCPTRAIL_FIN && !c->end && c->state != TCPTRAIL_SYN_SENT &&
		 c->state != TCPTRAIL_NO_STATE)
		fin_received(c, r->time_ns);
}

void step_segment(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	c->flags |= CONN_SEGMENTS;
	if (r->segment.tcp_flags & TCPTRAIL_FIN)
		join_fin(m, c, &r->segment);
	if (r->segment.direction == TCPTRAIL_OUT)
		segment_sent(m, c, r);
	else
		segment_received(m, c, r);
}
