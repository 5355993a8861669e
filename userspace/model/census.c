// SPDX-License-Identifier: GPL-2.0
#include "userspace/model/census.h"

#include "userspace/model/life.h"
#include "userspace/model/model_internal.h"

static uint8_t within(uint8_t n, uint8_t count)
{
	return n < count ? n : count - 1;
}

const struct census *model_census(const struct model *m)
{
	return &m->census;
}

uint64_t census_sockets(const struct census *census, enum conn_half half, uint8_t state)
{
	unsigned int place = half << CENSUS_HALF_SHIFT | within(state, CENSUS_STATES);

	return census->places[place] + census->places[place | CENSUS_UNACCEPTED];
}

uint64_t census_unaccepted(const struct census *census)
{
	uint64_t count = 0;
	unsigned int place;

	for (place = CENSUS_UNACCEPTED; place < CENSUS_PLACES; place++)
		count += census->places[place];
	return count;
}

static void count_timewait(struct census *census, const struct tcptrail_transition *t)
{
	uint8_t reason = within(t->reason, CENSUS_REASONS);

	if (t->new_state == TCPTRAIL_CLOSE)
		census->minisocket_ends[within(t->old_state, CENSUS_STATES)][reason]++;
	else if (t->new_state == TCPTRAIL_TIME_WAIT && t->old_state == TCPTRAIL_TIME_WAIT)
		census->rearms[reason]++;
	else if (t->new_state == TCPTRAIL_TIME_WAIT)
		census->time_waits++;
}

void census_record(struct model *m, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;
	struct census *census = &m->census;

	switch (r->kind) {
	case TCPTRAIL_SOCKET:
		if (t->old_state == TCPTRAIL_CLOSE && t->new_state == TCPTRAIL_SYN_SENT)
			census->opened[CONN_ACTIVE]++;
		census->transitions[within(t->old_state, CENSUS_STATES)]
				   [within(t->new_state, CENSUS_STATES)]++;
		break;
	case TCPTRAIL_REQUEST:
		if (t->new_state == TCPTRAIL_NEW_SYN_RECV)
			census->requests++;
		else
			census->request_ends[within(t->reason, CENSUS_REASONS)]++;
		break;
	case TCPTRAIL_TIMEWAIT:
		count_timewait(census, t);
		break;
	case TCPTRAIL_ACCEPT:
		census->accepted++;
		break;
	case TCPTRAIL_SEGMENT:
		if (r->segment.tcp_flags & TCPTRAIL_RST)
			census->resets[r->segment.direction == TCPTRAIL_OUT]++;
		break;
	}
}

void census_left(struct model *m, const struct conn *c, uint64_t time_ns)
{
	uint8_t state = within(c->state, CENSUS_STATES);
	uint64_t since_ns = c->since_ns;

	/* What was there before, or where it went meanwhile, is not on record. */
	if (c->end || c->flags & CONN_AT_LEAST || state == TCPTRAIL_NO_STATE ||
	    state != (c->place & (CENSUS_STATES - 1)))
		return;
	if (state == TCPTRAIL_SYN_RECV && c->role == CONN_PASSIVE && !(c->flags & CONN_FOUND))
		since_ns = c->begun_ns;
	histogram_add(&m->census.state[state], HISTOGRAM_SLOW,
		      time_ns > since_ns ? time_ns - since_ns : 0);
}

void census_established(struct model *m, const struct conn *c)
{
	uint64_t handshake = life_handshake(c);

	if (handshake)
		histogram_add(&m->census.handshake[c->role], HISTOGRAM_FAST, handshake);
}

void census_accepted(struct model *m, const struct conn *c, uint64_t time_ns)
{
	uint64_t since_ns = c->begun_ns + c->established_us * 1000ULL;

	if (c->established_us)
		histogram_add(&m->census.accept_wait, HISTOGRAM_FAST,
			      time_ns > since_ns ? time_ns - since_ns : 0);
}

void census_ended(struct model *m, const struct conn *c)
{
	struct census *census = &m->census;
	struct life life;

	if (!life_is_told(c))
		return;
	census->ended[c->end]++;
	life_of(&life, c, c->since_ns);
	if (life.half_close)
		histogram_add(&census->half_close, HISTOGRAM_SLOW, life.half_close);
	if (life.teardown)
		histogram_add(&census->teardown, HISTOGRAM_FAST, life.teardown);
	if (life.time_wait)
		histogram_add(&census->time_wait, HISTOGRAM_SLOW, life.time_wait);
}
