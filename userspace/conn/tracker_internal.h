/* SPDX-License-Identifier: GPL-2.0 */
/* What the model's own files share. */
#ifndef CONN_TRACKER_INTERNAL_H
#define CONN_TRACKER_INTERNAL_H

#include "userspace/conn/counters.h"
#include "userspace/base/index.h"
#include "userspace/conn/tracker.h"
#include "userspace/base/pool.h"

/**
 * struct tuple - the name of a connection end
 * @netns: network namespace
 * @lport: this end's port
 * @rport: the other end's
 * @ipv6: the addresses do not fit into addr4
 * @addr4: the addresses, if they do
 * @laddr: the record's
 * @raddr: the record's
 */
struct tuple {
	uint32_t netns;
	uint16_t lport;
	uint16_t rport;
	bool ipv6;
	uint32_t addr4[2];
	const uint8_t *laddr;
	const uint8_t *raddr;
};

/**
 * struct early - the numbers that came in the name of an end that has no record yet
 * @numbers: see join.c; 0: none
 * @hash: of the name
 * @netns: of the name
 * @lport: likewise
 * @rport: likewise
 */
struct early {
	uint64_t numbers;
	uint32_t hash;
	uint32_t netns;
	uint16_t lport;
	uint16_t rport;
};

#define JOIN_EARLY 1024

struct pair {
	uint8_t laddr[16];
	uint8_t raddr[16];
};

/**
 * struct tracker - the tables
 * @conns: struct conn by slot
 * @pairs: struct pair: addresses of IPv6 connections
 * @tasks: struct task by id
 * @by_tuple: conns that are CONN_INDEXED
 * @by_cookie: conns that have a cookie
 * @by_task: tasks by pid and comm
 * @by_synack: conns that are CONN_JOINABLE
 * @early: by the hash of the name, one each: for join.c
 * @has_early: there is one
 * @key: of the hashes
 * @live: conns in use, ended ones that wait included
 * @ended_first: oldest of those that wait to be told, 0 if none
 * @ended_last: newest of them
 * @last: the end that the last record was about, or NULL; its slot may be free by now
 * @loss_since_ns: when the last loss began; of several that were told within TRACKER_LINGER_NS
 *	of each other, the first
 * @dice: where the search for one to evict looks next
 * @recent_close_waits: see tracker_recent_close_waits(); or NULL
 * @recent_ports: see tracker_recent_ports(); or NULL
 */
struct tracker {
	struct pool conns;
	struct pool pairs;
	struct pool tasks;
	struct index by_tuple;
	struct index by_cookie;
	struct index by_task;
	struct index by_synack;
	struct early early[JOIN_EARLY];
	bool has_early;
	uint64_t key[2];
	struct conn *last;
	uint32_t live;
	uint32_t ended_first;
	uint32_t ended_last;
	uint64_t loss_since_ns;
	uint32_t dice;
	struct recent *recent_close_waits;
	struct recent *recent_ports;
	struct tracker_config config;
	struct tracker_stats stats;
	struct counters counters;
};

static inline struct conn *conn_at(const struct tracker *m, uint32_t slot)
{
	return pool_at(&m->conns, slot);
}

static inline uint32_t conn_slot(const struct tracker *m, const struct conn *c)
{
	return (uint32_t)(((const char *)c - m->conns.base) / sizeof(*c));
}

/** conn_prefetch() - into the cache, all three lines of it */
static inline void conn_prefetch(const void *conn)
{
	const char *line = conn;

	__builtin_prefetch(line);
	__builtin_prefetch(line + 64);
	__builtin_prefetch(line + 128);
}

/* table.c: finding, naming and making connections */

/** tuple_of() - the name in a record; false if it is not whole */
bool tuple_of(struct tuple *tuple, const struct tcptrail_record *r);

struct conn *table_by_cookie(const struct tracker *m, uint64_t cookie);
struct conn *table_by_tuple(const struct tracker *m, const struct tuple *tuple);

/** table_hash() - of a name */
uint32_t table_hash(const struct tracker *m, const struct tuple *tuple);

/** table_is_shared() - has another one the same name? Listeners do (SO_REUSEPORT) */
bool table_is_shared(const struct tracker *m, const struct conn *c);

/** table_listener() - who listens at the local end of @tuple; NULL: nobody that is known */
struct conn *table_listener(const struct tracker *m, struct tuple tuple);

/** table_tuple() - its name; the addresses point into the pair pool */
struct tuple table_tuple(const struct tracker *m, const struct conn *c);

/** table_pair() - the addresses of a connection that is CONN_IPV6 */
struct pair *table_pair(const struct tracker *m, const struct conn *c);

/** table_cookie_home(), table_tuple_home() - where the search for it begins */
const struct index_entry *table_cookie_home(const struct tracker *m, uint64_t cookie);
const struct index_entry *table_tuple_home(const struct tracker *m, const struct tuple *tuple);

/** table_likely() - a record's connection, most likely: nothing but the hash was compared */
const struct conn *table_likely(const struct tracker *m, const struct tcptrail_record *r);

