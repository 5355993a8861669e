// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers for the screen: totals become rates since the last update, times become percentiles,
 * flows get the source ports that are taken at their destination.
 */
#include "userspace/top/view.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/base/text.h"
#include "userspace/base/time.h"
#include "userspace/print/line.h"
#include "userspace/base/hashmap.h"

static uint64_t per_second_milli(uint64_t count, uint64_t span_ns)
{
	/* As a double: a trail may hold any times, and any number that was lost. */
	double milli = span_ns ? (double)count * 1000 * SEC / (double)span_ns + 0.5 : 0;

	return milli < (double)INT64_MAX ? (uint64_t)milli : INT64_MAX;
}

static void set_rate(struct view_rate *r, uint64_t total, uint64_t span_ns)
{
	uint64_t more = total > r->total ? total - r->total : 0;

	r->total = total;
	r->milli = per_second_milli(more, span_ns);
	if (span_ns)
		history_add(&r->graph, r->milli);
}

static void set_span(struct view_span *to, struct window *w, uint64_t now_ns, struct quantiles *sum)
{
	window_sum(w, now_ns, sum);
	to->count = sum->count;
	to->p50 = quantiles_percentile(sum, 50);
	to->p90 = quantiles_percentile(sum, 90);
	to->p99 = quantiles_percentile(sum, 99);
	to->max = sum->max;
}

static uint64_t id_of(const struct flow_key *key)
{
	const uint8_t *bytes = (const uint8_t *)key;
	uint64_t hash = 14695981039346656037ULL; /* FNV-1a: two alike only share a cursor */

	for (size_t i = 0; i < sizeof(*key); i++)
		hash = (hash ^ bytes[i]) * 1099511628211ULL;
	return hash;
}

static void name_owner(char *to, const struct flow *f)
{
	if (!f->key.comm[0]) {
		strcpy(to, "?");
		return;
	}
	*put_task(to, to + PUT_TASK_MAX, f->key.comm, f->pid) = '\0';
}

static void set_flow(struct view_flow *to, const struct flow *f, uint64_t recent_ns,
		     const struct port_usage *ports)
{
	char *p = to->peer;

	to->id = id_of(&f->key);
	name_owner(to->owner, f);
	to->passive = f->key.passive;
	if (to->passive) {
		p = put_str(p, "*:");
		p = put_u64(p, f->key.port);
	} else {
		p = put_endpoint(p, f->key.address, f->key.port);
	}
	*p = '\0';
	to->milli = per_second_milli(flow_recent(f), recent_ns);
	to->opened = f->opened;
	to->live = f->live;
	to->time_wait = f->time_wait;
	to->share = ports ? (uint32_t)(port_usage_share(ports) * 1000 + 0.5) : 0;
	to->out_ns = ports ? ports->out_ns : PORT_USAGE_NEVER;
}

/**
 * struct destination - where flows go to
 * @raddr: remote address
 * @netns: of the flows
 * @port: remote port
 * @zero: always
 * @ports: of its several source addresses, the one with the fewest ports left
 */
struct destination {
	uint8_t raddr[16];
	uint32_t netns;
	uint16_t port;
	uint16_t zero;
	const struct port_usage *ports;
};

static int find_destinations(struct hashmap *destinations, const struct port_usages *usages)
{
	const struct port_usage *usage;
	struct destination key = { 0 }, *found;
	size_t i;

	hashmap_init(destinations, offsetof(struct destination, ports), sizeof(key));
	for (i = 0; i < usages->usages.count; i++) {
		usage = hashmap_at(&usages->usages, i);
		if (usage->passive)
			continue;
		memcpy(key.raddr, usage->raddr, sizeof(key.raddr));
		key.netns = usage->netns;
		key.port = usage->port;
		found = hashmap_get(destinations, &key);
		if (!found)
			return -ENOMEM;
		if (!found->ports || port_usage_share(usage) > port_usage_share(found->ports))
			found->ports = usage;
	}
	return 0;
}

static const struct port_usage *ports_towards(const struct hashmap *destinations,
					      const struct flow_key *flow)
{
	struct destination key = { .netns = flow->netns, .port = flow->port };
	const struct destination *found;

	memcpy(key.raddr, flow->address, sizeof(key.raddr));
	found = flow->passive ? NULL : hashmap_find(destinations, &key);
	return found ? found->ports : NULL;
}

static int set_flows(struct view *v, const struct activity *s, const struct hashmap *destinations)
{
	uint64_t recent_ns = activity_recent_ns(s);
	void *list = reallocarray(v->flows, s->flows.count + 1, sizeof(*v->flows));

	if (!list)
		return -ENOMEM;
	v->flows = list;
	v->flows_count = s->flows.count;
	v->flows_crowded = s->flows.crowded;
	for (size_t i = 0; i < v->flows_count; i++) {
		const struct flow *f = &s->flows.list[i];

		set_flow(&v->flows[i], f, recent_ns, ports_towards(destinations, &f->key));
	}
	return 0;
}

int view_update(struct view *v, struct activity *s, const struct port_usages *usages)
{
	const struct counters *t = &s->counters;
	uint64_t span_ns = v->updates && s->now_ns > v->now_ns ? s->now_ns - v->now_ns : 0;
	struct hashmap destinations;
	struct quantiles *sum;
	unsigned int i;
	int err;

	/* A file's last update may come early: what came since then is that of an interval. */
	span_ns = span_ns && span_ns < v->interval_ns ? v->interval_ns : span_ns;
	sum = malloc(sizeof(*sum));
	if (!sum)
		return -ENOMEM;
	v->updates++;
	v->now_ns = s->now_ns;
	v->sockets = s->total;
	for (i = 0; i < ACTIVITY_STATES; i++) {
		v->states[i].now = s->states[i];
		history_add(&v->states[i].graph, s->states[i]);
		set_rate(&v->states[i].entered, counters_entered(t, (uint8_t)i), span_ns);
	}
	set_rate(&v->opened, counters_entered(t, TCPTRAIL_ESTABLISHED), span_ns);
	set_rate(&v->ended_lives, counters_all_ended(t), span_ns);
	for (i = 0; i < COUNTERS_SEGMENTS; i++)
		set_rate(&v->again[i], t->retransmits[i], span_ns);
	for (i = 0; i < 2; i++)
		set_rate(&v->resets[i], t->resets[i], span_ns);
	set_rate(&v->records, s->records, span_ns);
	set_rate(&v->lost, s->lost, span_ns);
	for (i = 0; i < VIEW_SPANS; i++)
		set_span(&v->spans[i], &s->windows[i], s->now_ns, sum);
	free(sum);
	err = find_destinations(&destinations, usages);
	if (!err)
		err = set_flows(v, s, &destinations);
	hashmap_fini(&destinations);
	return err;
}

void view_free(struct view *v)
{
	free(v->stuck);
	free(v->flows);
	buf_free(&v->text);
	v->stuck = NULL;
	v->flows = NULL;
}
