// SPDX-License-Identifier: GPL-2.0
/*
 * Counts what happened, record by record and step by step: tracker_counters() has the
 * numbers at any time without a look at the connections.
 *
 * Sockets are counted by place: a number made of object, state and whether accept() has taken
 * the socket. A connection that changes its place is taken off the old one and added to the
 * new one, so that the counts are always those of a walk over all connections.
 */
#include "userspace/conn/counters.h"

#include "userspace/conn/timing.h"
#include "userspace/conn/tracker_internal.h"

static uint8_t within(uint8_t n, uint8_t count)
{
	return n < count ? n : count - 1;
}

const struct counters *tracker_counters(const struct tracker *m)
{
	return &m->counters;
}

uint64_t counters_sockets(const struct counters *counters, enum conn_object object, uint8_t state)
{
	unsigned int place = object << COUNTERS_OBJECT_SHIFT | within(state, COUNTERS_STATES);

	return counters->places[place] + counters->places[place | COUNTERS_UNACCEPTED];
}

uint64_t counters_unaccepted(const struct counters *counters)
{
	uint64_t count = 0;
	unsigned int place;

	for (place = COUNTERS_UNACCEPTED; place < COUNTERS_PLACES; place++)
		count += counters->places[place];
	return count;
}

static void count_timewait(struct counters *counters, const struct tcptrail_transition *t)
{
	uint8_t reason = within(t->reason, COUNTERS_REASONS);

	if (t->new_state == TCPTRAIL_CLOSE)
		counters->minisocket_ends[within(t->old_state, COUNTERS_STATES)][reason]++;
	else if (t->new_state == TCPTRAIL_TIME_WAIT && t->old_state == TCPTRAIL_TIME_WAIT)
		counters->rearms[reason]++;
	else if (t->new_state == TCPTRAIL_TIME_WAIT)
		counters->time_waits++;
}

void counters_record(struct counters *counters, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;

	switch (r->kind) {
	case TCPTRAIL_SOCKET:
		if (t->old_state == TCPTRAIL_CLOSE && t->new_state == TCPTRAIL_SYN_SENT)
			counters->opened[CONN_ACTIVE]++;
		counters->transitions[within(t->old_state, COUNTERS_STATES)]
				     [within(t->new_state, COUNTERS_STATES)]++;
		break;
	case TCPTRAIL_REQUEST:
		if (t->new_state == TCPTRAIL_NEW_SYN_RECV)
			counters->requests++;
		else
			counters->request_ends[within(t->reason, COUNTERS_REASONS)]++;
		break;
	case TCPTRAIL_TIMEWAIT:
		count_timewait(counters, t);
		break;
	case TCPTRAIL_ACCEPT:
		counters->accepted++;
		break;
	case TCPTRAIL_SEGMENT:
		if (r->segment.tcp_flags & TCPTRAIL_RST)
			counters->resets[r->segment.direction == TCPTRAIL_OUT]++;
		break;
	}
}

static void left(struct counters *counters, const struct conn *c, uint64_t time_ns)
{
	uint8_t state = within(c->state, COUNTERS_STATES);
	uint64_t since_ns = c->since_ns;

	/* What was there before, or where it went meanwhile, is not on record. */
	if (c->end || c->flags & CONN_AT_LEAST || state == TCPTRAIL_NO_STATE ||
	    state != (c->place & (COUNTERS_STATES - 1)))
		return;
	if (state == TCPTRAIL_SYN_RECV && c->role == CONN_PASSIVE && !(c->flags & CONN_FOUND))
		since_ns = c->begun_ns;
	histogram_add(&counters->state[state], HISTOGRAM_SLOW, time_between(since_ns, time_ns));
}

static void established(struct counters *counters, const struct conn *c)
{
	uint64_t handshake = timing_handshake(c);

	if (handshake)
		histogram_add(&counters->handshake[c->role], HISTOGRAM_FAST, handshake);
}

static void accepted(struct counters *counters, const struct conn *c, uint64_t time_ns)
{
	uint64_t since_ns = c->begun_ns + c->established_us * 1000ULL;

	if (c->established_us)
		histogram_add(&counters->accept_wait, HISTOGRAM_FAST,
			      time_between(since_ns, time_ns));
}

static void ended(struct counters *counters, const struct conn *c)
{
	struct timing timing;

	if (!conn_is_connection(c))
		return;
	counters->ended[c->end]++;
	timing_of(&timing, c, c->since_ns);
	if (timing.half_close)
		histogram_add(&counters->half_close, HISTOGRAM_SLOW, timing.half_close);
	if (timing.teardown)
		histogram_add(&counters->teardown, HISTOGRAM_FAST, timing.teardown);
	if (timing.time_wait)
		histogram_add(&counters->time_wait, HISTOGRAM_SLOW, timing.time_wait);
}

void counters_step(struct counters *counters, const struct conn *c, enum conn_step step,
		   uint64_t time_ns)
{
	switch (step) {
	case CONN_STEP_LEAVES:
		left(counters, c, time_ns);
		break;
	case CONN_STEP_OPENED:
		counters->opened[CONN_PASSIVE]++;
		break;
	case CONN_STEP_ESTABLISHED:
		established(counters, c);
		break;
	case CONN_STEP_ACCEPTED:
		accepted(counters, c, time_ns);
		break;
	case CONN_STEP_SYN_AGAIN:
		counters->retransmits[COUNTERS_SYN]++;
		break;
	case CONN_STEP_SYN_ACK_AGAIN:
		counters->retransmits[COUNTERS_SYN_ACK]++;
		break;
	case CONN_STEP_FIN_AGAIN:
		counters->retransmits[COUNTERS_FIN]++;
		break;
	case CONN_STEP_NO_MINISOCKET:
		counters->overflows++;
		break;
	case CONN_STEP_ENDED:
		ended(counters, c);
		break;
	}
}

/* A child's LISTEN to SYN_RECV is the same SYN-RECEIVED as its request's. */
uint64_t counters_entered(const struct counters *counters, uint8_t state)
{
	uint64_t n = 0;
	unsigned int i;

	for (i = 0; i < COUNTERS_STATES; i++)
		n += i == state ? 0 : counters->transitions[i][state];
	switch (state) {
	case TCPTRAIL_SYN_RECV:
		return n - counters->transitions[TCPTRAIL_LISTEN][state] + counters->requests;
	case TCPTRAIL_TIME_WAIT:
		return n + counters->time_waits;
	case TCPTRAIL_CLOSE:
		for (i = 0; i < COUNTERS_STATES * COUNTERS_REASONS; i++)
			n += counters->minisocket_ends[i / COUNTERS_REASONS][i % COUNTERS_REASONS];
		break;
	}
	return n;
}

uint64_t counters_all_ended(const struct counters *counters)
{
	uint64_t n = 0;

	for (unsigned int end = 0; end < CONN_ENDS; end++)
		n += counters->ended[end];
	return n;
}
