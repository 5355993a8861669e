// SPDX-License-Identifier: GPL-2.0
/*
 * From the times of a connection's steps to its spans: handshake, wait for accept(),
 * half-close, teardown, TIME-WAIT. A span is given only if both of its steps are on record,
 * or follow from the state; otherwise it is 0, not a guess.
 */
#include "userspace/conn/timing.h"

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

bool conn_is_connection(const struct conn *c)
{
	return c->role != CONN_LISTENER && c->state != TCPTRAIL_LISTEN &&
	       c->state != TCPTRAIL_NO_STATE;
}

/* Some states are only reached one way: they know it even of an older socket. */
static enum conn_closer closer_of(const struct conn *c)
{
	if (c->flags & CONN_SIMULTANEOUS_CLOSE)
		return CONN_CLOSER_BOTH;
	switch (c->state) {
	case TCPTRAIL_CLOSE_WAIT:
	case TCPTRAIL_LAST_ACK:
		return CONN_CLOSER_PEER;
	case TCPTRAIL_FIN_WAIT1:
	case TCPTRAIL_FIN_WAIT2:
		return CONN_CLOSER_US;
	case TCPTRAIL_TIME_WAIT:
		/* A crossing before the trail began cannot be told from this. */
		return c->flags & CONN_AT_LEAST ? CONN_CLOSER_NONE : CONN_CLOSER_US;
	}
	return c->closer == CONN_CLOSER_US   ? CONN_CLOSER_US :
	       c->closer == CONN_CLOSER_PEER ? CONN_CLOSER_PEER :
					       CONN_CLOSER_NONE;
}

/*
 * An ESTABLISHED without a handshake on record (SYN cookies; the trail began
 * meanwhile) has none that could be told.
 */
uint64_t timing_handshake(const struct conn *c)
{
	if (c->flags & CONN_FOUND || (c->role == CONN_PASSIVE && !c->synacks))
		return 0;
	return c->established_us * 1000ULL;
}

/*
 * Reached by a handshake that is on record, passive, and no task ever had it. What accept()
 * takes of MPTCP is no subflow.
 */
static bool is_unaccepted(const struct conn *c)
{
	return c->role == CONN_PASSIVE && c->established_us && !c->opener && !c->owner &&
	       !(c->flags & (CONN_ACCEPTED | CONN_MPTCP | CONN_LOSSY));
}

static void open_of(struct timing *life, const struct conn *c, uint64_t end_ns)
{
	uint64_t established_ns = c->begun_ns + c->established_us * 1000ULL;

	life->handshake = timing_handshake(c);
	life->unaccepted = is_unaccepted(c);
	if (life->unaccepted)
		life->accept_wait = time_between(established_ns, end_ns);
	else if (c->accepted_us && c->established_us)
		life->accept_wait =
			time_between(established_ns, c->begun_ns + c->accepted_us * 1000ULL);
	if (c->flags & CONN_FOUND)
		return;
	life->synack = c->synack_us * 1000ULL;
	if (life->synack && life->handshake)
		life->answer = time_between(life->synack, life->handshake);
}

/* In these states both FINs were sent: one that is not on record is older. */
static bool has_both_fins(const struct conn *c)
{
	return c->state == TCPTRAIL_TIME_WAIT || c->state == TCPTRAIL_LAST_ACK ||
	       c->state == TCPTRAIL_CLOSING;
}

static uint64_t time_wait_began(const struct conn *c)
{
	if (c->state != TCPTRAIL_TIME_WAIT || c->flags & CONN_AT_LEAST)
		return 0;
	if (!c->end)
		return c->since_ns;
	if (!c->fin_in_ns)
		return 0;
	return later(c->fin_in_ns, c->fin_out_ns + c->fin_out_acked_us * 1000ULL);
}

static void close_of(struct timing *life, const struct conn *c, uint64_t end_ns)
{
	uint64_t out = c->fin_out_ns, in = c->fin_in_ns;
	uint64_t first = out && (!in || out < in) ? out : in;
	uint64_t wait = time_wait_began(c);

	if (wait)
		life->time_wait = time_between(wait, end_ns);
	life->closed = out && in;
	if (!first || c->flags & CONN_AT_LEAST)
		return;
	if (!life->closed) {
		/* A FIN that was not acknowledged has closed nothing. */
		if (!has_both_fins(c) && (in || c->fin_out_acked_us))
			life->half_close = time_between(first, end_ns);
		return;
	}
	life->half_close = time_between(first, later(out, in));
	if (wait)
		life->teardown = time_between(first, wait);
	else if (c->end == CONN_NORMAL)
		life->teardown = time_between(first, end_ns);
}

/* FIN, ACK, FIN, ACK. Where the FINs crossed there is no order to tell. */
static void steps_of(struct timing *life, const struct conn *c)
{
	uint64_t out = c->fin_out_ns, in = c->fin_in_ns;
	uint64_t out_ack = c->fin_out_acked_us * 1000ULL, in_ack = c->fin_in_acked_us * 1000ULL;
	bool we_first = out && (!in || out < in);

	if (c->flags & (CONN_AT_LEAST | CONN_SIMULTANEOUS_CLOSE))
		return;
	life->first_ack = we_first ? out_ack : in_ack;
	if (!life->closed)
		return;
	life->second_ack = we_first ? in_ack : out_ack;
	if (life->first_ack)
		life->second_fin =
			time_between((we_first ? out : in) + life->first_ack, we_first ? in : out);
}

void timing_of(struct timing *life, const struct conn *c, uint64_t now_ns)
{
	uint64_t end_ns = c->end ? c->since_ns : now_ns;

	*life = (struct timing){
		.life = time_between(c->begun_ns, end_ns),
		.at_least = c->flags & CONN_FOUND,
		.closer = closer_of(c),
	};
	open_of(life, c, end_ns);
	close_of(life, c, end_ns);
	steps_of(life, c);
	/* When it ended is not known, only that it had by then or had not. */
	if (c->end == CONN_UNSEEN || c->end == CONN_EVICTED) {
		life->accept_wait = life->unaccepted ? 0 : life->accept_wait;
		life->time_wait = 0;
		life->half_close = life->closed ? life->half_close : 0;
	}
	if (c->end == CONN_UNSEEN)
		life->life = 0;
	life->at_least |= c->end == CONN_EVICTED;
}
