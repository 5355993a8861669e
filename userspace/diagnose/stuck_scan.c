// SPDX-License-Identifier: GPL-2.0
/* The walks over all connections, the judgement, and what they find. */
#include "userspace/diagnose/stuck.h"

#include <errno.h>
#include <stdlib.h>

#include "userspace/base/array.h"
#include "userspace/base/order.h"
#include "userspace/conn/counters.h"
#include "userspace/diagnose/evidence.h"

/** enum stage - how far a scan has come */
enum stage {
	NOT_BEGUN,
	COUNT, /* the walk over all connections */
	COUNT_PORTS, /* the second one, where there are many destinations */
	JUDGE, /* those that are due */
};

/**
 * struct stuck_scan - two results: that of the last scan, and the one that is being made
 * @results: both
 * @whole: the last one that is complete
 * @growing: the other one
 * @stage: how far it has come
 * @at: the last connection that was looked at, NULL before the first
 * @due: those that are to be judged
 * @due_count: how many
 * @due_room: for how many there is memory
 * @judged: so many of them have been
 * @younger_ns: whoever has been stuck only since then, or later, is not among the most severe
 */
struct stuck_scan {
	struct stuck_result results[2];
	struct stuck_result *whole;
	struct stuck_result *growing;
	enum stage stage;
	const struct conn *at;
	const struct conn **due;
	size_t due_count;
	size_t due_room;
	size_t judged;
	uint64_t younger_ns;
};

static void gauges_init(struct stuck_gauges *g)
{
	unsigned int i;

	/* Without any connection there is a range, too. */
	*g = (struct stuck_gauges){
		.unaccepted_since_ns = STUCK_NOBODY,
		.ports = SOURCE_PORTS_DEFAULT.count,
	};
	for (i = 0; i < STUCK_STATES; i++)
		g->since_ns[i] = STUCK_NOBODY;
}

static void empty(struct stuck_result *r)
{
	waiting_fini(&r->waiting);
	relays_fini(&r->relays);
	port_usages_fini(&r->ports);
	free(r->findings);
	free(r->close_waits);
	*r = (struct stuck_result){ .next_ns = UINT64_MAX };
	waiting_init(&r->waiting);
	relays_init(&r->relays);
	gauges_init(&r->gauges);
}

int stuck_scan_create(struct stuck_scan **scan)
{
	struct stuck_scan *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	empty(&s->results[0]);
	empty(&s->results[1]);
	s->whole = &s->results[0];
	s->growing = &s->results[1];
	*scan = s;
	return 0;
}

void stuck_scan_free(struct stuck_scan *s)
{
	if (!s)
		return;
	empty(&s->results[0]);
	empty(&s->results[1]);
	free(s->due);
	free(s);
}

void stuck_scan_begin(struct stuck_scan *s, const struct stuck_query *query)
{
	struct stuck_result *r = s->growing;

	empty(r);
	r->number = s->whole->number + 1;
	r->query = *query;
	r->waiting.too_long_ns = query->older_ns ? query->older_ns : VERDICT_ACCEPT_NS;
	r->waiting.long_since_ns = time_between(r->waiting.too_long_ns, query->now_ns);
	r->waiting.handshake_since_ns =
		time_between(verdict_stuck_after_ns(TCPTRAIL_NEW_SYN_RECV), query->now_ns);
	s->stage = COUNT;
	s->at = NULL;
	s->due_count = 0;
	s->judged = 0;
	s->younger_ns = UINT64_MAX;
	port_usages_init(&r->ports, tracker_count(query->tracker), query->all_ports, query->kernel,
			 query->now_ns, query->complete_ns);
}

static uint32_t burst_size(const struct finding *f)
{
	return f->usage ? port_usage_sockets(f->usage) : 0;
}

/* Bursts first, the biggest before the others; then whatever is oldest. */
ORDER(most_severe_first, struct finding,
      4 * COMPARE(burst_size(y), burst_size(x)) + 2 * COMPARE(x->stuck_ns, y->stuck_ns) +
	      COMPARE(x->conn, y->conn))

static void sort(struct stuck_scan *s)
{
	struct stuck_result *r = s->growing;
	size_t most = r->query.max_findings;

	if (r->count)
		qsort(r->findings, r->count, sizeof(*r->findings), most_severe_first);
	if (!most || r->count < most)
		return;
	r->count = most;
	s->younger_ns = r->findings[most - 1].stuck_ns;
}

/* Twice as many as are kept: so they need not be sorted for each that comes. */
static int keep(struct stuck_scan *s, const struct finding *found)
{
	struct stuck_result *r = s->growing;

	if (verdict_is_stuck(found->rule)) {
		r->gauges.stuck[found->rule] += finding_sockets(found);
		r->stuck += finding_sockets(found);
	}
	if (!found->usage && found->stuck_ns >= s->younger_ns)
		return 0;
	if (array_push(r->findings, r->count, r->room, *found))
		return -ENOMEM;
	if (r->query.max_findings && r->count == 2 * r->query.max_findings)
		sort(s);
	return 0;
}

static int note_close_wait(struct stuck_result *r, const struct conn *c)
{
	r->gauges.unread += c->unread;
	if (!r->query.close_waits || !c->inode)
		return 0;
	return array_push(r->close_waits, r->close_wait_count, r->close_wait_room,
			  (struct close_wait){ c->inode, c->flags & CONN_AT_LEAST, c->since_ns });
}

static int count_port(struct stuck_result *r, const struct conn *c)
{
	const struct stuck_query *q = &r->query;
	bool wanted = !q->wanted || q->wanted(q->arg, c);

	return port_usages_add(&r->ports, q->tracker, c, wanted, &r->next_ns);
}

