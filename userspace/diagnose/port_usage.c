// SPDX-License-Identifier: GPL-2.0
/* Ports in use by destination, in two walks: see port_usage.h. */
#include "userspace/diagnose/port_usage.h"

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

#define MAKERS 16 /* so many programs are told apart */
#define STEPS 60 /* so finely is told when ports come free */

/** struct maker - a program that made TIME-WAITs */
struct maker {
	char comm[16];
	uint32_t pid; /* 0: several */
	uint32_t made;
};

/**
 * struct port_usage_details - of a destination that may have a burst
 * @hold_ns: for how long a TIME-WAIT keeps its port from connect()
 * @frees: how many of the ports that TIME-WAITs keep come free in each STEPS-th part of it
 * @makers: the programs
 * @maker_count: how many
 */
struct port_usage_details {
	uint64_t hold_ns;
	uint32_t frees[STEPS];
	struct maker makers[MAKERS];
	uint32_t maker_count;
};

_Static_assert(offsetof(struct port_usage, conn) == 40, "a key has no padding");

int port_usages_init(struct port_usages *u, uint32_t connections, bool all,
		     const struct kernel_view *kernel, uint64_t now_ns)
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
	};
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

void port_usages_estimate(struct port_usages *u, const struct tracker *m, const struct conn *c)
{
	struct port_usage name;
	const struct source_ports *ports = name_of(u, m, c, &name);
	uint32_t place, count;

	if (!ports)
		return;
	place = hashmap_hash(&u->usages, &name) & u->mask;
	count = ++u->places[place];
	if (name.passive || !ports->count || count <= u->fullest_share * ports->count)
		return;
	u->fullest = place;
	u->fullest_share = (double)count / ports->count;
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

static bool may_burst(const struct port_usages *u, const struct source_ports *ports, uint32_t place)
{
	return u->all || u->places[place] >= PORT_USAGE_BURST ||
	       2 * u->places[place] >= ports->count;
}

static void count_maker(struct port_usage_details *d, const struct task *task)
{
	struct maker *maker;

	if (!task || !d)
		return;
	maker = d->makers;
	while (maker < d->makers + d->maker_count &&
	       memcmp(maker->comm, task->comm, sizeof(task->comm)) != 0)
		maker++;
	if (maker == d->makers + MAKERS)
		return;
	if (!maker->made++) {
		d->maker_count++;
		memcpy(maker->comm, task->comm, sizeof(maker->comm));
		maker->pid = task->pid;
	}
	if (maker->pid != task->pid)
		maker->pid = 0;
}

/* May connect() take its port before it has ended? */
static bool is_reusable(const struct source_ports *ports, const struct port_usage *usage)
{
	return ports->tw_reuse == 1 || (ports->tw_reuse == 2 && address_is_loopback(usage->raddr));
}

static void count_timewait(struct port_usages *u, struct port_usage *usage, const struct conn *c)
{
	uint64_t age_ns = time_between(c->since_ns, u->now_ns);

	usage->timewaits++;
	usage->begun += age_ns < PORT_USAGE_WINDOW_NS;
	if (age_ns > usage->oldest_ns)
		usage->oldest_ns = age_ns;
	if (!usage->conn || usage->timewaits == 1 || c->since_ns > usage->conn->since_ns)
		usage->conn = c;
}

static void count_free(struct port_usage_details *d, uint64_t age_ns, uint64_t hold_ns)
{
	uint64_t step = time_between(age_ns, hold_ns) * STEPS / hold_ns;

	d->hold_ns = hold_ns;
	d->frees[step < STEPS ? step : STEPS - 1]++;
}

/* A TIME-WAIT's port is in use until it ends, or until it may be used again. */
static void count_held(struct port_usages *u, struct port_usage *usage,
		       const struct source_ports *ports, const struct conn *c, uint64_t *free_at_ns)
{
	bool reusable = is_reusable(ports, usage);
	uint64_t age_ns = time_between(c->since_ns, u->now_ns);

	if (usage->passive || !in_range(ports, c) || (reusable && age_ns >= REUSE_NS))
		return;
	if (reusable && c->since_ns + REUSE_NS < *free_at_ns)
		*free_at_ns = c->since_ns + REUSE_NS;
	usage->used++;
	if (usage->details)
		count_free(usage->details, age_ns, reusable ? REUSE_NS : TIMEWAIT_NS);
}

struct port_usage *port_usages_count(struct port_usages *u, const struct tracker *m,
				     const struct conn *c, uint64_t *free_at_ns, int *err)
{
	const struct source_ports *ports;
	struct port_usage name, *usage;
	uint32_t place;

	*err = 0;
	ports = name_of(u, m, c, &name);
	if (!ports)
		return NULL;
	place = hashmap_hash(&u->usages, &name) & u->mask;
	if (!matters(u, ports, &name, place))
		return NULL;
	*err = -ENOMEM;
	usage = hashmap_get(&u->usages, &name);
	if (!usage)
		return NULL;
	usage->ports = name.passive ? 0 : ports->count;
	if (c->state != TCPTRAIL_TIME_WAIT) {
		usage->used++;
		usage->conn = usage->conn ? usage->conn : c;
	} else {
		if (!usage->details && may_burst(u, ports, place))
			usage->details = calloc(1, sizeof(*usage->details));
		if (!usage->details && may_burst(u, ports, place))
			return NULL;
		count_timewait(u, usage, c);
		count_held(u, usage, ports, c, free_at_ns);
		count_maker(usage->details, tracker_task(m, c->owner ? c->owner : c->opener));
	}
	*err = 0;
	return usage;
}

/*
 * Ports in use grow by the rate and shrink as TIME-WAITs free theirs: in each step by a
 * straight line. See in which it meets the number of ports. Once all that are there now
 * have gone, new ones go as fast as they come.
 */
static uint64_t out_ns(const struct port_usage *usage)
{
	const struct port_usage_details *d = usage->details;
	double used = usage->used, begun, growth, step_ns;
	unsigned int i;

	if (usage->passive)
		return PORT_USAGE_NEVER;
	if (usage->used >= usage->ports)
		return 0;
	if (!d || !d->hold_ns || !usage->begun)
		return PORT_USAGE_NEVER;
	step_ns = (double)d->hold_ns / STEPS;
	begun = usage->begun * step_ns / (double)usage->window_ns;
	for (i = 0; i < STEPS; i++, used += growth) {
		growth = begun - d->frees[i];
		if (used + growth >= usage->ports)
			return (uint64_t)((i + (usage->ports - used) / growth) * step_ns);
	}
	return PORT_USAGE_NEVER;
}

static void name_maker(struct port_usage *usage)
{
	const struct port_usage_details *d = usage->details;
	uint32_t i, most = 0;

	for (i = 1; i < d->maker_count; i++)
		if (d->makers[i].made > d->makers[most].made)
			most = i;
	memcpy(usage->comm, d->makers[most].comm, sizeof(usage->comm));
	usage->pid = d->makers[most].pid;
	usage->made = d->makers[most].made;
}

void port_usages_end(struct port_usages *u)
{
	struct port_usage *usage;
	size_t i;

	for (i = 0; i < u->usages.count; i++) {
		usage = hashmap_at(&u->usages, i);
		usage->window_ns = usage->oldest_ns < PORT_USAGE_WINDOW_NS ? usage->oldest_ns :
									     PORT_USAGE_WINDOW_NS;
		if (usage->window_ns < SEC)
			usage->window_ns = SEC;
		usage->out_ns = out_ns(usage);
		if (usage->details)
			name_maker(usage);
		free(usage->details);
		usage->details = NULL;
	}
	free(u->places);
	u->places = NULL;
}
