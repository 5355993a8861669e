// SPDX-License-Identifier: GPL-2.0
/*
 * A record's way: find the connection end that it is about, or begin one; take the step
 * that this kind of record tells; end the life if it tells that.
 *
 *	request socket → full socket → minisocket
 *
 * are one life: they share a cookie, and a name. A segment never begins one: whoever
 * sends to this machine must not fill the tables.
 */
#include "userspace/conn/ending_judge.h"
#include "userspace/conn/step.h"
#include "userspace/base/record.h"

/* With Fast Open the request lives on beside its child, and sends its SYN-ACK again. */
static bool is_request_of(const struct conn *c, const struct tcptrail_record *r)
{
	return r->kind == TCPTRAIL_SEGMENT && r->segment.state == TCPTRAIL_NEW_SYN_RECV &&
	       r->segment.direction == TCPTRAIL_OUT && c->state == TCPTRAIL_SYN_RECV &&
	       c->role == CONN_PASSIVE && !c->end;
}

static struct conn *find_by_tuple(const struct tracker *m, const struct tcptrail_record *r)
{
	struct tuple tuple;
	struct conn *c = tuple_of(&tuple, r) ? table_by_tuple(m, &tuple) : NULL;

	/* The same addresses under another cookie are another life. */
	return c && c->cookie && r->cookie && !is_request_of(c, r) ? NULL : c;
}

static struct conn *search(const struct tracker *m, const struct tcptrail_record *r)
{
	struct conn *c = r->cookie ? table_by_cookie(m, r->cookie) : NULL;

	return c ? c : find_by_tuple(m, r);
}

/* Every other record is about the same end as the one before. */
static inline struct conn *find(const struct tracker *m, const struct tcptrail_record *r)
{
	struct conn *c = m->last;

	if (c && r->cookie && c->cookie == r->cookie && c->flags & CONN_COOKIE)
		return c;
	return search(m, r);
}

/* NULL: the record has no name, or there is no memory. */
static struct conn *create(struct tracker *m, const struct tcptrail_record *r)
{
	struct tuple tuple;

	if (r->cookie || tuple_of(&tuple, r))
		return lives_begin(m, r);
	return NULL;
}

static struct conn *find_or_create(struct tracker *m, const struct tcptrail_record *r)
{
	struct conn *c = find(m, r);

	if (!c)
		return create(m, r);
	table_name(m, c, r);
	return c;
}

/* Another life under its cookie or name has ended, and that was not seen. */
static struct conn *begin(struct tracker *m, const struct tcptrail_record *r)
{
	struct conn *c = find(m, r);

	if (!c)
		return create(m, r);
	if (!c->end)
		lives_end(m, c, CONN_UNSEEN, r->time_ns);
	table_forget(m, c);
	return find_or_create(m, r);
}

/*
 * The kernel had no room for a minisocket: the full socket ends where it would have
 * become one. With the peer's FIN there that is plain. Without, it is due when our
 * FIN is acknowledged, or at close() if that comes later; TCP_LINGER2 below zero looks
 * the same.
 */
static bool lacks_minisocket(const struct conn *c, const struct tcptrail_record *r,
			     enum conn_end end)
{
	uint8_t old_state = r->transition.old_state;

	/* Its record may be among what was lost; or something else may have ended the socket. */
	if (c->flags & CONN_LOSSY || c->why != CONN_WHY_UNTOLD)
		return false;
	if (end == CONN_NORMAL)
		return old_state == TCPTRAIL_FIN_WAIT2 || old_state == TCPTRAIL_CLOSING;
	return end == CONN_FIN_TIMEOUT && old_state == TCPTRAIL_FIN_WAIT2 &&
	       c->flags & CONN_ORPHAN &&
	       (r->flags & TCPTRAIL_F_TASK || r->time_ns < c->since_ns + ENDING_AT_ONCE_NS);
}

