// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/print/stuck_out.h"

/* With more peers than these the owner's sockets are one group. */
#define PEERS_APART 4

/**
 * struct entry - a socket, and what it shares with others
 * @stuck: the socket
 * @rule: the number of the verdict's, or -1
 * @each: a number of its own, where nothing is to be shared; else 0
 * @netns: namespace
 * @pid: who holds it, 0 if nobody is known to
 * @comm: that one's name, or whose it was last
 * @port: our own where we accepted, else the peer's
 * @state: enum tcptrail_state
 * @passive: we accepted
 * @raddr: the peer
 */
struct entry {
	const struct stuck *stuck;
	int rule;
	size_t each;
	uint32_t netns;
	uint32_t pid;
	char comm[16];
	uint16_t port;
	uint8_t state;
	bool passive;
	uint8_t raddr[16];
};

static void take_owner(const struct stuck_out *o, struct entry *e)
{
	const struct conn *c = e->stuck->conn;
	size_t count = 0;
	const struct holder *holder = o->owners ? owners_of(o->owners, c->inode, &count) : NULL;
	const struct task *task = tracker_task(o->tracker, c->owner ? c->owner : c->opener);

	if (holder) {
		e->pid = holder->pid;
		memcpy(e->comm, holder->comm, sizeof(e->comm));
	} else if (task) {
		memcpy(e->comm, task->comm, sizeof(e->comm));
	}
}

static void fill(const struct stuck_out *o, struct entry *e, const struct stuck *stuck, size_t each)
{
	const struct conn *c = stuck->conn;

	memset(e, 0, sizeof(*e));
	e->rule = stuck_rule(o, stuck);
	e->stuck = stuck;
	e->each = each;
	e->netns = c->netns;
	e->state = c->state;
	e->passive = stuck_is_passive(o, c);
	e->port = e->passive ? c->lport : c->rport;
	tracker_raddr(o->tracker, c, e->raddr);
	take_owner(o, e);
}

static int compare(uint64_t x, uint64_t y)
{
	return (x > y) - (x < y);
}

/* By all that makes a group, but for the peer. */
static int by_owner(const struct entry *x, const struct entry *y)
{
	int d = compare(x->each, y->each);

	d = d ? d : compare((unsigned int)x->rule, (unsigned int)y->rule);
	d = d ? d : compare(x->state, y->state);
	d = d ? d : compare(x->netns, y->netns);
	d = d ? d : compare(x->pid, y->pid);
	d = d ? d : memcmp(x->comm, y->comm, sizeof(x->comm));
	d = d ? d : compare(x->passive, y->passive);
	return d ? d : compare(x->port, y->port);
}

static int by_peer(const struct entry *x, const struct entry *y)
{
	return memcmp(x->raddr, y->raddr, sizeof(x->raddr));
}

static int by_owner_and_peer(const void *a, const void *b)
{
	int d = by_owner(a, b);

	return d ? d : by_peer(a, b);
}

static int oldest_first(const void *a, const void *b)
{
	const struct stuck *x = *(const struct stuck *const *)a;
	const struct stuck *y = *(const struct stuck *const *)b;

	if (x->age_ns != y->age_ns)
		return x->age_ns > y->age_ns ? -1 : 1;
	return (x->conn > y->conn) - (x->conn < y->conn);
}

static int most_severe_first(const void *a, const void *b)
{
	const struct stuck_group *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	if (x->age_ns != y->age_ns)
		return x->age_ns > y->age_ns ? -1 : 1;
	return oldest_first(x->members, y->members);
}

/* Entries from @first on, up to @next, are one. */
static void make_group(struct stuck_groups *g, const struct entry *entries, size_t first,
		       size_t next, size_t peers)
{
	struct stuck_group *group = &g->groups[g->count++];
	size_t i;

	*group = (struct stuck_group){
		.members = &g->members[first],
		.count = next - first,
		.peers = peers,
		.weight = verdict_weight((unsigned int)entries[first].rule),
	};
	for (i = first; i < next; i++) {
		g->members[i] = entries[i].stuck;
		group->age_ns += entries[i].stuck->age_ns;
		group->unread += entries[i].stuck->conn->unread;
		group->unacked += entries[i].stuck->conn->unacked;
	}
	qsort(group->members, group->count, sizeof(*group->members), oldest_first);
}

/* Those of one owner: one group, or one for each peer if these are few. */
static void make_groups(struct stuck_groups *g, const struct entry *entries, size_t first,
			size_t next)
{
	size_t i, peers = 1, begin = first;

	for (i = first + 1; i < next; i++)
		peers += by_peer(&entries[i - 1], &entries[i]) != 0;
	if (peers > PEERS_APART) {
		make_group(g, entries, first, next, peers);
		return;
	}
	for (i = first + 1; i <= next; i++) {
		if (i < next && !by_peer(&entries[i - 1], &entries[i]))
			continue;
		make_group(g, entries, begin, i, 1);
		begin = i;
	}
}

int stuck_groups_make(struct stuck_groups *g, const struct stuck_out *o, const struct stuck *list,
		      size_t count, bool each)
{
	struct entry *entries;
	size_t i, first, next;

	*g = (struct stuck_groups){ 0 };
	if (!count)
		return 0;
	entries = calloc(count, sizeof(*entries));
	g->groups = calloc(count, sizeof(*g->groups));
	g->members = calloc(count, sizeof(*g->members));
	if (!entries || !g->groups || !g->members) {
		free(entries);
		return -ENOMEM;
	}
	for (i = 0; i < count; i++)
		fill(o, &entries[i], &list[i], each || list[i].burst ? i + 1 : 0);
	qsort(entries, count, sizeof(*entries), by_owner_and_peer);
	for (first = 0; first < count; first = next) {
		for (next = first + 1; next < count && !by_owner(&entries[first], &entries[next]);
		     next++)
			;
		make_groups(g, entries, first, next);
	}
	free(entries);
	qsort(g->groups, g->count, sizeof(*g->groups), most_severe_first);
	return 0;
}

void stuck_groups_free(struct stuck_groups *g)
{
	free(g->groups);
	free(g->members);
	*g = (struct stuck_groups){ 0 };
}
