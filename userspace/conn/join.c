// SPDX-License-Identifier: GPL-2.0
/*
 * Both ends of a connection on this machine find each other by its SYN-ACK: one
 * sent it, the other received it, with the same two numbers. Both are initial
 * sequence numbers, which nobody chooses (RFC 6528), so that 64 bits of them name
 * one connection where addresses do not: between two containers there may be the
 * same addresses and ports as between two others, and with NAT between them the
 * ends do not even call each other by the same ones.
 *
 * Until the SYN-ACK arrives the SYN's own number stands for both: it joins the end that
 * sent the SYN with the request that answers it, and where a SYN arrives that nobody
 * answers, its sender learns that it did. Of several requests the last one counts.
 *
 * An end that is older than the trail has no SYN-ACK on record. Its FIN has two numbers as
 * well, which both ends see. And what came in the name of an end before that had a record
 * of its own (a SYN-ACK that was a SYN cookie, a FIN) is kept for it by its name.
 *
 * Without any of these (segments are off, or none was sent) two ends are taken for one
 * connection within one namespace only, where addresses and ports are proof. Across
 * namespaces they are not: no guess is made.
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
	uint32_t hash = numbers_hash(m, numbers), at = 0, slot;

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

/* @c gets another end, or none: one that has ended and waited for it is told by itself. */
static void part(struct tracker *m, struct conn *c)
{
	struct conn *other = c->other ? conn_at(m, c->other) : NULL;

	if (!other)
		return;
	c->other = 0;
	other->other = 0;
	if (other->end)
		lives_enqueue(m, other);
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

static void index_numbers(struct tracker *m, struct conn *c)
{
	if (!index_add(&m->by_synack, numbers_hash(m, c->synack), conn_slot(m, c)))
		c->flags |= CONN_JOINABLE;
}

/*
 * Of two ends with the same numbers and the same role the newer one stays: each number has
 * one end at most that waits for its other.
 */
static bool join_by(struct tracker *m, struct conn *c, uint64_t numbers)
{
	struct conn *other;

	part(m, c);
	unindex(m, c);
	c->synack = numbers;
	other = find(m, numbers);
	if (other)
		unindex(m, other);
	if (other && may_join(c, other)) {
		join(m, c, other);
		return true;
	}
	index_numbers(m, c);
	return false;
}

/*
 * A SYN's number is 32 bits only, and many SYNs come that nobody answers: it has to have one
 * of the sender's two ports, too. (NAT seldom changes both.)
 */
static struct conn *sender(const struct tracker *m, uint32_t isn, uint16_t lport, uint16_t rport)
{
	struct conn *c = find(m, isn);

	return c && (c->lport == rport || c->rport == lport) ? c : NULL;
}

/* Whose SYN it is: both go on waiting for the SYN-ACK, which knows better. */
static struct conn *join_by_syn(struct tracker *m, struct conn *request, uint32_t isn)
{
	struct conn *client = sender(m, isn, request->lport, request->rport);

	if (!client || client->role != CONN_ACTIVE || client == request)
		return NULL;
	part(m, client);
	join(m, client, request);
	return client;
}

/*
 * The last one before the handshake is complete counts: an earlier one may have answered a
 * stale duplicate.
 */
void join_synack(struct tracker *m, struct conn *c, const struct tcptrail_segment *s)
{
	uint64_t numbers = numbers_of(s);
	struct conn *client;

	if (!m->config.join || c->flags & CONN_PEER_GONE || c->synack == numbers || !is_opening(c))
		return;
	if (join_by(m, c, numbers) || s->direction != TCPTRAIL_OUT || c->role != CONN_PASSIVE)
		return;
	client = join_by_syn(m, c, s->ack - 1);
	if (client)
		client->flags |= CONN_SYN_ANSWERED;
}

void join_syn(struct tracker *m, struct conn *c, const struct tcptrail_segment *s)
{
	if (!m->config.join || c->flags & CONN_PEER_GONE || c->state != TCPTRAIL_SYN_SENT ||
	    c->synack == s->seq)
		return;
	part(m, c);
	unindex(m, c);
	c->synack = s->seq;
	index_numbers(m, c);
}

static uint64_t numbers_of_fin(const struct tcptrail_segment *s)
{
	return (uint64_t)(s->seq + s->len) << 32 | s->ack;
}

void join_fin(struct tracker *m, struct conn *c, const struct tcptrail_segment *s)
{
	if (m->config.join && c->flags & CONN_FOUND && !c->other && !(c->flags & CONN_PEER_GONE))
		join_by(m, c, numbers_of_fin(s));
}

static void answered(struct tracker *m, uint32_t isn)
{
	struct conn *client = find(m, isn);

	if (client && client->role == CONN_ACTIVE)
		client->flags |= CONN_SYN_ANSWERED;
}

static uint64_t numbers_early(const struct tcptrail_segment *s)
{
	switch (s->tcp_flags & (TCPTRAIL_SYN | TCPTRAIL_ACK)) {
	case TCPTRAIL_SYN | TCPTRAIL_ACK:
		return numbers_of(s);
	case TCPTRAIL_SYN:
		return s->direction == TCPTRAIL_IN ? s->seq : 0;
	}
	return s->tcp_flags & TCPTRAIL_FIN ? numbers_of_fin(s) : 0;
}

void join_early(struct tracker *m, const struct tcptrail_record *r)
{
	const struct tcptrail_segment *s = &r->segment;
	uint64_t numbers = m->config.join ? numbers_early(s) : 0;
	struct tuple tuple;
	uint32_t hash;

	if (!numbers || !tuple_of(&tuple, r))
		return;
	if (s->tcp_flags & TCPTRAIL_SYN && s->direction == TCPTRAIL_OUT)
		answered(m, s->ack - 1); /* a SYN cookie */
	hash = table_hash(m, &tuple);
	m->early[hash % JOIN_EARLY] = (struct early){
		.numbers = numbers,
		.hash = hash,
		.netns = r->netns,
		.lport = r->lport,
		.rport = r->rport,
	};
	m->has_early = true;
}

void join_named(struct tracker *m, struct conn *c, uint32_t hash)
{
	struct early *e = &m->early[hash % JOIN_EARLY];

	if (!e->numbers || c->synack || e->hash != hash || e->netns != c->netns ||
	    e->lport != c->lport || e->rport != c->rport)
		return;
	if (e->numbers > UINT32_MAX)
		join_by(m, c, e->numbers);
	else
		join_by_syn(m, c, (uint32_t)e->numbers); /* a SYN came, and here is its request */
	e->numbers = 0;
}

void join_syn_arrived(struct tracker *m, const struct tcptrail_record *r)
{
	struct conn *c = m->config.join ? sender(m, r->segment.seq, r->lport, r->rport) : NULL;
	const struct conn *listener;
	struct tuple tuple;

	if (!c)
		return;
	c->flags |= CONN_SYN_ARRIVED;
	if (c->state != TCPTRAIL_SYN_SENT || c->flags & CONN_HAS_BYTES || !tuple_of(&tuple, r))
		return;
	listener = table_listener(m, tuple);
	c->syn_listener = listener ? listener->cookie : 0;
}

/* Do the numbers of their SYN-ACKs say that they are of two connections? */
static bool numbers_differ(const struct conn *a, const struct conn *b)
{
	return !((a->flags | b->flags) & CONN_PEER_GONE) && a->synack && b->synack &&
	       a->synack != b->synack;
}

/* Did @a begin when @b had lost its other end? */
static bool is_too_late(const struct conn *a, const struct conn *b)
{
	return b->flags & CONN_PEER_GONE && a->begun_ns > b->peer_gone_ns;
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
	    (other->end && other->since_ns < c->begun_ns) || numbers_differ(c, other) ||
	    is_too_late(c, other) || is_too_late(other, c))
		return NULL;
	return other;
}

const struct conn *tracker_peer(const struct tracker *m, const struct conn *c)
{
	return c->other ? conn_at(m, c->other) : by_name(m, c);
}

/*
 * A FIN or a RST tells the other end. Where none arrives the connection is half-open: who
 * lives on does not know (RFC 9293, 3.5.1), and whoever ended is forgotten soon.
 */
void join_ended(struct tracker *m, const struct conn *c)
{
	struct conn *other;

	if (!m->config.join)
		return;
	other = c->other ? conn_at(m, c->other) : by_name(m, c);
	if (!other || other->end || other->flags & CONN_PEER_GONE || is_opening(other))
		return;
	unindex(m, other);
	other->flags |= CONN_PEER_GONE;
	other->peer_gone_ns = c->since_ns;
}

void join_revived(struct tracker *m, const struct conn *c)
{
	struct conn *other = c->other ? conn_at(m, c->other) : by_name(m, c);

	if (!other || !(other->flags & CONN_PEER_GONE) || other->peer_gone_ns != c->since_ns)
		return;
	other->flags &= ~CONN_PEER_GONE;
	other->synack = 0; /* it is not kept beside the time */
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
