// SPDX-License-Identifier: GPL-2.0
/* Ports in use by destination, in two walks: see port_usage.h. */
#include "userspace/diagnose/port_details.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/base/address.h"

#define TIMEWAIT_NS MINUTE /* the kernel's TCP_TIMEWAIT_LEN */
#define REUSE_NS SEC /* with tcp_tw_reuse connect() may take the port after so long */

#define PLACES_MIN 1024
#define CONNS_PER_PLACE 8

/* A destination that has a smaller share of its ports is not counted by itself. */
#define SHARE_MIN (1 / 256.0)

_Static_assert(offsetof(struct port_usage, conn) == 40, "a key has no padding");

int port_usages_init(struct port_usages *u, uint32_t connections, bool all,
		     const struct kernel_view *kernel, uint64_t now_ns, uint64_t complete_ns)
{
	uint32_t places = PLACES_MIN;

	while (places < connections / CONNS_PER_PLACE)
		places *= 2;
	*u = (struct port_usages){
		.mask = places - 1,
		.all = all,
		.kernel = kernel,
		.ports = kernel_view_ports(kernel, 0),
		.now_ns = now_ns,
		.complete_ns = complete_ns,
	};
	hashmap_init(&u->bound, sizeof(uint64_t), sizeof(struct bound_ports));
	hashmap_init(&u->usages, offsetof(struct port_usage, conn), sizeof(struct port_usage));
	u->places = calloc(places, sizeof(*u->places));
	return u->places ? 0 : -ENOMEM;
}

void port_usages_fini(struct port_usages *u)
{
	struct port_usage *usage;
	size_t i;

	for (i = 0; i < u->usages.count; i++) {
		usage = hashmap_at(&u->usages, i);
		free(usage->details);
	}
	hashmap_fini(&u->usages);
	hashmap_fini(&u->bound);
	free(u->places);
	u->places = NULL;
}

/* Neighbours are often of one namespace. */
static const struct source_ports *ports_of(struct port_usages *u, uint32_t netns)
{
	if (netns != u->netns) {
		u->ports = kernel_view_ports(u->kernel, netns);
		u->netns = netns;
	}
	return &u->ports;
}

static bool in_range(const struct source_ports *ports, const struct conn *c)
{
	return c->lport >= ports->first && c->lport <= ports->last;
}

/*
 * Who opened is on record; of sockets older than the trail the ports tell: connect()
 * chooses only from its range, and not one that a listener has.
 */
static bool is_passive(const struct source_ports *ports, const struct tracker *m,
		       const struct conn *c)
{
	if (c->role != CONN_ROLE_UNKNOWN)
		return c->role == CONN_PASSIVE;
	return !in_range(ports, c) || tracker_listener(m, c);
}

/*
 * The name of what a connection takes a port of, or is a TIME-WAIT at. Return: the ports
 * of its namespace; NULL if it is neither.
 */
static const struct source_ports *name_of(struct port_usages *u, const struct tracker *m,
					  const struct conn *c, struct port_usage *name)
{
	const struct source_ports *ports;

	if (c->role == CONN_LISTENER || c->state == TCPTRAIL_LISTEN || c->object == CONN_REQUEST ||
	    !(c->flags & CONN_WHOLE))
		return NULL;
	ports = ports_of(u, c->netns);
	memset(name, 0, offsetof(struct port_usage, conn));
	name->netns = c->netns;
	name->passive = is_passive(ports, m, c);
	if (c->state != TCPTRAIL_TIME_WAIT && (name->passive || !in_range(ports, c)))
		return NULL;
	name->port = name->passive ? c->lport : c->rport;
	if (!name->passive) {
		tracker_laddr(m, c, name->laddr);
		tracker_raddr(m, c, name->raddr);
	}
	return ports;
}

/* bind() has chosen its port, before there was a destination. */
static bool is_bound(const struct source_ports *ports, const struct conn *c)
{
	return c->flags & CONN_BOUND && in_range(ports, c);
}

static int note_bound(struct port_usages *u, const struct conn *c)
{
	const uint64_t netns = c->netns, bit = 1ULL << c->lport % 64;
	struct bound_ports *bound = hashmap_get(&u->bound, &netns);

	if (!bound)
		return -ENOMEM;
	bound->count += !(bound->bits[c->lport / 64] & bit);
	bound->bits[c->lport / 64] |= bit;
	return 0;
}

static uint32_t bound_in(const struct port_usages *u, uint32_t netns)
{
	const uint64_t key = netns;
	const struct bound_ports *bound = u->bound.count ? hashmap_find(&u->bound, &key) : NULL;

	return bound ? (uint32_t)bound->count : 0;
}

int port_usages_estimate(struct port_usages *u, const struct tracker *m, const struct conn *c)
{
	struct port_usage name;
	const struct source_ports *ports = name_of(u, m, c, &name);
	uint32_t place, count;

	if (!ports)
		return 0;
	if (is_bound(ports, c))
		return note_bound(u, c);
	place = hashmap_hash(&u->usages, &name) & u->mask;
	count = ++u->places[place];
	if (name.passive || !ports->count || count <= u->fullest_share * ports->count)
		return 0;
	u->fullest = place;
	u->fullest_share = (double)count / ports->count;
	return 0;
}

