// SPDX-License-Identifier: GPL-2.0
/*
 * The numbers of a live screen.
 *
 * What happens is counted when it happens, by the same counters as the tracker's own. How
 * many are where, and the times of what happened since the last update, are found by a walk
 * over the connections: a time that is later than the last update is new.
 */
#include "userspace/conn/activity.h"

#include <string.h>

#include "userspace/conn/timing.h"

static bool is_wanted(const struct activity *a, const struct tracker *m, const struct conn *c,
		      uint8_t state)
{
	return !a->wanted || (c && a->wanted(a->arg, m, c, state));
}

/* What is told of a request socket belongs to SYN-RECV. */
static uint8_t counted_as(uint8_t state)
{
	return state == TCPTRAIL_NEW_SYN_RECV ? TCPTRAIL_SYN_RECV :
	       state < ACTIVITY_STATES	      ? state :
						TCPTRAIL_NO_STATE;
}

void activity_record(void *activity, const struct tracker *m, const struct conn *c,
		     const struct tcptrail_record *r)
{
	struct activity *a = activity;
	uint8_t state = TCPTRAIL_NO_STATE;

	if (r->kind == TCPTRAIL_LOSS) {
		a->lost += r->loss.count;
		return;
	}
	a->records++;
	if (r->kind == TCPTRAIL_SEGMENT && c)
		state = c->state;
	else if (r->kind != TCPTRAIL_SEGMENT)
		state = counted_as(r->transition.new_state);
	if (is_wanted(a, m, c, state))
		counters_record(&a->counters, r);
}

static bool is_new(const struct activity *a, uint64_t time_ns, uint64_t until_ns)
{
	return time_ns > a->newest_ns && time_ns <= until_ns;
}

static void add_time(struct activity *a, enum activity_time which, const struct conn *c,
		     uint32_t from_us, uint32_t to_us, uint64_t until_ns)
{
	uint64_t time_ns = c->begun_ns + to_us * 1000ULL;

	if (to_us && to_us >= from_us && is_new(a, time_ns, until_ns))
		window_add(&a->windows[which], time_ns, (to_us - from_us) * 1000ULL);
}

/* Times of what happened to @c since the last update, and not after @until_ns. */
static void add_times(struct activity *a, const struct tracker *m, const struct conn *c,
		      uint64_t until_ns)
{
	bool found = c->flags & CONN_FOUND;

	flows_add(&a->flows, m, c, !found && is_new(a, c->begun_ns, until_ns));
	if (found)
		return;
	if (c->role == CONN_ACTIVE)
		add_time(a, ACTIVITY_CLIENT, c, 0, c->established_us, until_ns);
	else if (c->role == CONN_PASSIVE && c->synacks)
		add_time(a, ACTIVITY_SERVER, c, 0, c->established_us, until_ns);
	if (c->role == CONN_PASSIVE && c->established_us)
		add_time(a, ACTIVITY_ACCEPT, c, c->established_us, c->accepted_us, until_ns);
}

void activity_step(void *activity, const struct tracker *m, const struct conn *c,
		   enum conn_step step, uint64_t time_ns)
{
	struct activity *a = activity;

	if (!is_wanted(a, m, c, counted_as(c->state)))
		return;
	counters_step(&a->counters, c, step, time_ns);
	if (step == CONN_STEP_ENDED && conn_is_connection(c))
		add_times(a, m, c, UINT64_MAX);
}

uint64_t activity_recent_ns(const struct activity *a)
{
	for (unsigned int i = 0; i < FLOWS_UPDATES; i++)
		if (a->updated_ns[i])
			return a->now_ns - a->updated_ns[i];
	return 0;
}

static void note_time(struct activity *a, uint64_t now_ns)
{
	memmove(&a->updated_ns[0], &a->updated_ns[1],
		(FLOWS_UPDATES - 1) * sizeof(a->updated_ns[0]));
	a->updated_ns[FLOWS_UPDATES - 1] = a->now_ns;
	a->now_ns = now_ns > a->now_ns ? now_ns : a->now_ns;
}

void activity_update(struct activity *a, const struct tracker *m, uint64_t now_ns)
{
	uint64_t newest_ns = tracker_stats(m)->newest_ns;
	/* One record from far ahead shall not make all others old. */
	uint64_t until_ns = newest_ns < now_ns ? newest_ns : now_ns;
	const struct conn *c;

	memset(a->states, 0, sizeof(a->states));
	a->total = 0;
	flows_begin(&a->flows);
	for (c = tracker_next(m, NULL); c; c = tracker_next(m, c)) {
		if (c->state == TCPTRAIL_NO_STATE || !is_wanted(a, m, c, counted_as(c->state)))
			continue;
		/* An ended one waits to be told: it is no socket any more. */
		if (!c->end && c->state != TCPTRAIL_CLOSE) {
			a->states[counted_as(c->state)]++;
			a->total++;
		}
		if (conn_is_connection(c))
			add_times(a, m, c, until_ns);
	}
	flows_end(&a->flows, !a->now_ns); /* before the first update: history */
	note_time(a, now_ns);
	a->newest_ns = until_ns > a->newest_ns ? until_ns : a->newest_ns;
}

void activity_restart(struct activity *a)
{
	*a = (struct activity){ .wanted = a->wanted, .arg = a->arg };
}