static int count_waiting(struct stuck_result *r, const struct conn *c)
{
	if (counters_place(c) & COUNTERS_UNACCEPTED)
		time_lower(&r->gauges.unaccepted_since_ns, c->since_ns);
	return waiting_add(&r->waiting, r->query.tracker, c, r->query.kernel);
}

/* What many share, what no verdict needs, and who is to be judged. */
static int count(struct stuck_scan *s, const struct conn *c)
{
	struct stuck_result *r = s->growing;
	int err = count_port(r, c);

	time_lower(&r->gauges.since_ns[c->state], c->since_ns);
	if (!err && c->state == TCPTRAIL_CLOSE_WAIT && !(c->flags & CONN_MPTCP))
		err = note_close_wait(r, c);
	if (!err)
		err = relays_add(&r->relays, r->query.tracker, c);
	if (!err && 1U << c->state & WAITING_STATES)
		err = count_waiting(r, c);
	if (err || judge_is_early(&r->query, c, &r->next_ns))
		return err;
	return array_push(s->due, s->due_count, s->due_room, c);
}

static int judge_one(struct stuck_scan *s, const struct conn *c)
{
	struct stuck_result *r = s->growing;
	struct finding found;

	return judge(&r->query, &r->waiting, &r->relays, c, &found, &r->next_ns) ? keep(s, &found) :
										   0;
}

static int scan_conn(struct stuck_scan *s, const struct conn *c)
{
	const struct stuck_query *q = &s->growing->query;

	if (s->stage == COUNT && q->visit)
		q->visit(q->arg, c);
	if (c->object == CONN_FREE || c->end || c->state == TCPTRAIL_NO_STATE ||
	    c->state >= STUCK_STATES || (q->alive && !q->alive(q->arg, c)))
		return 0;
	return s->stage == COUNT       ? count(s, c) :
	       s->stage == COUNT_PORTS ? count_port(s->growing, c) :
					 judge_one(s, c);
}

static void note_share(struct stuck_gauges *g, const struct port_usage *usage)
{
	if (!usage->ports || port_usage_share(usage) <= g->ports_share)
		return;
	g->ports_share = port_usage_share(usage);
	g->ports = usage->ports;
}

static int keep_burst(struct stuck_scan *s, const struct port_usage *usage)
{
	const struct conn *c = usage->conn;
	struct finding found = {
		.conn = c,
		.cookie = c->cookie,
		.since_ns = c->since_ns,
		.state = c->state,
		.stuck_ns = c->since_ns,
		.usage = usage,
	};

	finding_find_evidence(&found);
	found.rule = verdict_rule(&found);
	return found.rule == FINDING_NO_RULE ? 0 : keep(s, &found);
}

static bool is_listed(const struct stuck_result *r, const struct port_usage *usage)
{
	return !r->query.states || r->query.states & 1U << usage->conn->state;
}

/* Where no record shows that ports are taken, or come free, the kernel has to have listed them. */
static bool ports_are_known(const struct stuck_query *q)
{
	return !q->info || !unrecorded_ends(q->info) || (q->kernel && q->kernel->at_ns);
}

/* How fast a burst grows is another thing each time. */
static int find_bursts(struct stuck_scan *s)
{
	struct stuck_result *r = s->growing;
	const struct port_usage *usage;
	size_t i;

	port_usages_end(&r->ports, r->query.tracker);
	if (!ports_are_known(&r->query))
		return 0;
	for (i = 0; i < r->ports.usages.count; i++) {
		usage = hashmap_at(&r->ports.usages, i);
		note_share(&r->gauges, usage);
		if (!usage->wanted || !port_usage_is_burst(usage))
			continue;
		r->next_ns = 0;
		if (is_listed(r, usage) && keep_burst(s, usage))
			return -ENOMEM;
	}
	return 0;
}

static int end(struct stuck_scan *s)
{
	struct stuck_result *before = s->whole;
	int err = find_bursts(s);

	s->stage = NOT_BEGUN;
	if (err)
		return err;
	sort(s);
	s->whole = s->growing;
	s->growing = before;
	return 1;
}

static int begin_judging(struct stuck_scan *s)
{
	s->stage = JUDGE;
	return relays_pair(&s->growing->relays);
}

/* The next one to look at in this stage; NULL after the last. */
static const struct conn *next(struct stuck_scan *s)
{
	if (s->stage == JUDGE)
		return s->judged < s->due_count ? s->due[s->judged++] : NULL;
	s->at = tracker_next(s->growing->query.tracker, s->at);
	return s->at;
}

int stuck_scan_step(struct stuck_scan *s, size_t most)
{
	const struct conn *c;
	int err = 0;

	for (; s->stage && most && !err; most--) {
		c = next(s);
		if (c)
			err = scan_conn(s, c);
		else if (s->stage == COUNT && port_usages_again(&s->growing->ports))
			s->stage = COUNT_PORTS;
		else if (s->stage != JUDGE)
			err = begin_judging(s);
		else
			return end(s);
	}
	if (err)
		s->stage = NOT_BEGUN;
	return err ? err : !s->stage;
}

const struct stuck_result *stuck_scan_result(const struct stuck_scan *s)
{
	return s->whole;
}

int stuck_find(struct stuck_scan **scan, const struct stuck_query *query)
{
	int err = stuck_scan_create(scan);

	if (!err)
		stuck_scan_begin(*scan, query);
	while (!err)
		err = stuck_scan_step(*scan, SIZE_MAX);
	if (err > 0)
		return 0;
	stuck_scan_free(*scan);
	*scan = NULL;
	return err;
}