/* To CLOSE: the life is over, but for two exceptions. */
static void socket_closed(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;
	enum conn_end end;

	/* A child lost the race against another one for the same request. */
	if (t->old_state == TCPTRAIL_SYN_RECV && c->state == TCPTRAIL_ESTABLISHED)
		return;
	/* The full socket goes and the minisocket lives on. */
	if (c->object == CONN_MINISOCKET) {
		step_bytes(c, r);
		return;
	}
	step_facts(m, c, r);
	c->state = t->old_state;
	c->error = t->error < UINT8_MAX ? t->error : UINT8_MAX;
	if (c->end)
		return;
	lives_note_loss(m, c);
	end = ending_judge_socket(c, r);
	if (end == CONN_NORMAL)
		step_fin_acked(c, r->time_ns);
	if (lacks_minisocket(c, r, end)) {
		c->why = CONN_WHY_NO_TIME_WAIT;
		observe_step(m, c, CONN_STEP_NO_MINISOCKET, r->time_ns);
	}
	lives_end(m, c, end, r->time_ns);
}

/* From 7.x on the clone has its request's cookie from the start. */
static bool is_another_child(const struct tracker *m, const struct tcptrail_record *r)
{
	const struct conn *c =
		r->flags & TCPTRAIL_F_CHILD && r->cookie ? table_by_cookie(m, r->cookie) : NULL;

	return c && !c->end && c->object == CONN_SOCKET && c->state != TCPTRAIL_SYN_RECV;
}

static struct conn *feed_socket(struct tracker *m, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;
	struct conn *c;

	/* A listener that ss -K had closed, and that its process closes now: nothing begins. */
	if (t->old_state == TCPTRAIL_CLOSE && t->new_state == TCPTRAIL_CLOSE)
		return NULL;
	/* Two CPUs made a child each of one request: one is the connection, the other is not. */
	if (t->reason == TCPTRAIL_REASON_DUPLICATE || is_another_child(m, r))
		return NULL;
	c = t->old_state == TCPTRAIL_CLOSE ? begin(m, r) : find_or_create(m, r);
	if (!c)
		return NULL;
	if (c->state == TCPTRAIL_NO_STATE && t->old_state != TCPTRAIL_CLOSE &&
	    t->old_state != TCPTRAIL_LISTEN && t->old_state != TCPTRAIL_SYN_RECV)
		c->flags |= CONN_FOUND;
	if (t->new_state == TCPTRAIL_CLOSE) {
		socket_closed(m, c, r);
		return c;
	}
	step_facts(m, c, r);
	step_reach(m, c, r);
	c->object = CONN_SOCKET;
	if (!(r->flags & TCPTRAIL_F_SELF) || c->state != t->new_state)
		step_enter(m, c, t->new_state, r->time_ns);
	return c;
}

static struct conn *feed_accept(struct tracker *m, const struct tcptrail_record *r)
{
	/* One that was reset while it waited is taken by accept() all the same: it is over. */
	bool is_over = r->transition.new_state == TCPTRAIL_CLOSE;
	struct conn *c = is_over ? find(m, r) : find_or_create(m, r);

	if (!c)
		return NULL;
	step_facts(m, c, r);
	step_accepted(m, c, r);
	if (c->state == TCPTRAIL_NO_STATE) {
		c->flags |= CONN_FOUND;
		step_enter(m, c, r->transition.new_state, r->time_ns);
		c->flags |= CONN_AT_LEAST;
	}
	return c;
}

static void request_ended(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;

	c->role = CONN_PASSIVE;
	if (c->state == TCPTRAIL_NO_STATE)
		c->flags |= CONN_FOUND;
	step_sent_times(&c->synacks, t->retransmits);
	if (r->flags & TCPTRAIL_F_ACKED)
		c->flags |= CONN_SYN_ACK_ACKED;
	if (t->reason == TCPTRAIL_REASON_ESTABLISHED) {
		if (c->object == CONN_REQUEST) {
			c->object = CONN_SOCKET;
			step_enter(m, c, TCPTRAIL_SYN_RECV, r->time_ns);
		}
	} else if (!c->end && (c->object == CONN_REQUEST || c->state == TCPTRAIL_NO_STATE)) {
		c->object = CONN_REQUEST;
		c->state = TCPTRAIL_NEW_SYN_RECV;
		lives_note_loss(m, c);
		lives_end(m, c, ending_judge_request(c, r), r->time_ns);
	}
}

static struct conn *feed_request(struct tracker *m, const struct tcptrail_record *r)
{
	bool begins = r->transition.new_state == TCPTRAIL_NEW_SYN_RECV;
	struct conn *c = begins ? begin(m, r) : find_or_create(m, r);

