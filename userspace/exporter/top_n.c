// SPDX-License-Identifier: GPL-2.0
#include "userspace/exporter/top_n.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/diagnose/stuck.h"
#include "userspace/diagnose/verdict.h"
#include "userspace/print/stuck_out.h"

/**
 * struct candidate - one that is stuck, as it was in the walk
 * @conn: the connection
 * @cookie: its cookie
 * @since_ns: since when it has been in its state
 * @stuck_ns: since when it has been stuck
 * @state: which state
 */
struct candidate {
	const struct conn *conn;
	uint64_t cookie;
	uint64_t since_ns;
	uint64_t stuck_ns;
	uint8_t state;
};

/**
 * struct list - of one walk
 * @walk: its number
 * @candidates: the oldest first, once it is whole; twice as many, so that they need
 *	not be sorted for each that comes
 * @count: how many
 * @bursts: the biggest first
 * @burst_count: how many
 */
struct list {
	uint64_t walk;
	struct candidate candidates[2 * TOP_N_MAX];
	size_t count;
	struct usage *bursts;
	size_t burst_count;
};

/**
 * struct top_n - the walk under way, and the last
 * @query: for piles
 * @lists: one for each
 * @growing: which of them
 * @walks: how many have begun
 * @youngest_ns: who has been stuck only since then is not among the worst
 * @tally: of piles, if there are any
 */
struct top_n {
	const struct tracker *tracker;
	struct port_usage_query query;
	struct list lists[2];
	struct list *growing;
	uint64_t walks;
	uint64_t youngest_ns;
	struct port_usage_tally *tally;
};

int top_n_create(struct top_n **worst, const struct tracker *tracker,
		 struct source_ports (*ports)(void *arg, uint32_t netns), void *arg)
{
	struct top_n *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->tracker = tracker;
	w->query =
		(struct port_usage_query){ .at_least = VERDICT_BURST, .ports = ports, .arg = arg };
	w->growing = &w->lists[0];
	*worst = w;
	return 0;
}

static void empty(struct list *list)
{
	free(list->bursts);
	list->bursts = NULL;
	list->count = 0;
	list->burst_count = 0;
}

void top_n_free(struct top_n *w)
{
	if (!w)
		return;
	empty(&w->lists[0]);
	empty(&w->lists[1]);
	port_usage_tally_free(w->tally);
	free(w);
}

void top_n_begin(struct top_n *w, uint64_t now_ns)
{
	empty(w->growing);
	w->growing->walk = ++w->walks;
	w->query.now_ns = now_ns;
	w->youngest_ns = UINT64_MAX;
}

static int oldest_first(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->stuck_ns != y->stuck_ns)
		return x->stuck_ns < y->stuck_ns ? -1 : 1;
	return (x->conn > y->conn) - (x->conn < y->conn);
}

static void sort(struct top_n *w)
{
	struct list *list = w->growing;

	qsort(list->candidates, list->count, sizeof(*list->candidates), oldest_first);
	if (list->count < TOP_N_MAX)
		return;
	list->count = TOP_N_MAX;
	w->youngest_ns = list->candidates[TOP_N_MAX - 1].stuck_ns;
}

void top_n_count(struct top_n *w, const struct conn *c, uint64_t stuck_ns)
{
	struct list *list = w->growing;

	if (stuck_ns >= w->youngest_ns)
		return;
	list->candidates[list->count++] = (struct candidate){
		.conn = c,
		.cookie = c->cookie,
		.since_ns = c->since_ns,
		.stuck_ns = stuck_ns,
		.state = c->state,
	};
	if (list->count == 2 * TOP_N_MAX)
		sort(w);
}

void top_n_burst(struct top_n *w, const struct conn *c)
{
	if (!w->tally && port_usage_tally_create(&w->tally, w->tracker, &w->query))
		return;
	port_usage_tally_add(w->tally, c);
}

/* What there is no memory for is not told. */
void top_n_end(struct top_n *w)
{
	struct list *list = w->growing;

	sort(w);
	if (w->tally)
		port_usage_tally_list(w->tally, &list->bursts, &list->burst_count);
	port_usage_tally_free(w->tally);
	w->tally = NULL;
	w->growing = list == w->lists ? &w->lists[1] : &w->lists[0];
}

/* Has the pile's newest TIME-WAIT not given its place to another connection meanwhile? */
static bool take_burst(const struct top_n *w, const struct usage *burst, uint64_t now_ns,
		       struct stuck *stuck)
{
	const struct conn *c = burst->conn;
	uint8_t raddr[16];

	/* Ports that only other states take have their own verdicts. */
	if (!burst->timewaits || c->object == CONN_FREE || c->end ||
	    c->state != TCPTRAIL_TIME_WAIT || c->netns != burst->netns ||
	    (burst->passive ? c->lport : c->rport) != burst->port)
		return false;
	tracker_raddr(w->tracker, c, raddr);
	if (!burst->passive && memcmp(raddr, burst->raddr, sizeof(raddr)) != 0)
		return false;
	*stuck = (struct stuck){
		.conn = c,
		.age_ns = now_ns > c->since_ns ? now_ns - c->since_ns : 0,
		.burst = burst->timewaits,
		.usage = *burst,
	};
	return true;
}

static bool take_one(const struct candidate *one, const struct top_n_facts *facts,
		     struct stuck *stuck)
{
	const struct conn *c = one->conn;
	const struct syn_backlog *requests;

	if (c->object == CONN_FREE || c->end || c->cookie != one->cookie ||
	    c->since_ns != one->since_ns || c->state != one->state)
		return false;
	*stuck = (struct stuck){
		.conn = c,
		.age_ns = facts->now_ns > one->stuck_ns ? facts->now_ns - one->stuck_ns : 0,
		.at_least = c->flags & CONN_AT_LEAST || c->state == TCPTRAIL_LISTEN,
	};
	stuck->live = kernel_view_socket(facts->kernel, c->cookie);
	requests = syn_backlog_at(facts->requests->list, facts->requests->ports, c);
	if (requests) {
		stuck->requests = requests->count;
		stuck->requesters = requests->peers;
	}
	return true;
}

bool top_n_tell(const struct top_n *w, const struct top_n_facts *facts, struct top_n_cursor *cursor,
		struct buf *out)
{
	const struct list *list = w->growing == w->lists ? &w->lists[1] : &w->lists[0];
	const struct stuck_out o = { .tracker = w->tracker, .kernel = facts->kernel };
	size_t end, count = list->burst_count + list->count;
	struct stuck stuck;
	bool there;

	if (count > TOP_N_MAX)
		count = TOP_N_MAX;
	if (cursor->walk != list->walk) {
		*cursor = (struct top_n_cursor){ .walk = list->walk };
		out->len = 0;
	}
	end = cursor->next + TOP_N_SLICE;
	for (; cursor->next < count && cursor->next < end; cursor->next++) {
		if (cursor->next < list->burst_count)
			there = take_burst(w, &list->bursts[cursor->next], facts->now_ns, &stuck);
		else
			there = take_one(&list->candidates[cursor->next - list->burst_count], facts,
					 &stuck);
		if (there)
			stuck_json(&o, out, &stuck);
	}
	return cursor->next < count;
}
