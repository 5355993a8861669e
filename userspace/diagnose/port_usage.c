// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/diagnose/port_usage.h"
#include "userspace/base/address.h"
#include "userspace/base/array.h"
#include "userspace/base/time.h"
#include "userspace/diagnose/port_usage_internal.h"
#include "userspace/conn/tracker_internal.h"

/**
 * struct gathering - the destinations met so far
 * @tracker: the connections
 * @query: what is asked
 * @groups: by destination
 * @count: how many
 * @room: for how many there is memory
 * @by_key: groups, numbered from 1, by the hash of their names
 */
struct gathering {
	const struct tracker *tracker;
	const struct port_usage_query *query;
	struct port_usage_group *groups;
	size_t count;
	size_t room;
	struct index by_key;
};

static struct source_ports ports_of(const struct port_usage_query *q, uint32_t netns)
{
	return q->ports ? q->ports(q->arg, netns) : SOURCE_PORTS_DEFAULT;
}

/*
 * Who opened is on record; of sockets older than the trail the ports tell:
 * connect() chooses only from its range, and not one that a listener has.
 */
static bool is_passive(const struct gathering *g, const struct conn *c)
{
	struct source_ports ports;

	if (c->role != CONN_ROLE_UNKNOWN)
		return c->role == CONN_PASSIVE;
	ports = ports_of(g->query, c->netns);
	return c->lport < ports.first || c->lport > ports.last || tracker_listener(g->tracker, c);
}

static bool counts(const struct gathering *g, const struct conn *c)
{
	if (c->end || c->role == CONN_LISTENER || c->state == TCPTRAIL_LISTEN ||
	    c->state == TCPTRAIL_NO_STATE || c->object == CONN_REQUEST || !(c->flags & CONN_WHOLE))
		return false;
	return !g->query->alive || g->query->alive(g->query->arg, c);
}

static void name_of(const struct gathering *g, const struct conn *c, struct port_usage_key *key)
{
	memset(key, 0, sizeof(*key));
	key->netns = c->netns;
	key->passive = is_passive(g, c);
	if (key->passive) {
		key->port = c->lport;
		return;
	}
	key->port = c->rport;
	tracker_laddr(g->tracker, c, key->laddr);
	tracker_raddr(g->tracker, c, key->raddr);
}

static uint32_t hash_of(const struct gathering *g, const struct port_usage_key *key)
{
	const uint64_t *k = g->tracker->key;
	uint64_t first = (uint64_t)key->netns << 32 | (uint32_t)key->port << 16 | key->passive;

	return index_hash(k, first ^ index_hash_16(k, key->laddr), index_hash_16(k, key->raddr));
}

static struct port_usage_group *find(const struct gathering *g, const struct port_usage_key *key)
{
	uint32_t hash = hash_of(g, key), at = hash, found;

	while ((found = index_find(&g->by_key, hash, &at)))
		if (!memcmp(&g->groups[found - 1].key, key, sizeof(*key)))
			return &g->groups[found - 1];
	return NULL;
}

/* For how long a TIME-WAIT keeps its port from connect(). */
static uint64_t hold_ns(const struct port_usage_group *group)
{
	const struct source_ports *ports = &group->ports;

	if (ports->tw_reuse == 1 || (ports->tw_reuse == 2 && address_is_loopback(group->key.raddr)))
		return SEC;
	return PORT_USAGE_TIMEWAIT_NS;
}

static struct port_usage_group *add(struct gathering *g, const struct port_usage_key *key)
{
	struct port_usage_group *group = array_add(g->groups, g->count, g->room);

	if (!group)
		return NULL;
	*group = (struct port_usage_group){
		.key = *key,
		.ports = ports_of(g->query, key->netns),
	};
	group->hold_ns = hold_ns(group);
	return index_add(&g->by_key, hash_of(g, key), (uint32_t)g->count) ? NULL : group;
}

static uint64_t age_of(const struct gathering *g, const struct conn *c)
{
	return g->query->now_ns > c->since_ns ? g->query->now_ns - c->since_ns : 0;
}

static void count_conn(const struct gathering *g, struct port_usage_group *group,
		       const struct conn *c)
{
	bool timewait = c->state == TCPTRAIL_TIME_WAIT;
	bool in_range = c->lport >= group->ports.first && c->lport <= group->ports.last;
	uint64_t age_ns = age_of(g, c);

	if (timewait) {
		group->timewaits++;
		if (age_ns < PORT_USAGE_WINDOW_NS)
			group->begun++;
		if (age_ns > group->oldest_ns)
			group->oldest_ns = age_ns;
	}
	if (!group->newest || (timewait && (group->newest->state != TCPTRAIL_TIME_WAIT ||
					    c->since_ns > group->newest->since_ns)))
		group->newest = c;
	if (group->key.passive || !in_range)
		return;
	if (!timewait)
		group->held_else++;
	else if (age_ns < group->hold_ns)
		group->held++;
}

/* NULL: it is not one that counts, or, with *@err set, there is no memory. */
static struct port_usage_group *gather(struct gathering *g, const struct conn *c, int *err)
{
	struct port_usage_group *group;
	struct port_usage_key key;

	*err = 0;
	if (!counts(g, c))
		return NULL;
	name_of(g, c, &key);
	group = find(g, &key);
	if (!group)
		group = add(g, &key);
	if (!group)
		*err = -ENOMEM;
	else
		count_conn(g, group, c);
	return group;
}

static bool is_worth_telling(const struct port_usage_query *q, const struct port_usage_group *group)
{
	uint32_t used = group->held + group->held_else;

	if (group->key.passive)
		return group->timewaits && group->timewaits >= q->at_least;
	if (!q->at_least)
		return group->timewaits || used;
	return group->timewaits >= q->at_least || (used && 2 * used >= group->ports.count);
}

