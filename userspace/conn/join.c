// SPDX-License-Identifier: GPL-2.0
/*
 * Both ends of a connection on this machine find each other by its SYN-ACK: one
 * sent it, the other received it, with the same two numbers. Both are initial
 * sequence numbers, which nobody chooses (RFC 6528), so that 64 bits of them name
 * one connection where addresses do not: between two containers there may be the
 * same addresses and ports as between two others, and with NAT between them the
 * ends do not even call each other by the same ones.
 *
 * Until there is a SYN-ACK the SYN's own number stands for both: where a SYN arrives that
 * nobody answers, its sender learns that it did.
 *
 * Without a SYN-ACK on record (segments are off, SYN cookies, older than the
 * trail) two ends are taken for one connection within one namespace only, where
 * addresses and ports are proof. Across namespaces they are not: no guess is made.
 */
#include "userspace/conn/tracker_internal.h"

/* The same for both, whoever sent it: simultaneous openers each send one. */
static uint64_t numbers_of(const struct tcptrail_segment *s)
{
	uint32_t a = s->seq, b = s->ack - 1;

	return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

static uint32_t numbers_hash(const struct tracker *m, uint64_t numbers)
{
	return index_hash(m->key, numbers, numbers >> 32);
}

static struct conn *find(const struct tracker *m, uint64_t numbers)
{
	uint32_t hash = numbers_hash(m, numbers), at = hash, slot;

	while ((slot = index_find(&m->by_synack, hash, &at)))
		if (conn_at(m, slot)->synack == numbers)
			return conn_at(m, slot);
	return NULL;
}

static bool is_opening(const struct conn *c)
{
	return c->state == TCPTRAIL_SYN_SENT || c->state == TCPTRAIL_SYN_RECV ||
	       c->state == TCPTRAIL_NEW_SYN_RECV;
}

static void unindex(struct tracker *m, struct conn *c)
{
	if (c->flags & CONN_JOINABLE)
		index_del(&m->by_synack, numbers_hash(m, c->synack), conn_slot(m, c));
	c->flags &= ~CONN_JOINABLE;
}

void join_leave(struct tracker *m, struct conn *c)
{
	unindex(m, c);
	if (c->other)
		conn_at(m, c->other)->other = 0;
	c->other = 0;
}

static void join(struct tracker *m, struct conn *a, struct conn *b)
{
	a->other = conn_slot(m, b);
	b->other = conn_slot(m, a);
}

static bool may_join(const struct conn *a, const struct conn *b)
{
	if (a == b || a->other || b->other || a->role == CONN_LISTENER || b->role == CONN_LISTENER)
		return false;
	return a->role != b->role || a->role == CONN_ROLE_UNKNOWN ||
	       (a->flags & b->flags & CONN_SIMULTANEOUS_OPEN);
}

/*
 * The last one before the handshake is complete counts: an earlier one may have
 * answered a stale duplicate. Of two ends with the same numbers and the same role
 * the newer one stays: each number has one end at most that waits for its other.
 */
void join_synack(struct tracker *m, struct conn *c, const struct tcptrail_segment *s)
{
	uint64_t numbers = numbers_of(s);
	struct conn *other;

	if (!m->config.join || c->synack == numbers || !is_opening(c))
		return;
	join_leave(m, c);
	c->synack = numbers;
	other = find(m, numbers);
	if (other)
		unindex(m, other);
	if (other && may_join(c, other))
		join(m, c, other);
	else if (!index_add(&m->by_synack, numbers_hash(m, numbers), conn_slot(m, c)))
		c->flags |= CONN_JOINABLE;
}

void join_syn(struct tracker *m, struct conn *c, const struct tcptrail_segment *s)
{
	if (!m->config.join || c->state != TCPTRAIL_SYN_SENT || c->synack == s->seq)
		return;
	join_leave(m, c);
	c->synack = s->seq;
	if (!index_add(&m->by_synack, numbers_hash(m, s->seq), conn_slot(m, c)))
		c->flags |= CONN_JOINABLE;
}

void join_syn_arrived(struct tracker *m, const struct tcptrail_segment *s)
{
	struct conn *c = m->config.join ? find(m, s->seq) : NULL;

	if (c)
		c->flags |= CONN_SYN_ARRIVED;
}

/* In one namespace: under the same name, the other way round, at the same time. */
static struct conn *by_name(const struct tracker *m, const struct conn *c)
{
	uint64_t until_ns = c->end ? c->since_ns : UINT64_MAX;
	uint8_t laddr[16], raddr[16];
	struct tuple t = table_tuple(m, c);
	struct conn *other;

	if (!(c->flags & CONN_WHOLE))
		return NULL;
	tracker_laddr(m, c, laddr);
	tracker_raddr(m, c, raddr);
	t.lport = c->rport;
	t.rport = c->lport;
	t.addr4[0] = c->addr4[1];
	t.addr4[1] = c->addr4[0];
	t.laddr = raddr;
	t.raddr = laddr;
	other = table_by_tuple(m, &t);
	if (!other || !may_join(c, other) || other->begun_ns > until_ns ||
	    (other->end && other->since_ns < c->begun_ns) ||
	    (c->synack && other->synack && c->synack != other->synack))
		return NULL;
	return other;
}

const struct conn *tracker_peer(const struct tracker *m, const struct conn *c)
{
	return c->other ? conn_at(m, c->other) : by_name(m, c);
}

bool join_waits(struct tracker *m, struct conn *c)
{
	struct conn *other;

	if (!m->config.join || m->config.apart)
		return false;
	other = c->other ? conn_at(m, c->other) : by_name(m, c);
	if (!other)
		return false;
	if (!c->other)
		join(m, c, other);
	return !other->end || other->flags & CONN_QUEUED;
}

struct conn *join_waiting(const struct tracker *m, const struct conn *c)
{
	struct conn *other = c->other ? conn_at(m, c->other) : NULL;

	return other && other->end && !(other->flags & CONN_QUEUED) ? other : NULL;
}