	if (!c)
		return NULL;
	if (!begins) {
		request_ended(m, c, r);
		return c;
	}
	c->object = CONN_REQUEST;
	c->role = CONN_PASSIVE;
	step_enter(m, c, TCPTRAIL_NEW_SYN_RECV, r->time_ns);
	step_facts(m, c, r);
	return c;
}

static void minisocket_lives(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;

	if (r->flags & TCPTRAIL_F_TASK)
		task_set(m, &c->owner, t->pid, t->comm);
	if (t->old_state == TCPTRAIL_TIME_WAIT && t->new_state == TCPTRAIL_TIME_WAIT) {
		step_count(&c->rearms);
		if (c->state != TCPTRAIL_NO_STATE)
			return;
		step_enter(m, c, t->new_state, r->time_ns);
		c->flags |= CONN_AT_LEAST;
		return;
	}
	if (t->new_state == TCPTRAIL_TIME_WAIT) {
		step_fin_acked(c, r->time_ns);
		step_fin_taken(c, r->time_ns);
		if (c->state != TCPTRAIL_TIME_WAIT)
			observe_over(m, c, r->time_ns);
	}
	step_enter(m, c, t->new_state, r->time_ns);
}

static struct conn *feed_timewait(struct tracker *m, const struct tcptrail_record *r)
{
	struct conn *c = find_or_create(m, r);

	if (!c)
		return NULL;
	if (c->state == TCPTRAIL_NO_STATE)
		c->flags |= CONN_FOUND;
	c->object = CONN_MINISOCKET;
	c->flags |= CONN_ORPHAN;
	c->inode = 0;
	c->unread = 0;
	c->unacked = 0;
	if (r->transition.new_state != TCPTRAIL_CLOSE) {
		minisocket_lives(m, c, r);
		return c;
	}
	c->state = r->transition.old_state;
	if (!c->end)
		lives_end(m, c, ending_judge_minisocket(c, r), r->time_ns);
	return c;
}

/*
 * With Fast Open the listener makes the child at the SYN, and no request: up to 6.12 the
 * child's first record has no name, so that its SYN-ACK is the first that tells of it.
 */
static bool begins_fast_open(const struct tcptrail_record *r)
{
	const uint8_t synack = TCPTRAIL_SYN | TCPTRAIL_ACK;

	return r->segment.direction == TCPTRAIL_OUT && r->cookie &&
	       (r->segment.tcp_flags & synack) == synack && r->segment.state == TCPTRAIL_SYN_RECV;
}

static struct conn *fast_open(struct tracker *m, const struct tcptrail_record *r)
{
	struct conn *c = begin(m, r);

	if (!c)
		return NULL;
	c->role = CONN_PASSIVE;
	step_enter(m, c, TCPTRAIL_SYN_RECV, r->time_ns);
	counters_move(m, c);
	return c;
}

static struct conn *feed_segment(struct tracker *m, const struct tcptrail_record *r)
{
	struct conn *c = find(m, r);

	if (!c && begins_fast_open(r))
		c = fast_open(m, r);
	if (!c || c->end)
		join_early(m, r);
	if (!c || c->state == TCPTRAIL_LISTEN) {
		m->stats.unmatched++;
		if ((r->segment.tcp_flags & (TCPTRAIL_SYN | TCPTRAIL_ACK)) == TCPTRAIL_SYN &&
		    r->segment.direction == TCPTRAIL_IN)
			join_syn_arrived(m, r);
		return NULL;
	}
	table_name(m, c, r);
	step_segment(m, c, r);
	return c;
}

/* sock_diag calls a request's state SYN-RECV. */
static uint8_t found_state(const struct tcptrail_record *r)
{
	uint8_t state = r->transition.new_state;

	return state == TCPTRAIL_SYN_RECV ? TCPTRAIL_NEW_SYN_RECV : state;
}

static bool is_in(const struct conn *c, uint8_t state)
{
	return c->state == state ||
	       (c->state == TCPTRAIL_SYN_RECV && state == TCPTRAIL_NEW_SYN_RECV);
}