void table_learn_name(struct tracker *m, struct conn *c, const struct tcptrail_record *r);

/** table_name() - give @c what the record knows of its name and it does not yet */
static inline void table_name(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	if (!(c->flags & CONN_WHOLE) || (r->cookie && !c->cookie))
		table_learn_name(m, c, r);
}

/** table_forget() - out of the indices, so that the name is free for the next */
void table_forget(struct tracker *m, struct conn *c);

/* lives.c: how they come and go */

/** lives_begin() - a new connection end; NULL without memory */
struct conn *lives_begin(struct tracker *m, const struct tcptrail_record *r);

/** lives_end() - its life is over: @c can still be found, until it is told */
void lives_end(struct tracker *m, struct conn *c, enum conn_end end, uint64_t time_ns);

/** lives_note_loss() - were records lost while @c lived, before its end is judged, or told? */
void lives_note_loss(const struct tracker *m, struct conn *c);

/** lives_enqueue() - @c has ended, and waits to be told from now on, if it does not yet */
void lives_enqueue(struct tracker *m, struct conn *c);

/** lives_are_due() - does lives_reap() find anything to do? */
static inline bool lives_are_due(const struct tracker *m, uint64_t until_ns)
{
	const struct conn *first = conn_at(m, m->ended_first);

	return m->ended_first && (!first->end || first->since_ns <= until_ns);
}

/** lives_reap() - tell and drop what ended up to then */
void lives_reap(struct tracker *m, uint64_t until_ns);

/* join.c: both ends of a connection */

/** join_synack() - @c sent or received this SYN-ACK */
void join_synack(struct tracker *m, struct conn *c, const struct tcptrail_segment *s);

/** join_syn() - @c sent this SYN */
void join_syn(struct tracker *m, struct conn *c, const struct tcptrail_segment *s);

/** join_syn_arrived() - this SYN came for no connection that is known: tell who sent it */
void join_syn_arrived(struct tracker *m, const struct tcptrail_record *r);

/** join_fin() - @c sent or received this FIN */
void join_fin(struct tracker *m, struct conn *c, const struct tcptrail_segment *s);

/** join_early() - this segment came or went in the name of an end that is not known yet */
void join_early(struct tracker *m, const struct tcptrail_record *r);

/** join_named() - @c has got its name, of this hash */
void join_named(struct tracker *m, struct conn *c, uint32_t hash);

/** join_leave() - @c has no other end any more */
void join_leave(struct tracker *m, struct conn *c);

/** join_ended() - @c has ended: note it of its other end, which may not learn of it */
void join_ended(struct tracker *m, const struct conn *c);

/** join_revived() - @c, which has ended, lives on after all: its other end has one, too */
void join_revived(struct tracker *m, const struct conn *c);

/** join_waits() - @c has ended, and its other end has not, or not been told yet */
bool join_waits(struct tracker *m, struct conn *c);

/** join_waiting() - the other end, if it has ended and waits for @c to be told with it */
struct conn *join_waiting(const struct tracker *m, const struct conn *c);

/* task.c */

/** task_change() - make *@id name this task; the one it named before is let go */
void task_change(struct tracker *m, uint32_t *id, uint32_t pid, const char comm[16]);

/** task_set() - likewise, if it is not the one that *@id names: mostly it is */
static inline void task_set(struct tracker *m, uint32_t *id, uint32_t pid, const char comm[16])
{
	const struct task *task = pool_at(&m->tasks, *id);

	if (!*id || task->pid != pid || memcmp(task->comm, comm, sizeof(task->comm)))
		task_change(m, id, pid, comm);
}

void task_drop(struct tracker *m, uint32_t *id);

/* feed.c: what a record means for the connection end that it is about */

void feed_record(struct tracker *m, const struct tcptrail_record *r);

/** feed_refresh() - of a snapshot only what changes without a transition */
void feed_refresh(struct tracker *m, const struct tcptrail_record *r);

/* observe.c: what ended lately */

/** observe_left() - @c leaves its state at @time_ns */
void observe_left(struct tracker *m, const struct conn *c, uint64_t time_ns);

/** observe_over() - @c lives no more, or becomes a TIME-WAIT */
void observe_over(struct tracker *m, const struct conn *c, uint64_t time_ns);

/** observe_step() - tell all that count of a step */
static inline void observe_step(struct tracker *m, const struct conn *c, enum conn_step step,
				uint64_t time_ns)
{
	counters_step(&m->counters, c, step, time_ns);
	if (step == CONN_STEP_LEAVES && m->recent_close_waits)
		observe_left(m, c, time_ns);
	if (m->config.step)
		m->config.step(m->config.arg, m, c, step, time_ns);
}

/**
 * counters_move() - count @c where it is now
 *
 * The connection itself knows where it is counted: whatever has happened to it,
 * it is taken from there and nowhere else, so that the numbers cannot drift.
 */
static inline void counters_move(struct tracker *m, struct conn *c)
{
	uint8_t place = counters_place(c);

	if (place == c->place)
		return;
	m->counters.places[c->place]--;
	m->counters.places[place]++;
	c->place = place;
}

#endif
