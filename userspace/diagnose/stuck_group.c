// SPDX-License-Identifier: GPL-2.0
/* Findings are sorted by what they share; a run of the same bytes is a group. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/base/order.h"
#include "userspace/diagnose/stuck_group.h"

/* With more peers than these the owner's sockets are one group. */
#define PEERS_APART 4

/**
 * struct entry - a finding, and what it shares with others; no padding, so that bytes are compared
 * @each: a number of its own, where nothing is to be shared; else 0
 * @cgroup: control group
 * @netns: namespace
 * @pid: who holds it; 0 if nobody is known to, or if the process is one of a service's
 * @comm: that one's name, or whose it was last
 * @laddr: our address, where we accepted; listeners of one port may have several
 * @port: our own where we accepted, else the peer's
 * @state: enum tcptrail_state
 * @passive: we accepted
 * @rule: the verdict's number
 * @raddr: the peer; all before it makes a group of one owner
 * @found: the finding
 * @holder: the pid of whoever holds it, 0 if nobody is known to
 */
struct entry {
	uint64_t each;
	uint64_t cgroup;
	uint32_t netns;
	uint32_t pid;
	char comm[16];
	uint8_t laddr[16];
	uint16_t port;
	uint8_t state;
	uint8_t passive;
	int32_t rule;
	uint8_t raddr[16];
	const struct finding *found;
	uint32_t holder;
};

#define OWNER_BYTES offsetof(struct entry, raddr)
#define KEY_BYTES offsetof(struct entry, found)

_Static_assert(KEY_BYTES == 80, "struct entry has no padding");

/* Workers of one service are told together: what one of them does wrong the others do, too. */
static bool is_of_service(const struct holders *holders, uint32_t pid)
{
	const struct process *process = owners_process(&holders->owners, pid);
	const char *kind = process ? strrchr(process->cgroup.unit, '.') : NULL;

	return process && (process->cgroup.container[0] || (kind && !strcmp(kind, ".service")));
}

static void set_entry(struct entry *e, const struct tracker *m, const struct holders *holders,
		      const struct finding *found, size_t each)
{
	const struct conn *c = found->conn;
	struct owner owner = holders_owner(holders, m, c);

	e->found = found;
	e->each = each;
	e->netns = c->netns;
	e->state = found->state;
	e->rule = found->rule;
	e->passive = finding_is_passive(found, m);
	e->port = e->passive ? c->lport : c->rport;
	e->cgroup = c->cgroup;
	tracker_raddr(m, c, e->raddr);
	if (e->passive && e->state != TCPTRAIL_LISTEN)
		tracker_laddr(m, c, e->laddr);
	e->holder = owner.task ? owner.pid : 0;
	if (owner.task && !e->passive && !is_of_service(holders, owner.pid))
		e->pid = owner.pid;
	if (owner.comm)
		memcpy(e->comm, owner.comm, sizeof(e->comm));
}

static int by_owner_and_peer(const void *a, const void *b)
{
	return memcmp(a, b, KEY_BYTES);
}

ORDER(by_holder, struct entry, COMPARE(x->holder, y->holder))

ORDER(oldest_first, typeof(const struct finding *),
      2 * COMPARE((*x)->stuck_ns, (*y)->stuck_ns) + COMPARE((*x)->conn, (*y)->conn))

ORDER(most_severe_first, struct stuck_group,
      8 * COMPARE(y->weight, x->weight) + 4 * COMPARE(y->age_ns, x->age_ns) +
	      oldest_first(x->members, y->members))

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
		.processes = 1,
		.weight = verdict_weight((*found)->rule),
	};

	add_member(&group, *found, now_ns);
	return group;
}

/* Of a burst at our own port nothing else is shared; of others, the port that was connected to. */
unsigned int stuck_group_shared(const struct stuck_group *group, const struct tracker *m)
{
	const struct finding *f = group->members[0];
	bool many = group->count > 1 || f->usage, passive = finding_is_passive(f, m);
	unsigned int shared = many ? passive ? STUCK_LPORT : STUCK_RPORT :
				     STUCK_LPORT | STUCK_RPORT;

	if (f->usage && !passive && !f->usage->port)
		return 0; /* all destinations */
	if (!f->usage || !passive)
		shared |= STUCK_LADDR | (group->peers == 1 ? STUCK_RADDR : 0);
	return f->state == TCPTRAIL_LISTEN ? shared & (STUCK_LADDR | STUCK_LPORT) : shared;
}