static void found_facts(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	/* No byte comes after the peer's FIN: whatever is missing was read. */
	if (c->state == TCPTRAIL_CLOSE_WAIT && found_state(r) == TCPTRAIL_CLOSE_WAIT &&
	    r->transition.unread < c->unread)
		c->flags |= CONN_READS;
	step_facts(m, c, r);
	switch (found_state(r)) {
	case TCPTRAIL_NEW_SYN_RECV:
		step_sent_times(&c->synacks, r->transition.retransmits);
		break;
	case TCPTRAIL_SYN_SENT:
		/* The timer counts SYNs, too, that could not leave this machine. */
		if (r->transition.retransmits <= r->transition.retrans_total)
			step_sent_times(&c->syns, r->transition.retransmits);
		else
			step_sent_times(&c->syns, (uint8_t)r->transition.retrans_total);
		break;
	case TCPTRAIL_FIN_WAIT1:
	case TCPTRAIL_LAST_ACK:
	case TCPTRAIL_CLOSING:
		/* With data before the FIN it is that data that is sent again. */
		if (!r->transition.unacked)
			step_sent_times(&c->fins, r->transition.retransmits);
		break;
	}
}

void feed_refresh(struct tracker *m, const struct tcptrail_record *r)
{
	struct conn *c = find(m, r);

	if (!c || c->end || c->since_ns > r->time_ns || !is_in(c, found_state(r)))
		return;
	/* It was accepted meanwhile. */
	if (c->inode && !r->transition.inode && !(r->flags & TCPTRAIL_F_ORPHAN))
		return;
	found_facts(m, c, r);
}

/*
 * A socket that was found rather than seen. Where the trail knows the state,
 * it knows it better; where the two differ, a transition was missed.
 */
static struct conn *feed_snapshot(struct tracker *m, const struct tcptrail_record *r)
{
	uint64_t min_age_ns = record_min_age_ns(r);
	uint8_t state = found_state(r);
	struct conn *c = find(m, r);
	bool known;

	if (c && (c->end || c->since_ns > r->time_ns) && c->state != TCPTRAIL_NO_STATE) {
		if (!c->end)
			c->flags |= CONN_CONFIRMED;
		return c;
	}
	c = find_or_create(m, r);
	if (!c)
		return NULL;
	known = is_in(c, state);
	if (c->state == TCPTRAIL_NO_STATE)
		c->flags |= CONN_FOUND;
	found_facts(m, c, r);
	c->flags |= CONN_CONFIRMED;
	if (state == TCPTRAIL_LISTEN)
		c->role = CONN_LISTENER;
	else if (state == TCPTRAIL_SYN_SENT)
		c->role = CONN_ACTIVE;
	if (known)
		return c;
	c->object = state == TCPTRAIL_TIME_WAIT	   ? CONN_MINISOCKET :
		    state == TCPTRAIL_NEW_SYN_RECV ? CONN_REQUEST :
						     CONN_SOCKET;
	step_enter(m, c, state, time_between(min_age_ns, r->time_ns));
	c->flags |= CONN_AT_LEAST;
	return c;
}

static void feed_loss(struct tracker *m, const struct tcptrail_record *r)
{
	uint64_t since_ns = r->loss.since_ns && r->loss.since_ns < r->time_ns ? r->loss.since_ns :
										r->time_ns;

	if (r->time_ns > m->stats.last_loss_ns + TRACKER_LINGER_NS || since_ns < m->loss_since_ns)
		m->loss_since_ns = since_ns;
	m->stats.lost += r->loss.count;
	m->stats.last_loss_ns = r->time_ns;
}

static struct conn *feed_by_kind(struct tracker *m, const struct tcptrail_record *r)
{
	switch (r->kind) {
	case TCPTRAIL_SOCKET:
		return feed_socket(m, r);
	case TCPTRAIL_REQUEST:
		return feed_request(m, r);
	case TCPTRAIL_TIMEWAIT:
		return feed_timewait(m, r);
	case TCPTRAIL_ACCEPT:
		return feed_accept(m, r);
	case TCPTRAIL_SEGMENT:
		return feed_segment(m, r);
	case TCPTRAIL_SNAPSHOT:
		return feed_snapshot(m, r);
	case TCPTRAIL_LOSS:
		feed_loss(m, r);
		break;
	}
	return NULL;
}

void feed_record(struct tracker *m, const struct tcptrail_record *r)
{
	struct conn *c;

	counters_record(&m->counters, r);
	c = feed_by_kind(m, r);
	if (c)
		m->last = c;
	/* A segment moves nothing but the connection that fast_open() begins. */
	if (c && r->kind != TCPTRAIL_SEGMENT)
		counters_move(m, c);
	if (m->config.record)
		m->config.record(m->config.arg, m, c, r);
}
