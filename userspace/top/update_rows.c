// SPDX-License-Identifier: GPL-2.0
/*
 * The lists of an update. What is stuck, as tcptrail stuck tells it: groups, holders, verdicts,
 * what the kernel knows. Who opens to whom, with the source ports that are in use towards there.
 */
#include <errno.h>
#include <stdio.h>

#include "userspace/base/time.h"
#include "userspace/conn/filter_conn.h"
#include "userspace/top/top.h"

#define STUCK_MAX 500 /* rows, the most severe */

/* Who holds what is looked up so often: /proc is large. */
#define HOLDERS_NS (2 * SEC)
#define HOLDERS_SHARE 50 /* and takes no more than so little of the time */

/**
 * struct destination - where flows go to
 * @raddr: remote address
 * @netns: of the flows
 * @port: remote port
 * @zero: always
 * @usage: of its several source addresses, the one with the fewest ports left
 */
struct destination {
	uint8_t raddr[16];
	uint32_t netns;
	uint16_t port;
	uint16_t zero;
	const struct port_usage *usage;
};

static int find_destinations(struct hashmap *destinations, const struct port_usages *usages)
{
	hashmap_init(destinations, offsetof(struct destination, usage), sizeof(struct destination));
	for (size_t i = 0; i < usages->usages.count; i++) {
		const struct port_usage *usage = hashmap_at(&usages->usages, i);
		struct destination key = { .netns = usage->netns, .port = usage->port }, *found;

		if (usage->passive)
			continue;
		memcpy(key.raddr, usage->raddr, sizeof(key.raddr));
		found = hashmap_get(destinations, &key);
		if (!found)
			return -ENOMEM;
		if (!found->usage || port_usage_share(usage) > port_usage_share(found->usage))
			found->usage = usage;
	}
	return 0;
}

static const struct port_usage *usage_towards(const struct hashmap *destinations,
					      const struct flow_key *flow)
{
	struct destination key = { .netns = flow->netns, .port = flow->port };
	const struct destination *found;

	memcpy(key.raddr, flow->address, sizeof(key.raddr));
	found = flow->passive ? NULL : hashmap_find(destinations, &key);
	return found ? found->usage : NULL;
}

static uint64_t flow_id(const struct flow_key *key)
{
	const uint8_t *bytes = (const uint8_t *)key;
	uint64_t hash = 14695981039346656037ULL; /* FNV-1a: two alike only share a cursor */

	for (size_t i = 0; i < sizeof(*key); i++)
		hash = (hash ^ bytes[i]) * 1099511628211ULL;
	return hash;
}

static void put_flow(struct flow_row *row, const struct flow *f, uint64_t recent_ns,
		     const struct port_usage *usage)
{
	char *p = row->peer;

	*row = (struct flow_row){
		.id = flow_id(&f->key),
		.milli = top_per_second(flow_recent(f), recent_ns),
		.opened = f->opened,
		.live = f->live,
		.time_wait = f->time_wait,
		.share = usage ? (uint64_t)(port_usage_share(usage) * 1000 + 0.5) : 0,
		.out_ns = usage ? usage->out_ns : PORT_USAGE_NEVER,
		.owner = "?",
		.passive = f->key.passive,
	};
	if (f->key.comm[0])
		*put_task(row->owner, row->owner + PUT_TASK_MAX, f->key.comm, f->pid) = '\0';
	if (row->passive)
		p = put_u64(put_str(p, "*:"), f->key.port);
	else
		p = put_endpoint(p, f->key.address, f->key.port);
	*p = '\0';
}

int top_list_flows(struct top *top, const struct port_usages *usages)
{
	const struct flows *flows = &top->activity.flows;
	uint64_t recent_ns = activity_recent_ns(&top->activity);
	struct list *list = &top->lists[UI_FLOWS];
	struct hashmap destinations;
	int err = find_destinations(&destinations, usages);

	if (!err)
		err = list_resize(list, flows->count);
	for (size_t i = 0; i < flows->count && !err; i++)
		put_flow(list_row(list, i), &flows->list[i], recent_ns,
			 usage_towards(&destinations, &flows->list[i].key));
	hashmap_fini(&destinations);
	list_sort(list);
	return err;
}

static uint64_t conn_id(const struct conn *c)
{
	if (c->cookie)
		return c->cookie;
	return (uint64_t)c->lport << 48 | (uint64_t)c->rport << 32 | c->addr4[1];
}

