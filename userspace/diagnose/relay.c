// SPDX-License-Identifier: GPL-2.0
/* Legs are sorted by process and time; each shutdown() takes the first FIN that is not too old. */
#include "userspace/diagnose/relay.h"

#include <errno.h>
#include <stdlib.h>

#include "userspace/base/array.h"
#include "userspace/base/order.h"

/**
 * struct relay_end - a leg that may be one of a pair
 * @pid: the process that has opened it, and shut it down
 * @at_ns: when its peer's FIN came, or when it was shut down
 * @is_first: the former
 * @conn: the leg
 * @cookie: its cookie; records may come before all legs are there
 */
struct relay_end {
	uint32_t pid;
	bool is_first;
	uint64_t at_ns;
	const struct conn *conn;
	uint64_t cookie;
};

void relays_init(struct relays *r)
{
	*r = (struct relays){ 0 };
	hashmap_init(&r->legs, sizeof(uint64_t), sizeof(struct relay));
}

void relays_fini(struct relays *r)
{
	free(r->ends);
	hashmap_fini(&r->legs);
}

int relays_add(struct relays *r, const struct tracker *m, const struct conn *c)
{
	bool is_first = c->state == TCPTRAIL_CLOSE_WAIT;
	const struct task *task = tracker_task(m, is_first ? c->opener : c->owner);

	if (!task || !c->cookie || c->object != CONN_SOCKET ||
	    c->flags & (CONN_AT_LEAST | CONN_ORPHAN | CONN_MPTCP) ||
	    (!is_first && (c->state != TCPTRAIL_FIN_WAIT2 || !c->fin_out_ns)))
		return 0;
	return array_push(r->ends, r->count, r->room,
			  (struct relay_end){
				  .pid = task->pid,
				  .is_first = is_first,
				  .at_ns = is_first ? c->since_ns : c->fin_out_ns,
				  .conn = c,
				  .cookie = c->cookie,
			  });
}

ORDER(by_pid_and_time, struct relay_end,
      4 * COMPARE(x->pid, y->pid) + 2 * COMPARE(x->at_ns, y->at_ns) +
	      COMPARE(y->is_first, x->is_first))

static int add_leg(struct relays *r, const struct relay_end *end, const struct relay_end *other,
		   uint64_t span_ns)
{
	struct relay *leg = hashmap_get(&r->legs, &end->cookie);

	if (!leg)
		return -ENOMEM;
	leg->other = other->conn;
	leg->other_cookie = other->cookie;
	leg->span_ns = span_ns;
	return 0;
}

int relays_pair(struct relays *r)
{
	const struct relay_end *first = r->ends, *at;
	uint64_t span_ns;

	if (!r->count)
		return 0;
	qsort(r->ends, r->count, sizeof(*r->ends), by_pid_and_time);
	for (at = first; at < r->ends + r->count; at++) {
		if (at->is_first)
			continue;
		while (first < at && (!first->is_first || first->pid != at->pid ||
				      time_between(first->at_ns, at->at_ns) > RELAY_NS))
			first++;
		if (first == at)
			continue;
		span_ns = time_between(first->at_ns, at->at_ns);
		if (add_leg(r, first, at, span_ns) || add_leg(r, at, first, span_ns))
			return -ENOMEM;
		first++;
	}
	return 0;
}

const struct relay *relays_leg(const struct relays *r, const struct conn *c)
{
	return c->cookie ? hashmap_find(&r->legs, &c->cookie) : NULL;
}

const struct conn *relay_other(const struct relay *relay)
{
	const struct conn *c = relay ? relay->other : NULL;

	return c && c->object != CONN_FREE && c->cookie == relay->other_cookie ? c : NULL;
}
