// SPDX-License-Identifier: GPL-2.0
/* Makers, rates, and when no port is left: see port_details.h. */
#include "userspace/diagnose/port_details.h"

#include <stdlib.h>
#include <string.h>

struct port_details *port_details_new(const struct port_usages *u, const struct tracker *m)
{
	struct port_details *d = calloc(1, sizeof(*d));

	if (d)
		d->taken = d->live = trend_begin(m, tracker_recent_ports(m), u->now_ns,
						 PORT_USAGE_WINDOW_NS, PORT_USAGE_LEAST_NS,
						 u->complete_ns);
	return d;
}

void port_details_maker(struct port_details *d, const struct task *task)
{
	struct port_maker *maker = d->makers;

	if (!task)
		return;
	while (maker < d->makers + d->maker_count &&
	       memcmp(maker->comm, task->comm, sizeof(task->comm)) != 0)
		maker++;
	if (maker == d->makers + PORT_MAKERS)
		return;
	if (!maker->made++) {
		d->maker_count++;
		memcpy(maker->comm, task->comm, sizeof(maker->comm));
		maker->pid = task->pid;
	}
	if (maker->pid != task->pid)
		maker->pid = 0;
}

void port_details_live(struct port_details *d, const struct conn *c)
{
	if (c->flags & CONN_FOUND)
		return;
	trend_add_begun(&d->taken, c->begun_ns);
	trend_add_begun(&d->live, c->begun_ns);
}

/* It is counted with those that ended lately, but has not freed its port. */
void port_details_timewait(struct port_details *d, const struct conn *c, uint64_t age_ns,
			   uint64_t hold_ns)
{
	uint64_t step;

	if (!(c->flags & CONN_AT_LEAST))
		trend_add_ended(&d->taken, c->since_ns, -1);
	if (age_ns >= hold_ns)
		return;
	step = (hold_ns - age_ns) * PORT_STEPS / hold_ns;
	d->hold_ns = hold_ns;
	d->frees[step < PORT_STEPS ? step : PORT_STEPS - 1]++;
}

/*
 * Ports in use grow by what is taken, and shrink as TIME-WAITs free theirs: in each step by
 * a straight line. See in which it meets the number of ports. Once all that are there now
 * have gone, new TIME-WAITs go as fast as they come: what grows then is what lives.
 */
static uint64_t forecast(const struct port_usage *usage)
{
	const struct port_details *d = usage->details;
	uint64_t hold_ns = d->hold_ns ? d->hold_ns : MINUTE;
	double taken = trend_in(&d->taken, hold_ns) / PORT_STEPS;
	double used = usage->used, added;
	unsigned int i;

	if (!trend_grows(&d->taken))
		return PORT_USAGE_NEVER;
	for (i = 0; i < PORT_STEPS; i++, used += added) {
		added = taken - d->frees[i];
		if (used + added >= usage->ports)
			return (uint64_t)((i + (usage->ports - used) / added) * (double)hold_ns /
					  PORT_STEPS);
	}
	added = trend_grows(&d->live) ? trend_in(&d->live, PORT_USAGE_SOON_NS) : 0;
	if (used + added < usage->ports)
		return PORT_USAGE_NEVER;
	return hold_ns + (uint64_t)((usage->ports - used) / added * (double)PORT_USAGE_SOON_NS);
}

static void name_maker(struct port_usage *usage)
{
	const struct port_details *d = usage->details;
	uint32_t i, most = 0;

	for (i = 1; i < d->maker_count; i++)
		if (d->makers[i].made > d->makers[most].made)
			most = i;
	memcpy(usage->comm, d->makers[most].comm, sizeof(usage->comm));
	usage->pid = d->makers[most].pid;
	usage->made = d->makers[most].made;
}

/* Those that ended are known by destination. */
static void add_recent(struct port_usage *usage, const struct recent *recent)
{
	struct port_details *d = usage->details;
	struct recent_key key = { .netns = usage->netns, .port = usage->port };
	const struct recent_entry *e;

	memcpy(key.laddr, usage->laddr, sizeof(key.laddr));
	memcpy(key.raddr, usage->raddr, sizeof(key.raddr));
	if (!recent || recent_since(recent, &key) > d->taken.from_ns) {
		d->taken.until_ns = d->live.until_ns = 0;
		return;
	}
	e = recent_find(recent, &key);
	trend_add_recent(&d->taken, e, recent->slice_ns);
	trend_add_recent(&d->live, e, recent->slice_ns);
	usage->opened = trend_begun(&d->taken);
	usage->gone = trend_ended(&d->taken);
}

void port_details_end(struct port_usage *usage, const struct tracker *m)
{
	bool limited = !usage->passive;

	usage->out_ns = limited && usage->used >= usage->ports ? 0 : PORT_USAGE_NEVER;
	if (!usage->details)
		return;
	usage->window_ns = trend_window_ns(&usage->details->taken);
	if (limited && usage->port) {
		add_recent(usage, tracker_recent_ports(m));
		if (usage->out_ns)
			usage->out_ns = forecast(usage);
	}
	name_maker(usage);
	free(usage->details);
	usage->details = NULL;
}
