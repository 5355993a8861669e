// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "userspace/diagnose/syn_backlog.h"
#include "userspace/base/array.h"
#include "userspace/base/time.h"
#include "userspace/diagnose/stuck.h"
#include "userspace/diagnose/verdict.h"

/**
 * struct finding - what has been found so far
 * @tracker: the connections
 * @query: what is asked
 * @list: those that are stuck
 * @count: how many
 * @room: for how many there is memory
 * @requests: handshakes that wait, by port
 * @ports: at how many ports
 */
struct finding {
	const struct tracker *tracker;
	const struct stuck_query *query;
	struct stuck *list;
	size_t count;
	size_t room;
	struct syn_backlog *requests;
	size_t ports;
};

static bool asked_for(const struct stuck_query *q, const struct conn *c)
{
	uint8_t state = c->state == TCPTRAIL_NEW_SYN_RECV ? TCPTRAIL_SYN_RECV : c->state;

	if (c->end || c->state == TCPTRAIL_NO_STATE || c->state > TCPTRAIL_NEW_SYN_RECV)
		return false;
	if (q->states && !(q->states & (1U << state | 1U << c->state)))
		return false;
	return !q->alive || q->alive(q->arg, c);
}

static uint64_t age_of(const struct finding *f, uint64_t since_ns)
{
	return f->query->now_ns > since_ns ? f->query->now_ns - since_ns : 0;
}

static uint64_t stalled_ns(const struct finding *f, const struct kernel_socket *live)
{
	return kernel_socket_still_ms(live) * MS +
	       (f->query->live_ns ? age_of(f, f->query->live_ns) : 0);
}

bool stuck_is_stalled(const struct conn *c, const struct kernel_socket *live)
{
	return c->unacked && live->has_info &&
	       (kernel_socket_zero_window(live) || live->retransmits);
}

/* Is it a client that nobody has accepted, and at this listener? */
static bool waits_at(const struct finding *f, const struct conn *c, const struct conn *listener)
{
	return !c->end && c->lport == listener->lport && c->netns == listener->netns &&
	       c->state != TCPTRAIL_LISTEN && c->role != CONN_ACTIVE && !c->inode &&
	       (c->state == TCPTRAIL_ESTABLISHED || c->state == TCPTRAIL_CLOSE_WAIT ||
		c->state == TCPTRAIL_NEW_SYN_RECV) &&
	       !(c->flags & (CONN_ACCEPTED | CONN_ORPHAN)) &&
	       tracker_listener(f->tracker, c) == listener &&
	       (!f->query->alive || f->query->alive(f->query->arg, c));
}

static uint64_t longest_wait_ns(const struct finding *f, const struct conn *listener)
{
	const struct conn *c;
	uint64_t age_ns, longest_ns = 0;

	for (c = tracker_next(f->tracker, NULL); c; c = tracker_next(f->tracker, c)) {
		if (!waits_at(f, c, listener))
			continue;
		age_ns = age_of(f, c->begun_ns < c->since_ns ? c->begun_ns : c->since_ns);
		if (age_ns > longest_ns)
			longest_ns = age_ns;
	}
	return longest_ns;
}

/*
 * What is normal for ever is so no more if nothing moves on it, or nobody else gets
 * in; or it was asked for by name.
 */
static bool is_abnormal(const struct finding *f, struct stuck *s)
{
	if (s->live && s->conn->state == TCPTRAIL_ESTABLISHED &&
	    stuck_is_stalled(s->conn, s->live)) {
		s->age_ns = stalled_ns(f, s->live);
		s->at_least = false;
		return s->age_ns >= (f->query->older_ns ? f->query->older_ns : VERDICT_STALL_NS);
	}
	if (s->live && s->conn->state == TCPTRAIL_LISTEN && kernel_socket_queue_full(s->live)) {
		s->age_ns = longest_wait_ns(f, s->conn);
		s->at_least = true;
		return true;
	}
	return f->query->states && s->age_ns >= f->query->older_ns;
}

