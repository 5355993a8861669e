// SPDX-License-Identifier: GPL-2.0
/* Ports in use by destination, in a walk or two: see port_usage.h. */
#include "userspace/diagnose/port_details.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/base/address.h"

#define TIMEWAIT_NS MINUTE /* the kernel's TCP_TIMEWAIT_LEN */
#define REUSE_NS SEC /* with tcp_tw_reuse connect() may take the port after so long */

#define FEW 1024 /* destinations: so many are counted in the first walk */
#define PLACES_MIN 1024
#define CONNS_PER_PLACE 8

/* A destination that has a smaller share of its ports is not counted by itself. */
#define SHARE_MIN (1 / 256.0)

_Static_assert(offsetof(struct port_usage, conn) == 40, "a key has no padding");

void port_usages_init(struct port_usages *u, uint32_t connections, bool all,
		      const struct kernel_view *kernel, uint64_t now_ns, uint64_t complete_ns)
{
	*u = (struct port_usages){
		.connections = connections,
		.all = all,
		.kernel = kernel,
		.ports = kernel_view_ports(kernel, 0),
		.now_ns = now_ns,
		.complete_ns = complete_ns,
	};
	hashmap_init(&u->bound, sizeof(uint64_t), sizeof(struct bound_ports));
	hashmap_init(&u->usages, offsetof(struct port_usage, conn), sizeof(struct port_usage));
}

static void forget_usages(struct port_usages *u)
{
	struct port_usage *usage;
	size_t i;

	for (i = 0; i < u->usages.count; i++) {
		usage = hashmap_at(&u->usages, i);
		free(usage->details);
	}
	hashmap_fini(&u->usages);
}

