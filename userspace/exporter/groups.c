// SPDX-License-Identifier: GPL-2.0
/*
 * Sockets and ends by port and by unit.
 *
 * Ends are counted as they happen. Living sockets are counted anew in each walk over all
 * connections, into @counting, which becomes @sockets when the walk is complete: a scrape
 * never sees a walk that is under way. A unit's name takes time to find, so a small cache
 * goes from the control group's id to its group.
 */
#include "userspace/exporter/groups.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/conn/timing.h"

/* Which group a cgroup belongs to is looked up once, until so many others were. */
#define CACHE (1U << 10)

/**
 * struct groups - both kinds
 * @sets: by enum groups_kind
 * @port_numbers: of the ports' groups
 * @unit_max: more than these are "other"
 * @unit: asks for a name
 * @arg: for @unit
 * @untold: in this walk it could not tell one
 * @cache: group of a cgroup, by the last bits of its id
 */
struct groups {
	struct group_set sets[GROUPS_KINDS];
	uint16_t port_numbers[GROUPS_PORTS_MAX];
	unsigned int unit_max;
	groups_unit_fn unit;
	void *arg;
	bool untold;
	struct {
		uint64_t cgroup;
		uint32_t group;
	} cache[CACHE];
};

struct groups *groups_create(void)
{
	return calloc(1, sizeof(struct groups));
}

void groups_free(struct groups *g)
{
	if (!g)
		return;
	group_sets_free(g->sets);
	free(g);
}

bool groups_are_asked_for(const struct groups *g)
{
	return g->sets[GROUPS_BY_PORT].label || g->sets[GROUPS_BY_UNIT].label;
}

static int make(struct group_set *set, const char *label, unsigned int count)
{
	set->list = calloc(count, sizeof(*set->list));
	if (!set->list)
		return -ENOMEM;
	set->label = label;
	set->count = count;
	snprintf(set->list[count - 1].name, GROUPS_NAME_MAX, "other");
	return 0;
}

int groups_by_port(struct groups *g, const uint16_t *ports, unsigned int count)
{
	unsigned int i;

	if (make(&g->sets[GROUPS_BY_PORT], "port", count + 1))
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		g->port_numbers[i] = ports[i];
		snprintf(g->sets[GROUPS_BY_PORT].list[i].name, GROUPS_NAME_MAX, "%u", ports[i]);
	}
	return 0;
}

int groups_by_unit(struct groups *g, unsigned int max, groups_unit_fn unit, void *arg)
{
	g->unit_max = max;
	g->unit = unit;
	g->arg = arg;
	return make(&g->sets[GROUPS_BY_UNIT], "unit", max + 1);
}

/* Its own end's port goes before the peer's: a server is called by its own. */
static struct group *port_of(struct groups *g, const struct conn *c)
{
	unsigned int i, named = g->sets[GROUPS_BY_PORT].count - 1, found = named;

	for (i = named; i-- > 0;) {
		if (g->port_numbers[i] == c->lport)
			return &g->sets[GROUPS_BY_PORT].list[i];
		if (g->port_numbers[i] == c->rport)
			found = i;
	}
	return &g->sets[GROUPS_BY_PORT].list[found];
}

static unsigned int unit_by_name(struct groups *g, const char *name)
{
	struct group *list = g->sets[GROUPS_BY_UNIT].list;
	unsigned int i;

	for (i = 0; i < g->unit_max && list[i].name[0]; i++)
		if (!strcmp(list[i].name, name))
			return i;
	if (i == g->unit_max || !name[0] || !strcmp(name, list[g->unit_max].name))
		return g->unit_max;
	snprintf(list[i].name, GROUPS_NAME_MAX, "%s", name);
	return i;
}

static struct group *unit_of(struct groups *g, const struct conn *c)
{
	char name[GROUPS_NAME_MAX] = "";
	unsigned int slot = c->cgroup % CACHE;

	if (!c->cgroup)
		return &g->sets[GROUPS_BY_UNIT].list[g->unit_max];
	if (g->cache[slot].cgroup != c->cgroup) {
		if (!g->unit(g->arg, c->cgroup, name)) {
			g->untold = true;
			return &g->sets[GROUPS_BY_UNIT].list[g->unit_max];
		}
		g->cache[slot].group = unit_by_name(g, name);
		g->cache[slot].cgroup = c->cgroup;
	}
	return &g->sets[GROUPS_BY_UNIT].list[g->cache[slot].group];
}

void groups_begin(struct groups *g)
{
	for (unsigned int kind = 0; kind < GROUPS_KINDS; kind++)
		for (unsigned int i = 0; i < g->sets[kind].count; i++)
			memset(g->sets[kind].list[i].counting, 0,
			       sizeof(g->sets[kind].list[i].counting));
	g->untold = false;
}

bool groups_end(struct groups *g)
{
	for (unsigned int kind = 0; kind < GROUPS_KINDS; kind++) {
		for (unsigned int i = 0; i < g->sets[kind].count; i++) {
			struct group *group = &g->sets[kind].list[i];

			memcpy(group->sockets, group->counting, sizeof(group->sockets));
		}
	}
	return !g->untold;
}

void groups_count(struct groups *g, const struct conn *c)
{
	uint8_t state = c->state < GROUPS_STATES ? c->state : GROUPS_STATES - 1;

	if (c->end)
		return;
	if (state == TCPTRAIL_NEW_SYN_RECV)
		state = TCPTRAIL_SYN_RECV;
	if (g->sets[GROUPS_BY_PORT].label)
		port_of(g, c)->counting[state]++;
	if (g->sets[GROUPS_BY_UNIT].label)
		unit_of(g, c)->counting[state]++;
}

void groups_ended(struct groups *g, const struct conn *c)
{
	if (!conn_is_connection(c))
		return;
	if (g->sets[GROUPS_BY_PORT].label)
		port_of(g, c)->ended[c->end]++;
	if (g->sets[GROUPS_BY_UNIT].label)
		unit_of(g, c)->ended[c->end]++;
}

int groups_copy(struct group_set to[GROUPS_KINDS], const struct groups *g)
{
	int err = 0;

	for (unsigned int kind = 0; kind < GROUPS_KINDS; kind++) {
		const struct group_set *from = &g->sets[kind];

		to[kind] = *from;
		to[kind].list = from->label ? malloc(from->count * sizeof(*from->list)) : NULL;
		if (to[kind].list)
			memcpy(to[kind].list, from->list, from->count * sizeof(*from->list));
		else if (from->label)
			err = -ENOMEM;
	}
	return err;
}

void group_sets_free(struct group_set sets[GROUPS_KINDS])
{
	for (unsigned int kind = 0; kind < GROUPS_KINDS; kind++)
		free(sets[kind].list);
}
