// SPDX-License-Identifier: GPL-2.0
/* One connection: has it been too long where it is, and by which rule? */
#include "userspace/diagnose/evidence.h"
#include "userspace/diagnose/stuck.h"

/* Has @since_ns + @span_ns passed? If not, remember the earliest such time. */
static bool deadline_passed(const struct stuck_query *q, uint64_t since_ns, uint64_t span_ns,
			    uint64_t *next_ns)
{
	if (time_between(since_ns, q->now_ns) >= span_ns)
		return true;
	if (span_ns < *next_ns && since_ns < *next_ns - span_ns)
		*next_ns = since_ns + span_ns;
	return false;
}

static struct kernel_socket kernel_socket_of(const struct stuck_query *q, uint64_t cookie)
{
	const struct kernel_socket *live = kernel_view_socket(q->kernel, cookie);

	return live ? *live : (struct kernel_socket){ 0 };
}

static void ask_kernel(const struct stuck_query *q, struct finding *f)
{
	f->live = kernel_socket_of(q, f->cookie);
}

static void find_peer(const struct stuck_query *q, struct finding *f)
{
	f->peer = tracker_peer(q->tracker, f->conn);
	if (!f->peer)
		return;
	f->peer_cookie = f->peer->cookie;
	f->peer_live = kernel_socket_of(q, f->peer_cookie);
}

static uint64_t asked_ns(const struct stuck_query *q)
{
	return q->kernel && q->kernel->at_ns ? q->kernel->at_ns : q->now_ns;
}

/* Since when nothing has moved, by what the kernel knew when it was asked. */
static uint64_t stalled_since_ns(const struct stuck_query *q, const struct finding *f)
{
	return time_between(kernel_socket_still_ms(&f->live) * MS, asked_ns(q));
}

/*
 * Since when a socket older than the trail is closed nobody knows if its FIN has to wait
 * behind data: since when these have, the kernel does.
 */
static void learn_stall(const struct stuck_query *q, struct finding *f)
{
	if (!f->at_least || (f->state != TCPTRAIL_FIN_WAIT1 && f->state != TCPTRAIL_LAST_ACK &&
			     f->state != TCPTRAIL_CLOSING))
		return;
	ask_kernel(q, f);
	if (finding_is_stalled(f))
		time_lower(&f->stuck_ns, stalled_since_ns(q, f));
}

/*
 * Data waits in vain, for too long: that counts in place of the time in the state. What the
 * kernel said holds as of when it was asked; of later only its next answer tells.
 */
static bool is_stalled_too_long(const struct stuck_query *q, struct finding *f)
{
	uint64_t since_ns = stalled_since_ns(q, f);

	if (time_between(since_ns, asked_ns(q)) < (q->older_ns ? q->older_ns : VERDICT_STALL_NS))
		return false;
	f->stuck_ns = since_ns;
	f->at_least = f->live.repeated_ms;
	return true;
}

/* Nothing tells this end that the other one is gone: it does not pass. */
static bool is_half_open(const struct stuck_query *q, struct finding *f, uint64_t *next_ns)
{
	uint64_t since_ns = f->conn->peer_gone_ns;

	if (!finding_peer_is_gone(f) ||
	    !deadline_passed(q, since_ns, q->older_ns ? q->older_ns : VERDICT_STALL_NS, next_ns))
		return false;
	f->stuck_ns = since_ns;
	f->at_least = false;
	return true;
}

/* It talks to itself, for as long as its process likes that. */
static bool is_self_too_long(const struct stuck_query *q, struct finding *f, uint64_t *next_ns)
{
	return f->conn->flags & CONN_SELF &&
	       deadline_passed(q, f->since_ns, q->older_ns ? q->older_ns : VERDICT_STALL_NS,
			       next_ns);
}