void port_usages_fini(struct port_usages *u)
{
	forget_usages(u);
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

/**
 * struct destination - what a connection takes a port of, or is a TIME-WAIT at
 * @ports: of its namespace
 * @bound: bind() has chosen the port, before there was a destination: it is taken for all
 * @passive: this side accepted: it is the listener's port
 * @guessed: neither who opened it is on record, nor has a listener its port
 * @ends: namespace, port and side
 * @addresses: both, of IPv4; their hashes, of IPv6; 0 with @bound and @passive
 */
struct destination {
	const struct source_ports *ports;
	bool bound;
	bool passive;
	bool guessed;
	uint64_t ends;
	uint64_t addresses;
};

/*
 * Who opened is on record; of sockets older than the trail a listener tells whose port they
 * have. Without one it is a guess: connect() chooses only from its range.
 */
static void find_opener(struct destination *to, const struct tracker *m, const struct conn *c)
{
	bool known = c->role != CONN_ROLE_UNKNOWN;

	to->passive = known ? c->role == CONN_PASSIVE : tracker_listener(m, c) != NULL;
	to->guessed = !known && !to->passive;
	if (to->guessed)
		to->passive = !in_range(to->ports, c);
}

static uint64_t addresses_of(const struct port_usages *u, const struct tracker *m,
			     const struct conn *c)
{
	uint8_t laddr[16], raddr[16];

	if (!(c->flags & CONN_IPV6))
		return (uint64_t)c->addr4[0] << 32 | c->addr4[1];
	tracker_laddr(m, c, laddr);
	tracker_raddr(m, c, raddr);
	return (uint64_t)index_hash_16(u->usages.secret, laddr) << 32 |
	       index_hash_16(u->usages.secret, raddr);
}

/* False: it neither takes a port nor is a TIME-WAIT. */
static inline bool destination_of(struct port_usages *u, const struct tracker *m,
				  const struct conn *c, struct destination *to)
{
	if (c->role == CONN_LISTENER || c->state == TCPTRAIL_LISTEN || c->object == CONN_REQUEST ||
	    !(c->flags & CONN_WHOLE))
		return false;
	to->ports = ports_of(u, c->netns);
	find_opener(to, m, c);
	if (c->state != TCPTRAIL_TIME_WAIT && (to->passive || !in_range(to->ports, c)))
		return false;
	to->bound = c->flags & CONN_BOUND && in_range(to->ports, c);
	to->ends = (uint64_t)c->netns << 32;
	to->addresses = 0;
	if (to->bound) {
		to->passive = false;
		return true;
	}
	to->ends |= to->passive ? 1U << 16 | c->lport : c->rport;
	if (!to->passive)
		to->addresses = addresses_of(u, m, c);
	return true;
}

static uint32_t hash_of(const struct port_usages *u, const struct destination *to)
{
	return index_hash(u->usages.secret, to->ends, to->addresses);
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

static void estimate(struct port_usages *u, uint32_t hash, uint32_t connections, uint32_t ports)
{
	uint32_t place = hash & u->mask, count = u->places[place] += connections;

	if (!ports || count <= u->fullest_share * ports)
		return;
	u->fullest = place;
	u->fullest_share = (double)count / ports;
}

/* Too many to count each: what was counted goes into the places. */
static int give_up(struct port_usages *u)
{
	const struct port_usage *usage;
	uint32_t places = PLACES_MIN;
	size_t i;

	while (places < u->connections / CONNS_PER_PLACE)
		places *= 2;
	u->mask = places - 1;
	u->places = calloc(places, sizeof(*u->places));
	if (!u->places)
		return -ENOMEM;
	for (i = 0; i < u->usages.count; i++) {
		usage = hashmap_at(&u->usages, i);
		if (usage->port)
			estimate(u, usage->hash, usage->connections, usage->ports);
	}
	forget_usages(u);
	u->last = NULL;
	u->walk = PORT_USAGES_ESTIMATE;
	return 0;
}

/*
 * Does a place with so many connections hide a destination that is worth counting? Where
 * none has a share that counts, the fullest place stands for all.
 */
static bool matters(const struct port_usages *u, const struct destination *to)
{
	uint32_t place = hash_of(u, to) & u->mask, most = u->places[place];

	if (to->bound || place == u->fullest || most >= PORT_USAGE_BURST)
		return true;
	return !to->passive && most >= SHARE_MIN * to->ports->count;
}

static bool may_burst(const struct port_usages *u, const struct destination *to,
		      const struct port_usage *usage)
{
	uint32_t most;

	if (u->walk == PORT_USAGES_ALL || to->bound)
		return true;
	most = u->places[usage->hash & u->mask];
	return most >= PORT_USAGE_BURST ||
	       2 * (most + bound_in(u, usage->netns)) >= to->ports->count;
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
	bool reusable = usage->reusable;
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
	if (reusable)
		time_lower(free_at_ns, c->since_ns + REUSE_NS);
	usage->used++;
}

static struct port_usage *find(struct port_usages *u, const struct tracker *m, const struct conn *c,
			       const struct destination *to)
{
	struct port_usage name = { .netns = c->netns, .passive = to->passive };
	struct port_usage *usage;

	if (!to->bound)
		name.port = to->passive ? c->lport : c->rport;
	if (!to->bound && !to->passive) {
		tracker_laddr(m, c, name.laddr);
		tracker_raddr(m, c, name.raddr);
	}
	usage = hashmap_get(&u->usages, &name);
	if (!usage)
		return NULL;
	usage->ports = to->passive ? 0 : to->ports->count;
	usage->assumed = to->ports->assumed;
	usage->reusable = is_reusable(to->ports, usage);
	usage->hash = hash_of(u, to);
	if (!usage->details && may_burst(u, to, usage)) {
		usage->details = port_details_new(u, m);
		if (!usage->details)
			return NULL;
	}
	u->last = usage;
	u->last_ends = to->ends;
	u->last_addresses = to->addresses;
	return usage;
}

/* Neighbours are often of one destination. */
static struct port_usage *usage_of(struct port_usages *u, const struct tracker *m,
				   const struct conn *c, const struct destination *to)
{
	if (u->last && u->last_ends == to->ends && u->last_addresses == to->addresses)
		return u->last;
	return find(u, m, c, to);
}

static int count(struct port_usages *u, const struct tracker *m, const struct conn *c,
		 const struct destination *to, bool wanted, uint64_t *free_at_ns)
{
	struct port_usage *usage = usage_of(u, m, c, to);

	if (!usage)
		return -ENOMEM;
	usage->connections++;
	usage->guessed += to->guessed;
	usage->wanted += wanted;
	note_conn(usage, c);
	if (usage->details)
		port_details_maker(usage->details,
				   tracker_task(m, c->owner ? c->owner : c->opener));
	if (to->bound)
		return 0;
	if (c->state == TCPTRAIL_TIME_WAIT)
		count_timewait(u, usage, to->ports, c, free_at_ns);
	else
		count_live(usage, c);
	return 0;
}

int port_usages_add(struct port_usages *u, const struct tracker *m, const struct conn *c,
		    bool wanted, uint64_t *free_at_ns)
{
	struct destination to;
	int err = 0;

	if (!destination_of(u, m, c, &to))
		return 0;
	if (to.bound && u->walk != PORT_USAGES_FULL)
		err = note_bound(u, c);
	if (!to.bound && u->walk == PORT_USAGES_ESTIMATE)
		estimate(u, hash_of(u, &to), 1, to.passive ? 0 : to.ports->count);
	if (err || u->walk == PORT_USAGES_ESTIMATE ||
	    (u->walk == PORT_USAGES_FULL && !matters(u, &to)))
		return err;
	err = count(u, m, c, &to, wanted, free_at_ns);
	if (!err && u->walk == PORT_USAGES_ALL && !u->all && u->usages.count > FEW)
		err = give_up(u);
	return err;
}

bool port_usages_again(struct port_usages *u)
{
	if (u->walk != PORT_USAGES_ESTIMATE)
		return false;
	u->walk = PORT_USAGES_FULL;
	return true;
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
