// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/diagnose/stuck_group.h"

/* With more peers than these the owner's sockets are one group. */
#define PEERS_APART 4

/**
 * struct entry - a finding, and what it shares with others
 * @found: the finding
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
	const struct finding *found;
	size_t each;
	uint32_t netns;
	uint32_t pid;
	char comm[16];
	uint16_t port;
	uint8_t state;
	bool passive;
	uint8_t raddr[16];
};

static void take_owner(struct entry *e, const struct tracker *m, const struct owners *owners)
{
	const struct conn *c = e->found->conn;
	size_t count = 0;
	const struct holder *holder = owners ? owners_of(owners, c->inode, &count) : NULL;
	const struct task *task = tracker_task(m, c->owner ? c->owner : c->opener);

	if (holder) {
		e->pid = holder->pid;
		memcpy(e->comm, holder->comm, sizeof(e->comm));
	} else if (task) {
		memcpy(e->comm, task->comm, sizeof(e->comm));
	}
}

static void fill(struct entry *e, const struct tracker *m, const struct owners *owners,
		 const struct finding *found, size_t each)
{
	const struct conn *c = found->conn;

	memset(e, 0, sizeof(*e));
	e->found = found;
	e->each = each;
	e->netns = c->netns;
	e->state = c->state;
	e->passive = finding_is_passive(found, m);
	e->port = e->passive ? c->lport : c->rport;
	tracker_raddr(m, c, e->raddr);
	take_owner(e, m, owners);
}

static int compare(uint64_t x, uint64_t y)
{
	return (x > y) - (x < y);
}

/* By all that makes a group, but for the peer. */
static int by_owner(const struct entry *x, const struct entry *y)
{
	int d = compare(x->each, y->each);

	d = d ? d : compare((uint8_t)x->found->rule, (uint8_t)y->found->rule);
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
	const struct finding *x = *(const struct finding *const *)a;
	const struct finding *y = *(const struct finding *const *)b;

	if (x->stuck_ns != y->stuck_ns)
		return x->stuck_ns < y->stuck_ns ? -1 : 1;
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

static void add_member(struct stuck_group *group, const struct finding *found, uint64_t now_ns)
{
	group->age_ns += finding_age(found, now_ns);
	group->unread += found->conn->unread;
	group->unacked += found->conn->unacked;
}

struct stuck_group stuck_group_of(const struct finding **found, uint64_t now_ns)
{
	struct stuck_group group = {
		.members = found,
		.count = 1,
		.peers = 1,
		.weight = verdict_weight((*found)->rule),
	};

	add_member(&group, *found, now_ns);
	return group;
}

/* Entries from @first on, up to @next, are one. */
static void make_group(struct stuck_groups *g, const struct entry *entries, size_t first,
		       size_t next, size_t peers, uint64_t now_ns)
{
	struct stuck_group *group = &g->groups[g->count++];
	size_t i;

	g->members[first] = entries[first].found;
	*group = stuck_group_of(&g->members[first], now_ns);
	group->count = next - first;
	group->peers = peers;
	for (i = first + 1; i < next; i++) {
		g->members[i] = entries[i].found;
		add_member(group, entries[i].found, now_ns);
	}
	qsort(group->members, group->count, sizeof(*group->members), oldest_first);
}

/* Those of one owner: one group, or one for each peer if these are few. */
static void make_groups(struct stuck_groups *g, const struct entry *entries, size_t first,
			size_t next, uint64_t now_ns)
{
	size_t i, peers = 1, begin = first;

	for (i = first + 1; i < next; i++)
		peers += by_peer(&entries[i - 1], &entries[i]) != 0;
	if (peers > PEERS_APART) {
		make_group(g, entries, first, next, peers, now_ns);
		return;
	}
	for (i = first + 1; i <= next; i++) {
		if (i < next && !by_peer(&entries[i - 1], &entries[i]))
			continue;
		make_group(g, entries, begin, i, 1, now_ns);
		begin = i;
	}
}

int stuck_groups_make(struct stuck_groups *g, const struct stuck_result *r,
		      const struct owners *owners, bool each)
{
	struct entry *entries;
	size_t i, first, next;

	*g = (struct stuck_groups){ 0 };
	if (!r->count)
		return 0;
	entries = calloc(r->count, sizeof(*entries));
	g->groups = calloc(r->count, sizeof(*g->groups));
	g->members = calloc(r->count, sizeof(*g->members));
	if (!entries || !g->groups || !g->members) {
		free(entries);
		return -ENOMEM;
	}
	for (i = 0; i < r->count; i++)
		fill(&entries[i], r->query.tracker, owners, &r->findings[i],
		     each || r->findings[i].usage ? i + 1 : 0);
	qsort(entries, r->count, sizeof(*entries), by_owner_and_peer);
	for (first = 0; first < r->count; first = next) {
		for (next = first + 1;
		     next < r->count && !by_owner(&entries[first], &entries[next]); next++)
			;
		make_groups(g, entries, first, next, r->query.now_ns);
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