/*
 * How many wait in this listener's queue, if one has for too long. The trail knows by port: if
 * listeners share it (SO_REUSEPORT), the kernel alone knows which queue a connection is in;
 * the others hold no more than they do. An empty queue had none of those that are older. If
 * accept() is not recorded, all that came seem to wait: more than the queue holds do not.
 */
static uint32_t waiting_in_queue(const struct stuck_query *q, const struct finding *f)
{
	const struct accept_queue *queue = f->queue;
	bool unseen = unrecorded_hooks(q->info, f->conn) & HOOK(ACCEPT);

	if (!queue->waited)
		return 0;
	if (!finding_live(f))
		return queue->listener == f->conn && !unseen ? queue->waiting : 0;
	if (!f->live.queued && queue->unaccepted_ns < asked_ns(q))
		return 0;
	if (queue->listeners <= 1)
		return unseen && queue->waiting > f->live.queued ? 0 : queue->waiting;
	return queue->waited > queue->queued - f->live.queued ? f->live.queued : 0;
}

/* Nobody gets in, or who is in is not accepted. */
static bool is_queue_abnormal(const struct stuck_query *q, const struct waiting *waiting,
			      struct finding *f, uint64_t *next_ns)
{
	uint64_t since_ns = f->queue->unaccepted_ns;

	time_lower(next_ns, f->queue->next_ns);
	ask_kernel(q, f);
	f->waiting = waiting_in_queue(q, f);
	f->moved_ns = accept_queue_moved_ns(f->queue);
	f->accepting = f->moved_ns &&
		       !deadline_passed(q, f->moved_ns, waiting->too_long_ns, next_ns);
	if (finding_live(f) && kernel_socket_queue_full(&f->live)) {
		since_ns = asked_ns(q);
		f->at_least = true;
		time_lower(&since_ns, f->queue->since_ns);
	} else if (!f->waiting || f->accepting) {
		return false;
	} else {
		f->at_least = f->queue->at_least;
	}
	f->stuck_ns = since_ns;
	return true;
}

/*
 * ESTABLISHED and LISTEN have no time limit. They are stuck only if the other end is gone or
 * is the same socket, if data is unacknowledged and the peer stalls, or if nobody is accepted.
 */
static bool is_abnormal(const struct stuck_query *q, const struct waiting *waiting,
			struct finding *f, uint64_t *next_ns)
{
	if (f->state == TCPTRAIL_LISTEN)
		return f->queue && is_queue_abnormal(q, waiting, f, next_ns);
	if (f->state != TCPTRAIL_ESTABLISHED)
		return false;
	if (is_half_open(q, f, next_ns) || is_self_too_long(q, f, next_ns))
		return true;
	ask_kernel(q, f);
	return finding_is_stalled(f) && is_stalled_too_long(q, f);
}

/* A connection may be half closed by design: then data goes the other way (RFC 9293, 3.6.1). */
static bool is_quiet_too_long(const struct stuck_query *q, struct finding *f, uint64_t span_ns,
			      uint64_t *next_ns)
{
	uint64_t quiet_ns;

	if (!deadline_passed(q, f->stuck_ns, span_ns, next_ns))
		return false;
	if (f->live.has_info) {
		quiet_ns = time_between(kernel_socket_quiet_ms(&f->live) * MS, asked_ns(q));
		if (quiet_ns > f->stuck_ns)
			f->stuck_ns = quiet_ns;
	}
	return !q->kernel || time_between(f->stuck_ns, asked_ns(q)) >= span_ns;
}

static bool is_too_long(const struct stuck_query *q, const struct waiting *waiting,
			struct finding *f, uint64_t *next_ns)
{
	uint64_t span_ns = verdict_stuck_after_ns(f->state);

