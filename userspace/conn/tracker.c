// SPDX-License-Identifier: GPL-2.0
/*
 * The tracker's outside: create, feed, ask, go over all connections. What a record does to a
 * connection is in feed.c and the files that it calls.
 *
 * Each record is a cache miss or two in a table of a million connections. So the place where a
 * record's connection is looked up first is fetched into the cache some records ahead. A small
 * table stays in the cache by itself, and the records are fed without that.
 */
#include <errno.h>
#include <stdlib.h>

#include "userspace/conn/tracker_internal.h"

/* How many records ahead the place in the index, and then the connection, is fetched. */
#define INDEX_AHEAD 16
#define CONN_AHEAD 8

/* Leaks are a matter of minutes, ports one of seconds: RECENT_SLICES of these are kept. */
#define CLOSE_WAIT_SLICE_NS (10 * SEC)
#define PORT_SLICE_NS SEC
#define CACHED_ENTRIES 16384 /* of an index: 128 KiB */

int tracker_create(struct tracker **tracker, const struct tracker_config *config)
{
	uint32_t limit = config->max_conns ? config->max_conns : TRACKER_CONNS_DEFAULT;
	struct tracker *m;

	if (limit > TRACKER_CONNS_MAX)
		return -EINVAL;
	m = calloc(1, sizeof(*m));
	if (!m)
		return -ENOMEM;
	m->config = *config;
	index_new_key(m->key);
	if (pool_init(&m->conns, sizeof(struct conn), limit) ||
	    pool_init(&m->pairs, sizeof(struct pair), limit) ||
	    pool_init(&m->tasks, sizeof(struct task), 2 * limit) || index_init(&m->by_tuple) ||
	    index_init(&m->by_cookie) || index_init(&m->by_task) || index_init(&m->by_synack)) {
		tracker_free(m);
		return -ENOMEM;
	}
	if (config->recent) {
		m->recent_close_waits = recent_create(CLOSE_WAIT_SLICE_NS);
		m->recent_ports = recent_create(PORT_SLICE_NS);
		if (!m->recent_close_waits || !m->recent_ports) {
			tracker_free(m);
			return -ENOMEM;
		}
	}
	*tracker = m;
	return 0;
}

void tracker_free(struct tracker *m)
{
	if (!m)
		return;
	pool_fini(&m->conns);
	pool_fini(&m->pairs);
	pool_fini(&m->tasks);
	index_fini(&m->by_tuple);
	index_fini(&m->by_cookie);
	index_fini(&m->by_task);
	index_fini(&m->by_synack);
	free(m->recent_close_waits);
	free(m->recent_ports);
	free(m);
}

static void feed_one(struct tracker *m, const struct tcptrail_record *r)
{
	m->stats.records++;
	if (r->time_ns > m->stats.newest_ns)
		m->stats.newest_ns = r->time_ns;
	if (m->stats.newest_ns > TRACKER_LINGER_NS &&
	    lives_are_due(m, m->stats.newest_ns - TRACKER_LINGER_NS))
		lives_reap(m, m->stats.newest_ns - TRACKER_LINGER_NS);
	feed_record(m, r);
}

static inline bool may_begin(const struct tcptrail_record *r)
{
	return r->kind != TCPTRAIL_SEGMENT && (r->transition.old_state == TCPTRAIL_CLOSE ||
					       r->transition.old_state == TCPTRAIL_LISTEN);
}

/* Only a record that may begin a life is looked up under its name, too. */
static inline void prefetch_homes(const struct tracker *m, const struct tcptrail_record *r)
{
	struct tuple tuple;

	if (r->cookie)
		__builtin_prefetch(table_cookie_home(m, r->cookie));
	if (r->cookie && !may_begin(r))
		return;
	tuple_of(&tuple, r);
	__builtin_prefetch(table_tuple_home(m, &tuple));
}

/*
 * The prefetches are inline: a function that does nothing else has no effect in gcc's eyes,
 * and calls of it would go.
 */
void tracker_feed(struct tracker *m, const struct tcptrail_record *records, size_t count)
{
	size_t i, end = m->by_cookie.size > CACHED_ENTRIES ? count : 0;

	for (i = 0; i < INDEX_AHEAD && i < end; i++)
		prefetch_homes(m, &records[i]);
	for (i = 0; i < count; i++) {
		if (i + INDEX_AHEAD < end)
			prefetch_homes(m, &records[i + INDEX_AHEAD]);
		if (i + CONN_AHEAD < end)
			conn_prefetch(table_likely(m, &records[i + CONN_AHEAD]));
		feed_one(m, &records[i]);
	}
}

void tracker_advance(struct tracker *m, uint64_t now_ns)
{
	if (now_ns > TRACKER_LINGER_NS)
		lives_reap(m, now_ns - TRACKER_LINGER_NS);
}

bool tracker_is_waiting(const struct tracker *m)
{
	return m->ended_first;
}

void tracker_settle(struct tracker *m)
{
	uint32_t slot;

	lives_reap(m, UINT64_MAX);
	for (slot = 1; slot < m->conns.top; slot++)
		if (conn_at(m, slot)->object != CONN_FREE)
			lives_note_loss(m, conn_at(m, slot));
}

void tracker_refresh(struct tracker *m, const struct tcptrail_record *records, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (records[i].kind == TCPTRAIL_SNAPSHOT)
			feed_refresh(m, &records[i]);
}

void tracker_unconfirm(struct tracker *m)
{
	uint32_t slot;

	for (slot = 1; slot < m->conns.top; slot++)
		conn_at(m, slot)->flags &= ~CONN_CONFIRMED;
}

void tracker_end_unseen(struct tracker *m, bool (*gone)(void *arg, const struct conn *conn),
			void *arg)
{
	uint32_t slot;

	for (slot = 1; slot < m->conns.top; slot++) {
		struct conn *c = conn_at(m, slot);

		if (c->object != CONN_FREE && !c->end && gone(arg, c))
			lives_end(m, c, CONN_UNSEEN, m->stats.newest_ns);
	}
}

const struct tracker_stats *tracker_stats(const struct tracker *m)
{
	return &m->stats;
}

uint32_t tracker_count(const struct tracker *m)
{
	return m->live;
}

const struct conn *tracker_next(const struct tracker *m, const struct conn *c)
{
	uint32_t slot = c ? conn_slot(m, c) + 1 : 1;

	for (; slot < m->conns.top; slot++)
		if (conn_at(m, slot)->object != CONN_FREE)
			return conn_at(m, slot);
	return NULL;
}
