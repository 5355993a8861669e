// SPDX-License-Identifier: GPL-2.0
#include "userspace/conn/activity.h"

#include <string.h>

static bool is_wanted(const struct activity *s, const struct tracker *m, const struct conn *c,
		      uint8_t state)
{
	return !s->wanted || s->wanted(s->arg, m, c, state);
}

/* What is told of a request socket belongs to SYN-RECV. */
static uint8_t counted_as(uint8_t state)
{
	return state == TCPTRAIL_NEW_SYN_RECV ? TCPTRAIL_SYN_RECV :
	       state < ACTIVITY_STATES	      ? state :
						TCPTRAIL_NO_STATE;
}

/* A child's LISTEN to SYN_RECV is the same SYN-RECV as its request's, and no new one. */
static bool enters(const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;

	if (r->flags & TCPTRAIL_F_SELF || t->old_state == t->new_state)
		return false;
	if (t->old_state == TCPTRAIL_LISTEN && t->new_state == TCPTRAIL_SYN_RECV)
		return false;
	if (r->kind == TCPTRAIL_REQUEST)
		return t->new_state == TCPTRAIL_NEW_SYN_RECV;
	return r->kind == TCPTRAIL_SOCKET || r->kind == TCPTRAIL_TIMEWAIT;
}

static bool concerns_wanted(const struct activity *s, const struct tracker *m,
			    const struct tcptrail_record *r, uint8_t state)
{
	const struct conn *c;

	if (!s->wanted)
		return true;
	c = tracker_find(m, r);
	return c && s->wanted(s->arg, m, c, state ? state : c->state);
}

void activity_records(struct activity *s, const struct tracker *m,
		      const struct tcptrail_record *records, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct tcptrail_record *r = &records[i];
		uint8_t state = counted_as(r->transition.new_state);

		if (r->kind == TCPTRAIL_LOSS) {
			s->totals.lost += r->loss.count;
			continue;
		}
		s->totals.records++;
		if (r->kind == TCPTRAIL_SEGMENT) {
			if (r->segment.tcp_flags & TCPTRAIL_RST && concerns_wanted(s, m, r, 0))
				s->totals.resets[r->segment.direction == TCPTRAIL_OUT]++;
		} else if (enters(r) && concerns_wanted(s, m, r, state)) {
			s->totals.entered[state]++;
			s->totals.opened += state == TCPTRAIL_ESTABLISHED;
		}
	}
}

static bool is_new(const struct activity *s, uint64_t time_ns, uint64_t until_ns)
{
	return time_ns > s->newest_ns && time_ns <= until_ns;
}

static void add_span(struct activity *s, enum activity_time span, const struct conn *c,
		     uint32_t from_us, uint32_t to_us, uint64_t until_ns)
{
	uint64_t time_ns = c->begun_ns + to_us * 1000ULL;

	if (to_us && to_us >= from_us && is_new(s, time_ns, until_ns))
		window_add(&s->windows[span], time_ns, (to_us - from_us) * 1000ULL);
}

/* Times of what happened to @c since the last look, and not after @until_ns. */
static void add_times(struct activity *s, const struct tracker *m, const struct conn *c,
		      uint64_t until_ns)
{
	bool found = c->flags & CONN_FOUND;

	flows_add(&s->flows, m, c, !found && is_new(s, c->begun_ns, until_ns));
	if (found)
		return;
	if (c->role == CONN_ACTIVE)
		add_span(s, ACTIVITY_CLIENT, c, 0, c->established_us, until_ns);
	else if (c->role == CONN_PASSIVE && c->synacks)
		add_span(s, ACTIVITY_SERVER, c, 0, c->established_us, until_ns);
	if (c->role == CONN_PASSIVE && c->established_us)
		add_span(s, ACTIVITY_ACCEPT, c, c->established_us, c->accepted_us, until_ns);
}

static void add_again(uint64_t again[ACTIVITY_AGAINS], const struct conn *c)
{
	again[ACTIVITY_SYN] += c->syns > 1 ? c->syns - 1 : 0;
	again[ACTIVITY_SYN_ACK] += c->synacks > 1 ? c->synacks - 1 : 0;
	again[ACTIVITY_FIN] += c->fins > 1 ? c->fins - 1 : 0;
}

static bool is_listener(const struct conn *c)
{
	return c->role == CONN_LISTENER || c->state == TCPTRAIL_LISTEN;
}

void activity_ended(struct activity *s, const struct tracker *m, const struct conn *c)
{
	if (is_listener(c) || c->state == TCPTRAIL_NO_STATE ||
	    !is_wanted(s, m, c, counted_as(c->state)))
		return;
	s->totals.ended++;
	add_again(s->ended_again, c);
	add_times(s, m, c, UINT64_MAX);
}

uint64_t activity_recent_ns(const struct activity *s)
{
	for (unsigned int i = 0; i < FLOWS_LOOKS; i++)
		if (s->look_ns[i])
			return s->now_ns - s->look_ns[i];
	return 0;
}

static void note_time(struct activity *s, uint64_t now_ns)
{
	memmove(&s->look_ns[0], &s->look_ns[1], (FLOWS_LOOKS - 1) * sizeof(s->look_ns[0]));
	s->look_ns[FLOWS_LOOKS - 1] = s->now_ns;
	s->now_ns = now_ns > s->now_ns ? now_ns : s->now_ns;
}

void activity_update(struct activity *s, const struct tracker *m, uint64_t now_ns)
{
	uint64_t newest_ns = tracker_stats(m)->newest_ns;
	/* One record from far ahead shall not make all others old. */
	uint64_t until_ns = newest_ns < now_ns ? newest_ns : now_ns;
	uint64_t again[ACTIVITY_AGAINS];
	const struct conn *c;

	memset(s->states, 0, sizeof(s->states));
	s->total = 0;
	memcpy(again, s->ended_again, sizeof(again));
	flows_begin(&s->flows);
	for (c = tracker_next(m, NULL); c; c = tracker_next(m, c)) {
		if (c->state == TCPTRAIL_NO_STATE || !is_wanted(s, m, c, counted_as(c->state)))
			continue;
		/* An ended one waits to be told: it is no socket any more. */
		if (!c->end && c->state != TCPTRAIL_CLOSE) {
			s->states[counted_as(c->state)]++;
			s->total++;
		}
		if (is_listener(c))
			continue;
		add_again(again, c);
		add_times(s, m, c, until_ns);
	}
	/* One that was dropped for want of memory may come back with less. */
	for (unsigned int i = 0; i < ACTIVITY_AGAINS; i++)
		if (again[i] > s->totals.again[i])
			s->totals.again[i] = again[i];
	flows_end(&s->flows, !s->now_ns); /* before the first look: history */
	note_time(s, now_ns);
	s->newest_ns = until_ns > s->newest_ns ? until_ns : s->newest_ns;
}

void activity_restart(struct activity *s)
{
	*s = (struct activity){ .wanted = s->wanted, .arg = s->arg };
}
