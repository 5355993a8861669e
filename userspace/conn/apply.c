// SPDX-License-Identifier: GPL-2.0
/*
 * What each kind of record means for the connection it is about. Any record
 * may be missing, late or a lie: each is taken for what it says by itself.
 */
#include "userspace/conn/tracker_internal.h"

static struct conn *find_by_tuple(const struct tracker *m, const struct tcptrail_record *r)
{
	struct tuple tuple;
	struct conn *c;

	if (!tuple_of(&tuple, r))
		return NULL;
	c = table_by_tuple(m, &tuple);
	/* The same addresses under another cookie are another life. */
	return c && c->cookie && r->cookie ? NULL : c;
}

/* The connection a record is about; NULL if it is a new or an unknown one. */
struct conn *apply_find(const struct tracker *m, const struct tcptrail_record *r)
{
	struct conn *c = r->cookie ? table_by_cookie(m, r->cookie) : NULL;

	return c ? c : find_by_tuple(m, r);
}

static struct conn *create(struct tracker *m, const struct tcptrail_record *r)
{
	struct tuple tuple;

	if (!r->cookie && !tuple_of(&tuple, r)) {
		m->stats.unnamed++;
		return NULL;
	}
	return table_create(m, r);
}

struct conn *apply_find_or_create(struct tracker *m, const struct tcptrail_record *r)
{
	struct conn *c = apply_find(m, r);

	if (!c)
		return create(m, r);
	table_name(m, c, r);
	return c;
}

struct conn *apply_begin(struct tracker *m, const struct tcptrail_record *r)
{
	struct conn *c = apply_find(m, r);

	if (!c)
		return create(m, r);
	if (!c->end)
		table_end(m, c, CONN_UNSEEN, r->time_ns);
	table_forget(m, c);
	return apply_find_or_create(m, r);
}

void apply_count(uint8_t *count)
{
	if (*count < UINT8_MAX)
		++*count;
}

void apply_bytes(struct conn *c, const struct tcptrail_record *r)
{
	if (!(r->flags & TCPTRAIL_F_BYTES))
		return;
	c->sent = r->transition.sent;
	c->received = r->transition.received;
	c->flags |= CONN_HAS_BYTES;
}

/* Nobody holds it: in these states that is because accept() has not taken it yet. */
static bool is_open(uint8_t state)
{
	return state == TCPTRAIL_SYN_RECV || state == TCPTRAIL_ESTABLISHED ||
	       state == TCPTRAIL_CLOSE_WAIT;
}

void apply_socket_facts(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;

	c->inode = t->inode;
	c->unread = t->unread;
	c->unacked = t->unacked;
	c->retrans_total = t->retrans_total;
	if (r->flags & TCPTRAIL_F_BYTES) {
		apply_bytes(c, r);
	} else {
		c->uid = t->uid;
		c->flags |= CONN_OWNED;
		if (t->cgroup)
			c->cgroup = t->cgroup;
	}
	c->flags &= ~CONN_ORPHAN;
	if (r->flags & TCPTRAIL_F_ORPHAN && !is_open(t->new_state))
		c->flags |= CONN_ORPHAN;
	if (r->flags & TCPTRAIL_F_PEER_FIN)
		c->flags |= CONN_PEER_FIN;
	if (r->flags & TCPTRAIL_F_TASK)
		task_set(m, &c->owner, t->pid, t->comm);
}

/* Only a real change restarts the clock; a seen one beats a guess. */
void apply_enter(struct tracker *m, struct conn *c, uint8_t state, uint64_t time_ns)
{
	if (c->end) {
		c->end = CONN_LIVES; /* it lived on after all */
		c->since_ns = time_ns;
	} else if (c->state != state || c->flags & CONN_AT_LEAST) {
		/* A child takes over from its request: both are SYN-RECEIVED. */
		if (c->state != state && c->state != TCPTRAIL_NEW_SYN_RECV)
			counters_left(m, c, time_ns);
		c->since_ns = time_ns;
	}
	if (c->state != state)
		c->flags &= ~CONN_RST_IN; /* a stale one: it lived on */
	c->state = state;
	c->flags &= ~CONN_AT_LEAST;
}

static void close_begins(struct conn *c, enum conn_closer closer)
{
	if (c->closer == CONN_CLOSER_NONE && !c->fin_out_ns && !c->fin_in_ns)
		c->closer = closer;
}

void apply_fin_sent(struct conn *c, uint64_t time_ns)
{
	close_begins(c, CONN_CLOSER_US);
	if (!c->fin_out_ns)
		c->fin_out_ns = time_ns;
}

void apply_fin_received(struct conn *c, uint64_t time_ns)
{
	close_begins(c, CONN_CLOSER_PEER);
	if (!c->fin_in_ns)
		c->fin_in_ns = time_ns;
	c->flags |= CONN_PEER_FIN;
}

/* A FIN that overtook data has to wait for it. */
void apply_fin_taken(struct conn *c, uint64_t time_ns)
{
	apply_fin_received(c, time_ns);
	if (c->flags & CONN_FIN_TAKEN)
		return;
	c->flags |= CONN_FIN_TAKEN;
	c->fin_in_ns = time_ns;
	c->fin_in_acked_us = 0;
}

void apply_fin_acked(struct conn *c, uint64_t time_ns)
{
	if (c->fin_out_ns && !c->fin_out_acked_us)
		c->fin_out_acked_us = conn_span(c->fin_out_ns, time_ns);
}

void apply(struct tracker *m, const struct tcptrail_record *r)
{
	struct conn *c = NULL;

	counters_record(m, r);
	switch (r->kind) {
	case TCPTRAIL_SOCKET:
		c = apply_socket(m, r);
		break;
	case TCPTRAIL_REQUEST:
		c = apply_request(m, r);
		break;
	case TCPTRAIL_TIMEWAIT:
		c = apply_timewait(m, r);
		break;
	case TCPTRAIL_ACCEPT:
		c = apply_accept(m, r);
		break;
	case TCPTRAIL_SEGMENT:
		c = apply_segment(m, r);
		break;
	case TCPTRAIL_SNAPSHOT:
		c = apply_snapshot(m, r);
		break;
	case TCPTRAIL_LOSS:
		m->stats.lost += r->loss.count;
		m->stats.last_loss_ns = r->time_ns;
		break;
	}
	if (c)
		counters_move(m, c);
	if (m->config.record)
		m->config.record(m->config.arg, m, c, r);
}