static void put_selector(char *p, const struct tracker *tracker, const struct conn *c)
{
	uint8_t laddr[16], raddr[16];

	if (c->cookie) {
		p = put_u64(put_str(p, "cookie:"), c->cookie);
	} else {
		tracker_laddr(tracker, c, laddr);
		tracker_raddr(tracker, c, raddr);
		p = put_endpoint(p, laddr, c->lport);
		*p++ = '-';
		p = put_endpoint(p, raddr, c->rport);
	}
	*p = '\0';
}

static void put_stuck(struct top *top, struct stuck_row *row, const struct stuck_out *o,
		      const struct stuck_group *group)
{
	const struct finding *oldest = group->members[0];
	bool same_port = stuck_group_shared(group, o->tracker) & STUCK_LPORT;
	struct stuck_words words;

	stuck_words(o, group, &words);
	*row = (struct stuck_row){
		.id = conn_id(oldest->conn),
		.age_ns = finding_age(oldest, o->now_ns),
		.count = oldest->usage ? finding_sockets(oldest) : group->count,
		.lport = same_port ? oldest->conn->lport : 0,
		/* Of a listener that is how many wait. */
		.unread = oldest->state == TCPTRAIL_LISTEN ? 0 : group->unread,
		.state = oldest->state,
		.at_least = oldest->at_least,
		.burst = oldest->usage,
		.text = top->details.len,
	};
	stuck_ends(o, group, row->local, row->remote);
	if (!row->burst)
		put_selector(row->selector, o->tracker, oldest->conn);
	snprintf(row->verdict, sizeof(row->verdict), "%s", words.verdict.name);
	snprintf(row->holder, sizeof(row->holder), "%s",
		 group->count > 1 ? words.owner : words.holder);
	snprintf(row->sentence, sizeof(row->sentence), "%s", words.verdict.sentence);
	stuck_text_header(&top->details);
	stuck_text(o, &top->details, group);
	row->text_length = top->details.len - row->text;
}

static int put_groups(struct top *top, const struct stuck_out *o, const struct stuck_groups *groups)
{
	struct list *list = &top->lists[UI_STUCK];
	int err = list_resize(list, groups->count < STUCK_MAX ? groups->count : STUCK_MAX);

	if (err)
		return err;
	top->details.len = 0;
	top->stuck_groups = groups->count;
	for (size_t i = 0; i < list->count; i++) {
		struct stuck_row *row = list_row(list, i);

		put_stuck(top, row, o, &groups->groups[i]);
		row->rank = i;
	}
	list_sort(list);
	return top->details.error ? -ENOMEM : 0;
}

static int find_holders(struct top *top, const struct stuck_result *result)
{
	uint64_t begun_ns = time_now_ns();
	int err;

	if (!result->count || begun_ns < top->holders_next_ns)
		return 0;
	holders_free(&top->holders);
	err = holders_find(&top->holders, result);
	top->holders_next_ns = time_again(begun_ns, time_now_ns(), HOLDERS_NS, HOLDERS_SHARE);
	return err;
}

static int list_stuck(struct top *top, const struct stuck_result *result)
{
	struct stuck_out o = {
		.tracker = top->session.tracker,
		.now_ns = result->query.now_ns,
		.kernel = result->query.kernel,
		.home_netns = top->session.origin.netns,
	};
	struct stuck_groups groups = { 0 };
	int err = 0;

	top->stuck_total = result->stuck;
	if (!top->source.file) {
		err = find_holders(top, result);
		o.holders = &top->holders;
	}
	if (!err)
		err = stuck_groups_make(&groups, result, o.holders, top->ui.each);
	if (!err)
		err = put_groups(top, &o, &groups);
	stuck_groups_free(&groups);
	return err;
}

static bool is_wanted(void *arg, const struct conn *c)
{
	const struct top *top = arg;

	return filter_conn(&top->filter, top->session.tracker, c, c->state);
}

/* Ports are taken by any connection, wanted or not; listed are those that are. */
int top_list(struct top *top, uint64_t now_ns)
{
	struct stuck_query query = {
		.tracker = top->session.tracker,
		.info = &top->session.info,
		.now_ns = now_ns,
		.complete_ns = session_complete_ns(&top->session),
		.all_ports = true,
		.wanted = top->filter.count ? is_wanted : NULL,
		.arg = top,
	};
	struct stuck_scan *scan;
	int err;

	if (!top->source.file) {
		top->kernel = session_kernel(&top->session);
		query.kernel = &top->kernel;
		query.close_waits = true;
	}
	err = stuck_find(&scan, &query);
	if (!err)
		err = top_list_flows(top, &stuck_scan_result(scan)->ports);
	if (!err)
		err = list_stuck(top, stuck_scan_result(scan));
	stuck_scan_free(scan);
	return err;
}