/* When the port of a TIME-WAIT comes free, and whose it is. */
static int ui_closer(const struct gathering *g, struct port_usage_group *group,
		     const struct conn *c)
{
	uint64_t age_ns = age_of(g, c);
	int err = 0;

	if (!group->key.passive && c->lport >= group->ports.first &&
	    c->lport <= group->ports.last && age_ns < group->hold_ns)
		err = array_push(group->free_ns, group->frees, group->room,
				 group->hold_ns - age_ns);
	return err ? err :
		     port_usage_note_maker(group, tracker_task(g->tracker,
							       c->owner ? c->owner : c->opener));
}

/* The members of those that are told. */
static int ui_closer_at_all(struct gathering *g)
{
	struct port_usage_group *group;
	struct port_usage_key key;
	const struct conn *c;
	int err = 0;

	for (c = tracker_next(g->tracker, NULL); c && !err; c = tracker_next(g->tracker, c)) {
		if (c->state != TCPTRAIL_TIME_WAIT || !counts(g, c))
			continue;
		name_of(g, c, &key);
		group = find(g, &key);
		if (group && is_worth_telling(g->query, group))
			err = ui_closer(g, group, c);
	}
	return err;
}

static uint64_t window_of(const struct port_usage_group *group)
{
	if (group->oldest_ns > PORT_USAGE_WINDOW_NS)
		return PORT_USAGE_WINDOW_NS;
	return group->oldest_ns > SEC ? group->oldest_ns : SEC;
}

static void tell(struct usage *to, struct port_usage_group *group)
{
	*to = (struct usage){
		.conn = group->newest,
		.netns = group->key.netns,
		.port = group->key.port,
		.passive = group->key.passive,
		.timewaits = group->timewaits,
		.used = group->held + group->held_else,
		.ports = group->key.passive ? 0 : group->ports.count,
		.begun = group->begun,
		.window_ns = window_of(group),
		.out_ns = PORT_USAGE_NEVER,
	};
	memcpy(to->laddr, group->key.laddr, 16);
	memcpy(to->raddr, group->key.raddr, 16);
	if (!to->passive)
		to->out_ns = port_usage_out_ns(group, to);
	port_usage_name_maker(group, to);
}

static int most_severe_first(const void *a, const void *b)
{
	const struct usage *x = a, *y = b;
	uint64_t left = (uint64_t)x->used * (y->ports ? y->ports : 1);
	uint64_t right = (uint64_t)y->used * (x->ports ? x->ports : 1);

	if (left != right)
		return left > right ? -1 : 1;
	if (x->timewaits != y->timewaits)
		return x->timewaits > y->timewaits ? -1 : 1;
	return (x->conn > y->conn) - (x->conn < y->conn);
}

static size_t worth_telling(const struct gathering *g)
{
	size_t i, told = 0;

	for (i = 0; i < g->count; i++)
		told += is_worth_telling(g->query, &g->groups[i]);
	return told;
}

static int tell_all(struct gathering *g, struct usage **list, size_t *count)
{
	size_t i, told = worth_telling(g);

	if (!told)
		return 0;
	*list = calloc(told, sizeof(**list));
	if (!*list)
		return -ENOMEM;
	for (i = 0; i < g->count; i++)
		if (is_worth_telling(g->query, &g->groups[i]))
			tell(&(*list)[(*count)++], &g->groups[i]);
	qsort(*list, *count, sizeof(**list), most_severe_first);
	return 0;
}

static void let_go(struct gathering *g)
{
	size_t i;

	for (i = 0; i < g->count; i++)
		port_usage_group_free(&g->groups[i]);
	free(g->groups);
	index_fini(&g->by_key);
}

int port_usage_find(const struct tracker *m, const struct port_usage_query *q, struct usage **list,
		    size_t *count)
{
	struct gathering g = { .tracker = m, .query = q };
	const struct conn *c;
	int err = index_init(&g.by_key);

	*list = NULL;
	*count = 0;
	for (c = tracker_next(m, NULL); c && !err; c = tracker_next(m, c))
		gather(&g, c, &err);
	if (!err && worth_telling(&g))
		err = ui_closer_at_all(&g);
	if (!err)
		err = tell_all(&g, list, count);
	let_go(&g);
	return err;
}

/**
 * struct port_usage_tally - see usage.h
 * @query: its copy
 * @gathering: so far
 */
struct port_usage_tally {
	struct port_usage_query query;
	struct gathering gathering;
};

int port_usage_tally_create(struct port_usage_tally **tally, const struct tracker *m,
			    const struct port_usage_query *q)
{
	struct port_usage_tally *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->query = *q;
	t->gathering = (struct gathering){ .tracker = m, .query = &t->query };
	if (index_init(&t->gathering.by_key)) {
		free(t);
		return -ENOMEM;
	}
	*tally = t;
	return 0;
}

int port_usage_tally_add(struct port_usage_tally *t, const struct conn *c)
{
	struct port_usage_group *group;
	int err;

	group = gather(&t->gathering, c, &err);
	if (group && c->state == TCPTRAIL_TIME_WAIT)
		err = ui_closer(&t->gathering, group, c);
	return err;
}

int port_usage_tally_list(struct port_usage_tally *t, struct usage **list, size_t *count)
{
	*list = NULL;
	*count = 0;
	return tell_all(&t->gathering, list, count);
}

void port_usage_tally_free(struct port_usage_tally *t)
{
	if (!t)
		return;
	let_go(&t->gathering);
	free(t);
}