/*
 * Does a place with so many connections hide a destination that is worth counting? Where
 * none has a share that counts, the fullest place stands for all.
 */
static bool matters(const struct port_usages *u, const struct source_ports *ports,
		    const struct port_usage *name, uint32_t place)
{
	uint32_t most = u->places[place];

	if (u->all || place == u->fullest || most >= PORT_USAGE_BURST)
		return true;
	return !name->passive && most >= SHARE_MIN * ports->count;
}

static bool may_burst(const struct port_usages *u, const struct source_ports *ports,
		      const struct port_usage *name, uint32_t place)
{
	return u->all || u->places[place] >= PORT_USAGE_BURST ||
	       2 * (u->places[place] + bound_in(u, name->netns)) >= ports->count;
}

/* May connect() take its port before it has ended? */
static bool is_reusable(const struct source_ports *ports, const struct port_usage *usage)
{
	return ports->tw_reuse == 1 || (ports->tw_reuse == 2 && address_is_loopback(usage->raddr));
}

static void note_conn(struct port_usage *usage, const struct conn *c)
{
	bool is_timewait = c->state == TCPTRAIL_TIME_WAIT;

	if (!usage->conn || (is_timewait && (usage->conn->state != TCPTRAIL_TIME_WAIT ||
					     c->since_ns > usage->conn->since_ns)))
		usage->conn = c;
}

static void count_live(struct port_usage *usage, const struct conn *c)
{
	usage->live++;
	usage->used++;
	if (usage->details)
		port_details_live(usage->details, c);
}

/* A TIME-WAIT's port is in use until it ends, or until it may be used again. */
static void count_timewait(struct port_usages *u, struct port_usage *usage,
			   const struct source_ports *ports, const struct conn *c,
			   uint64_t *free_at_ns)
{
	bool reusable = is_reusable(ports, usage);
	uint64_t age_ns = time_between(c->since_ns, u->now_ns);
	uint64_t window_ns = time_between(u->complete_ns, u->now_ns);

	usage->timewaits++;
	if (window_ns > PORT_USAGE_WINDOW_NS)
		window_ns = PORT_USAGE_WINDOW_NS;
	usage->begun += age_ns < window_ns && !(c->flags & CONN_AT_LEAST);
	if (usage->passive || !in_range(ports, c))
		return;
	if (usage->details)
		port_details_timewait(usage->details, c, age_ns, reusable ? REUSE_NS : TIMEWAIT_NS);
	if (reusable && age_ns >= REUSE_NS)
		return;
	if (reusable && c->since_ns + REUSE_NS < *free_at_ns)
		*free_at_ns = c->since_ns + REUSE_NS;
	usage->used++;
}

/* The row of this name; with details, if @detailed. */
static struct port_usage *row(struct port_usages *u, const struct tracker *m,
			      const struct source_ports *ports, const struct port_usage *name,
			      bool detailed)
{
	struct port_usage *usage = hashmap_get(&u->usages, name);

	if (!usage)
		return NULL;
	usage->ports = name->passive ? 0 : ports->count;
	if (detailed && !usage->details)
		usage->details = port_details_new(u, m);
	return detailed && !usage->details ? NULL : usage;
}

int port_usages_count(struct port_usages *u, const struct tracker *m, const struct conn *c,
		      bool wanted, uint64_t *free_at_ns)
{
	const struct source_ports *ports;
	struct port_usage name, *usage;
	bool bound;
	uint32_t place;

	ports = name_of(u, m, c, &name);
	if (!ports)
		return 0;
	bound = is_bound(ports, c);
	if (bound) /* of all destinations */
		name = (struct port_usage){ .netns = name.netns };
	place = hashmap_hash(&u->usages, &name) & u->mask;
	if (!bound && !matters(u, ports, &name, place))
		return 0;
	usage = row(u, m, ports, &name, bound || may_burst(u, ports, &name, place));
	if (!usage)
		return -ENOMEM;
	usage->wanted += wanted;
	note_conn(usage, c);
	if (usage->details)
		port_details_maker(usage->details,
				   tracker_task(m, c->owner ? c->owner : c->opener));
	if (bound)
		return 0;
	if (c->state == TCPTRAIL_TIME_WAIT)
		count_timewait(u, usage, ports, c, free_at_ns);
	else
		count_live(usage, c);
	return 0;
}

void port_usages_end(struct port_usages *u, const struct tracker *m)
{
	struct port_usage *usage;
	size_t i;

	for (i = 0; i < u->usages.count; i++) {
		usage = hashmap_at(&u->usages, i);
		usage->bound = usage->passive ? 0 : bound_in(u, usage->netns);
		usage->used += usage->bound;
		port_details_end(usage, m);
	}
	free(u->places);
	u->places = NULL;
}