/*
 * Since when a socket older than the trail is closed nobody knows if its FIN has to
 * wait behind data: since when these have, the kernel does.
 */
static void take_stall(const struct finding *f, struct stuck *s)
{
	if (s->at_least && s->live && stuck_is_stalled(s->conn, s->live) &&
	    (s->conn->state == TCPTRAIL_FIN_WAIT1 || s->conn->state == TCPTRAIL_LAST_ACK ||
	     s->conn->state == TCPTRAIL_CLOSING) &&
	    stalled_ns(f, s->live) > s->age_ns)
		s->age_ns = stalled_ns(f, s->live);
}

static bool too_long(const struct finding *f, struct stuck *s)
{
	uint64_t stuck_after_ns = verdict_stuck_after_ns(s->conn->state);

	take_stall(f, s);
	if (stuck_after_ns == UINT64_MAX)
		return is_abnormal(f, s);
	return s->age_ns >= (f->query->older_ns ? f->query->older_ns : stuck_after_ns);
}

static int look_at(struct finding *f, const struct conn *c)
{
	const struct stuck_query *q = f->query;
	const struct syn_backlog *requests;
	struct stuck s = { .conn = c };

	s.age_ns = age_of(f, c->since_ns);
	s.at_least = c->flags & CONN_AT_LEAST;
	if (q->live && c->cookie)
		s.live = q->live(q->arg, c->cookie);
	if (!too_long(f, &s))
		return 0;
	requests = syn_backlog_at(f->requests, f->ports, c);
	if (requests) {
		s.requests = requests->count;
		s.requesters = requests->peers;
	}
	return array_push(f->list, f->count, f->room, s);
}

static int find_bursts(struct finding *f)
{
	const struct stuck_query *q = f->query;
	const struct port_usage_query usage = {
		.now_ns = q->now_ns,
		.at_least = VERDICT_BURST,
		.ports = q->ports,
		.alive = q->alive,
		.arg = q->arg,
	};
	struct usage *list;
	struct stuck s;
	size_t count, i;
	int err;

	if (q->states && !(q->states & 1U << TCPTRAIL_TIME_WAIT))
		return 0;
	err = port_usage_find(f->tracker, &usage, &list, &count);
	for (i = 0; i < count && !err; i++) {
		/* Ports that only other states take have their own verdicts. */
		if (!list[i].timewaits)
			continue;
		s = (struct stuck){
			.conn = list[i].conn,
			.burst = list[i].timewaits,
			.usage = list[i],
		};
		s.age_ns = age_of(f, s.conn->since_ns);
		err = array_push(f->list, f->count, f->room, s);
	}
	free(list);
	return err;
}

/* Piles first, the biggest before the others; then whatever is oldest. */
static int most_severe_first(const void *a, const void *b)
{
	const struct stuck *x = a, *y = b;

	if (x->burst != y->burst)
		return x->burst > y->burst ? -1 : 1;
	if (x->age_ns != y->age_ns)
		return x->age_ns > y->age_ns ? -1 : 1;
	return (x->conn > y->conn) - (x->conn < y->conn);
}

int stuck_find(const struct tracker *m, const struct stuck_query *q, struct stuck **list,
	       size_t *count)
{
	struct finding f = { .tracker = m, .query = q };
	const struct conn *c;
	int err = syn_backlog_find(m, q->alive, q->arg, &f.requests, &f.ports);

	for (c = tracker_next(m, NULL); c && !err; c = tracker_next(m, c))
		if (asked_for(q, c))
			err = look_at(&f, c);
	if (!err)
		err = find_bursts(&f);
	free(f.requests);
	if (err) {
		free(f.list);
		return err;
	}
	if (f.count)
		qsort(f.list, f.count, sizeof(*f.list), most_severe_first);
	*list = f.list;
	*count = f.count;
	return 0;
}