	if (span_ns == UINT64_MAX)
		return is_abnormal(q, waiting, f, next_ns);
	if (q->older_ns)
		span_ns = q->older_ns;
	if (f->state == TCPTRAIL_CLOSE_WAIT || f->state == TCPTRAIL_FIN_WAIT2) {
		ask_kernel(q, f);
		/* The process may be about to close, as soon as its data has gone. */
		if (f->state == TCPTRAIL_CLOSE_WAIT && finding_is_stalled(f))
			return is_stalled_too_long(q, f);
		return is_quiet_too_long(q, f, span_ns, next_ns);
	}
	learn_stall(q, f);
	return deadline_passed(q, f->stuck_ns, span_ns, next_ns);
}

bool judge_is_early(const struct stuck_query *q, const struct conn *c, uint64_t *next_ns)
{
	uint64_t span_ns = verdict_stuck_after_ns(c->state);

	if (q->states || span_ns == UINT64_MAX || c->state == TCPTRAIL_CLOSE_WAIT ||
	    c->flags & CONN_AT_LEAST)
		return false;
	return !deadline_passed(q, c->since_ns, q->older_ns ? q->older_ns : span_ns, next_ns);
}

static bool is_asked_for(const struct stuck_query *q, uint8_t state)
{
	uint32_t bits = 1U << state;

	if (state == TCPTRAIL_NO_STATE || state > TCPTRAIL_NEW_SYN_RECV)
		return false;
	if (state == TCPTRAIL_NEW_SYN_RECV)
		bits |= 1U << TCPTRAIL_SYN_RECV;
	return !q->states || q->states & bits;
}

/* States that are normal for ever are listed when they are asked for by name. */
static bool is_listed(const struct stuck_query *q, const struct finding *f, bool too_long)
{
	if (!q->states)
		return f->rule != FINDING_NO_RULE;
	if (verdict_stuck_after_ns(f->state) != UINT64_MAX)
		return too_long;
	return too_long || finding_age(f, q->now_ns) >= q->older_ns;
}

/* A loss is over once all sockets are listed again; a hook that is not there sees none of what follows. */
static void find_missing(const struct stuck_query *q, struct finding *f)
{
	uint64_t lost_ns = tracker_stats(q->tracker)->last_loss_ns;
	uint64_t never = unrecorded_hooks(q->info, f->conn);
	bool lossy = lost_ns > f->conn->begun_ns;

	f->missing = lossy ? UNRECORDED_ALL : never;
	f->confirmed = q->kernel && (!lossy || q->kernel->at_ns > lost_ns) &&
		       (!never || f->conn->flags & CONN_CONFIRMED ||
			kernel_view_socket(q->kernel, f->cookie));
	f->unconfirmed = f->missing & unrecorded_end(f->conn) && !f->confirmed;
}

bool judge(const struct stuck_query *q, const struct waiting *waiting, const struct relays *relays,
	   const struct conn *c, struct finding *f, uint64_t *next_ns)
{
	const struct conn *listener;
	bool too_long;

	if (!is_asked_for(q, c->state))
		return false;
	*f = (struct finding){
		.conn = c,
		.cookie = c->cookie,
		.since_ns = c->since_ns,
		.state = c->state,
		.at_least = c->flags & CONN_AT_LEAST,
		.rule = FINDING_NO_RULE,
		.stuck_ns = c->since_ns,
		.asked_ns = asked_ns(q),
	};
	find_missing(q, f);
	if (c->state == TCPTRAIL_LISTEN)
		f->queue = waiting_at(waiting, q->tracker, c);
	too_long = is_too_long(q, waiting, f, next_ns);
	if (!too_long && !q->states)
		return false;
	ask_kernel(q, f);
	listener = finding_listener(f, q->tracker);
	if (listener && c->state != TCPTRAIL_LISTEN)
		f->queue = waiting_at(waiting, q->tracker, listener);
	f->handshakes = waiting_handshakes(waiting, c);
	find_peer(q, f);
	f->relay = relays_leg(relays, c);
	finding_find_evidence(f);
	if (too_long)
		f->rule = verdict_rule(f);
	return is_listed(q, f, too_long) && (!q->wanted || q->wanted(q->arg, c));
}