/* Those from @first on that share so many bytes: up to which, at most @end. */
static size_t alike_until(const struct entry *entries, size_t first, size_t end, size_t bytes)
{
	size_t next = first + 1;

	while (next < end && !memcmp(&entries[first], &entries[next], bytes))
		next++;
	return next;
}

static size_t count_holders(struct entry *entries, size_t count)
{
	size_t i, holders = 1;

	qsort(entries, count, sizeof(*entries), by_holder);
	for (i = 1; i < count; i++)
		holders += entries[i].holder != entries[i - 1].holder;
	return holders;
}

static void make_group(struct stuck_groups *g, struct entry *entries, size_t first, size_t next,
		       size_t peers, uint64_t now_ns)
{
	struct stuck_group *group = &g->groups[g->count++];
	size_t i;

	*group = stuck_group_of(&g->members[first], now_ns);
	group->count = next - first;
	group->peers = peers;
	for (i = first + 1; i < next; i++)
		add_member(group, g->members[i], now_ns);
	qsort(group->members, group->count, sizeof(*group->members), oldest_first);
	group->processes = count_holders(entries + first, group->count);
}

/* Those of one owner: one group, or one for each peer if these are few. */
static void make_groups(struct stuck_groups *g, struct entry *entries, size_t first, size_t end,
			uint64_t now_ns)
{
	size_t next, peers = 0;

	for (next = first; next < end; next = alike_until(entries, next, end, KEY_BYTES))
		peers++;
	if (peers > PEERS_APART) {
		make_group(g, entries, first, end, peers, now_ns);
		return;
	}
	for (; first < end; first = next) {
		next = alike_until(entries, first, end, KEY_BYTES);
		make_group(g, entries, first, next, 1, now_ns);
	}
}

static bool has_verdict(const struct finding *found, const char *name)
{
	return found->rule != FINDING_NO_RULE &&
	       !strcmp(verdict_name((unsigned int)found->rule), name);
}

/* The findings that speak for another one, too, by the cookies of their connections. */
static int find_speakers(struct hashmap *speakers, const struct stuck_result *r)
{
	size_t i;

	hashmap_init(speakers, sizeof(uint64_t), sizeof(uint64_t));
	for (i = 0; i < r->count; i++)
		if ((has_verdict(&r->findings[i], "established-deadlock") ||
		     has_verdict(&r->findings[i], "close-wait-relay")) &&
		    !hashmap_get(speakers, &r->findings[i].cookie))
			return -ENOMEM;
	return 0;
}

/*
 * Two findings that are one thing are told once: a deadlock of the end that connected, a
 * relay of the leg whose peer has closed.
 */
static bool is_told_with_other(const struct hashmap *speakers, const struct finding *found)
{
	const struct conn *peer = finding_peer(found), *leg = relay_other(found->relay);

	if (has_verdict(found, "established-deadlock"))
		return found->conn->role != CONN_ACTIVE && peer && peer->role == CONN_ACTIVE &&
		       hashmap_find(speakers, &peer->cookie);
	return has_verdict(found, "fin-wait2-relay") && leg && hashmap_find(speakers, &leg->cookie);
}

int stuck_groups_make(struct stuck_groups *g, const struct stuck_result *r,
		      const struct holders *holders, bool each)
{
	struct entry *entries = calloc(r->count + 1, sizeof(*entries));
	struct hashmap speakers;
	size_t i, next, count = 0;

	*g = (struct stuck_groups){
		.groups = calloc(r->count + 1, sizeof(*g->groups)),
		.members = calloc(r->count + 1, sizeof(*g->members)),
	};
	if (find_speakers(&speakers, r) || !entries || !g->groups || !g->members) {
		hashmap_fini(&speakers);
		free(entries);
		return -ENOMEM;
	}
	for (i = 0; i < r->count; i++)
		if (each || !is_told_with_other(&speakers, &r->findings[i]))
			set_entry(&entries[count++], r->query.tracker, holders, &r->findings[i],
				  each || r->findings[i].usage ? i + 1 : 0);
	qsort(entries, count, sizeof(*entries), by_owner_and_peer);
	for (i = 0; i < count; i++)
		g->members[i] = entries[i].found;
	for (i = 0; i < count; i = next) {
		next = alike_until(entries, i, count, OWNER_BYTES);
		make_groups(g, entries, i, next, r->query.now_ns);
	}
	hashmap_fini(&speakers);
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
