// SPDX-License-Identifier: GPL-2.0
/*
 * How connection ends come and go.
 *
 * One that has ended waits in a queue for TRACKER_LINGER_NS, so that the segments that go
 * with its end are counted, and can be found until it is told. With config.join it waits
 * on, for its other end. Where the pool is full one has to go for a new one: one that has
 * ended, else the one that explains least, of a few from all over the pool.
 */
#include "userspace/conn/ending_judge.h"
#include "userspace/conn/tracker_internal.h"

static void release(struct tracker *m, struct conn *c)
{
	m->stats.ended++;
	if (m->config.gone)
		m->config.gone(m->config.arg, m, c);
	observe_step(m, c, CONN_STEP_ENDED, c->since_ns);
	counters_move(m, c);
	table_forget(m, c);
	join_leave(m, c);
	task_drop(m, &c->opener);
	task_drop(m, &c->owner);
	if (c->flags & CONN_IPV6)
		pool_free(&m->pairs, c->addr4[0]);
	pool_free(&m->conns, conn_slot(m, c));
	m->live--;
}

/*
 * A CPU's ring tells of a loss when its next record is due, and the module when the next one
 * is let through: an end may have been judged long before.
 */
void lives_note_loss(const struct tracker *m, struct conn *c)
{
	if (!c->end) {
		if (m->stats.last_loss_ns > c->begun_ns)
			c->flags |= CONN_LOSSY;
		return;
	}
	if (!(c->flags & CONN_LOSSY) && m->stats.last_loss_ns > c->since_ns &&
	    m->loss_since_ns <= c->since_ns + ENDING_AT_ONCE_NS)
		ending_take_loss(c);
}

/* An end that has waited for this one is told with it. */
static void drop(struct tracker *m, struct conn *c)
{
	struct conn *other = join_waiting(m, c);

	lives_note_loss(m, c);
	if (other)
		lives_note_loss(m, other);
	table_forget(m, c);
	if (m->config.ended)
		m->config.ended(m->config.arg, m, c);
	release(m, c);
	if (other)
		release(m, other);
}

/*
 * They ended a second ago, and are out of the cache. The next one was fetched when the one
 * before it was taken; now its places in the indices, and the one after it.
 */
static inline void prefetch_next(const struct tracker *m)
{
	const struct conn *next = conn_at(m, m->ended_first);
	struct tuple tuple = table_tuple(m, next);

	__builtin_prefetch(table_cookie_home(m, next->cookie));
	__builtin_prefetch(table_tuple_home(m, &tuple));
	conn_prefetch(conn_at(m, next->next));
}

/* One that came back to life leaves the queue and stays: NULL. */
static struct conn *take_first(struct tracker *m)
{
	struct conn *c = conn_at(m, m->ended_first);

	m->ended_first = c->next;
	if (!m->ended_first)
		m->ended_last = 0;
	prefetch_next(m);
	c->next = 0;
	c->flags &= ~CONN_QUEUED;
	return c->end ? c : NULL;
}

static void reap_first(struct tracker *m)
{
	struct conn *c = take_first(m);

	if (c && !join_waits(m, c))
		drop(m, c);
}

void lives_reap(struct tracker *m, uint64_t until_ns)
{
	while (lives_are_due(m, until_ns))
		reap_first(m);
}

void lives_enqueue(struct tracker *m, struct conn *c)
{
	uint32_t slot = conn_slot(m, c);

	if (c->flags & CONN_QUEUED)
		return;
	c->flags |= CONN_QUEUED;
	if (m->ended_last)
		conn_at(m, m->ended_last)->next = slot;
	else
		m->ended_first = slot;
	m->ended_last = slot;
}

void lives_end(struct tracker *m, struct conn *c, enum conn_end end, uint64_t time_ns)
{
	/* An end that was not seen may be long ago, and no record of it names a time. */
	if (end != CONN_UNSEEN) {
		observe_step(m, c, CONN_STEP_LEAVES, time_ns);
		if (c->state != TCPTRAIL_TIME_WAIT)
			observe_over(m, c, time_ns);
	}
	c->end = end;
	c->since_ns = time_ns;
	counters_move(m, c);
	if (end != CONN_UNSEEN)
		join_ended(m, c);
	lives_enqueue(m, c);
}

/* How much is lost with it: the least goes first. */
static unsigned int usefulness(const struct conn *c)
{
	if (c->object == CONN_REQUEST || c->end)
		return 0;
	if (c->object == CONN_MINISOCKET)
		return 1;
	if (c->state == TCPTRAIL_LISTEN)
		return 4;
	return c->state == TCPTRAIL_ESTABLISHED ? 2 : 3;
}

#define EVICT_SAMPLE 32

static void evict(struct tracker *m)
{
	struct conn *c, *least = NULL;
	unsigned int i;

	while (m->ended_first) {
		c = take_first(m);
		if (!c)
			continue;
		drop(m, c);
		return;
	}
	for (i = 0; i < EVICT_SAMPLE; i++) {
		/* From all over: neighbours came together and are of one kind. */
		m->dice = m->dice * 1664525 + 1013904223;
		c = conn_at(m, 1 + (uint32_t)((uint64_t)m->dice * (m->conns.top - 1) >> 32));
		if (c->object == CONN_FREE)
			continue;
		if (!least || usefulness(c) < usefulness(least) ||
		    (usefulness(c) == usefulness(least) && c->since_ns < least->since_ns))
			least = c;
	}
	if (!least)
		return;
	if (!least->end) {
		least->end = CONN_EVICTED;
		least->since_ns = m->stats.newest_ns;
		m->stats.evicted++;
		m->stats.last_evicted_ns = m->stats.newest_ns;
	}
	drop(m, least);
}

struct conn *lives_begin(struct tracker *m, const struct tcptrail_record *r)
{
	uint32_t slot = pool_alloc(&m->conns);
	struct conn *c;

	if (!slot) {
		evict(m);
		slot = pool_alloc(&m->conns);
		if (!slot)
			return NULL;
	}
	c = conn_at(m, slot);
	c->object = CONN_SOCKET;
	c->netns = r->netns;
	c->begun_ns = r->time_ns;
	c->flags = m->config.incomplete ? CONN_LOSSY : 0;
	m->live++;
	m->stats.created++;
	table_name(m, c, r);
	return c;
}
