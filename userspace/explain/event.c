// SPDX-License-Identifier: GPL-2.0
/*
 * Records become events. In which state a record leaves its end the tracker has said; how
 * and why an end closed is conn/ending.h's answer.
 */
#include "userspace/explain/event.h"

#include <errno.h>
#include <stdlib.h>

#include "userspace/conn/ending.h"

static struct event *add(struct events *m, uint8_t kind, uint8_t side,
			 const struct tcptrail_record *r)
{
	struct event *event = &m->list[m->count++];

	*event = (struct event){
		.kind = kind, .side = side, .time_ns = r->time_ns, .other = NO_EVENT, .record = r
	};
	return event;
}

/*
 * States that are only left because the other end acknowledged something: its SYN, or its
 * FIN. Whether that needs an event of its own is found out later.
 */
static void add_ack(struct events *m, const struct ladder_side *s, uint8_t side, uint8_t before,
		    uint8_t state, const struct tcptrail_record *r)
{
	bool syn = before == TCPTRAIL_SYN_RECV && state == TCPTRAIL_ESTABLISHED;
	const struct conn *c = s->end->conn;
	bool fin = (before == TCPTRAIL_FIN_WAIT1 && state == TCPTRAIL_FIN_WAIT2) ||
		   (before == TCPTRAIL_CLOSING && state == TCPTRAIL_TIME_WAIT) ||
		   (before == TCPTRAIL_LAST_ACK && state == TCPTRAIL_CLOSE && c &&
		    c->end == CONN_NORMAL && c->why == CONN_WHY_UNTOLD);
	struct event *event;

	if (!syn && !fin)
		return;
	event = add(m, EVENT_RECEIVED, side, r);
	event->made = true;
	event->has_ack = syn ? s->has_isn : s->has_fin;
	event->ack = (syn ? s->isn : s->fin) + 1;
}

static uint8_t why_unanswered(uint8_t why)
{
	switch (why) {
	case CONN_WHY_USER_TIMEOUT:
		return LADDER_WHY_USER_TIMEOUT;
	case CONN_WHY_KEEPALIVE:
		return LADDER_WHY_KEEPALIVE;
	case CONN_WHY_WINDOW:
		return LADDER_WHY_WINDOW;
	case CONN_WHY_UNSENT:
		return LADDER_WHY_UNSENT;
	}
	return LADDER_WHY_GAVE_UP;
}

/* What stands beside an end's last state where no segment does. */
static uint8_t why_closed(const struct conn *c, const struct tcptrail_record *r)
{
	static const uint8_t why[CONN_ENDS] = {
		[CONN_UNREACHABLE] = LADDER_WHY_UNREACHABLE,
		[CONN_ABANDONED] = LADDER_WHY_ABANDONED,
		[CONN_FIN_TIMEOUT] = LADDER_WHY_FIN_TIMEOUT,
		[CONN_REUSED] = LADDER_WHY_REUSED,
		[CONN_KILLED] = LADDER_WHY_KILLED,
		[CONN_LISTENER_GONE] = LADDER_WHY_LISTENER,
		[CONN_NETNS_GONE] = LADDER_WHY_NETNS,
		[CONN_DROPPED] = LADDER_WHY_DROPPED,
		[CONN_NO_PORT] = LADDER_WHY_NO_PORT,
		[CONN_FAILED] = LADDER_WHY_FAILED,
	};
	struct ending e = ending_of(c);

	switch (e.how) {
	case CONN_NORMAL:
		if (e.why == CONN_WHY_NETNS)
			return LADDER_WHY_NETNS;
		return c->state == TCPTRAIL_TIME_WAIT ? LADDER_WHY_2MSL : LADDER_WHY_NONE;
	case CONN_REFUSED:
		return e.why == CONN_WHY_ICMP ? LADDER_WHY_REJECTED : LADDER_WHY_NONE;
	case CONN_RESET_OUT:
		return e.why == CONN_WHY_LATE_DATA ? LADDER_WHY_DATA : LADDER_WHY_NONE;
	case CONN_UNANSWERED:
		return why_unanswered(e.why);
	case CONN_REUSED:
		if (r->transition.reason == TCPTRAIL_REASON_SYN)
			return LADDER_WHY_SYN;
	}
	return e.how < CONN_ENDS ? why[e.how] : LADDER_WHY_NONE;
}

static uint8_t cause_of_close(const struct conn *c, uint8_t why)
{
	switch (ending_of(c).how) {
	case CONN_RESET_OUT:
	case CONN_SILENT:
	case CONN_ABANDONED:
	case CONN_KILLED:
		return c->object == CONN_SOCKET ? CAUSE_ACTION : CAUSE_TIME;
	}
	return why ? CAUSE_TIME : CAUSE_SEGMENT;
}

/* The connection of this side that ended with @r. */
static const struct conn *ended_by(const struct ladder *l, uint8_t side,
				   const struct tcptrail_record *r)
{
	const struct conversation *conversation = l->conversation;
	const struct conn *c = l->sides[side].end->conn;
	unsigned int i;

	if (c && c->end && c->since_ns == r->time_ns)
		return c;
	for (i = 0; i < conversation->earlier_count; i++) {
		c = conversation->earlier[i];
		if (c->cookie == r->cookie && c->since_ns == r->time_ns)
			return c;
	}
	return NULL;
}

static void add_state(struct events *m, const struct ladder *l, uint8_t side, uint8_t before,
		      uint8_t state, const struct tcptrail_record *r)
{
	const struct conn *ended;
	struct event *event;

	add_ack(m, &l->sides[side], side, before, state, r);
	event = add(m, EVENT_STATE, side, r);
	event->state = state;
	switch (state) {
	case TCPTRAIL_SYN_SENT:
	case TCPTRAIL_FIN_WAIT1:
	case TCPTRAIL_LAST_ACK:
		event->cause = CAUSE_ACTION;
		break;
	case TCPTRAIL_CLOSE:
		ended = ended_by(l, side, r);
		/* RFC 9293: from SYN-RECEIVED back to LISTEN */
		if (r->kind == TCPTRAIL_REQUEST && r->transition.reason == TCPTRAIL_REASON_RESET &&
		    (!ended || ended->end != CONN_DROPPED))
			event->state = TCPTRAIL_LISTEN;
		if (ended) {
			event->why = why_closed(ended, r);
			event->cause = cause_of_close(ended, event->why);
		} else if (event->state == TCPTRAIL_CLOSE && r->kind != TCPTRAIL_SOCKET) {
			event->cause = CAUSE_TIME;
		}
		break;
	}
	/* Of use only where the trail has nothing better. */
	if (r->kind == TCPTRAIL_SNAPSHOT && !before) {
		event->cause = CAUSE_TIME;
		event->why = LADDER_WHY_FOUND;
	}
}

static bool is_rearm(const struct tcptrail_record *r)
{
	return r->kind == TCPTRAIL_TIMEWAIT && r->transition.old_state == TCPTRAIL_TIME_WAIT &&
	       r->transition.new_state == TCPTRAIL_TIME_WAIT;
}

static void collect(struct events *m, const struct ladder *l)
{
	const struct conversation *c = l->conversation;
	const struct tcptrail_record *r;
	uint8_t states[2] = { 0 }, state, side;
	size_t i;

	for (i = 0; i < c->count; i++) {
		r = c->records[i];
		side = &c->ends[c->sides[i]] != l->sides[LADDER_LEFT].end;
		/* A segment is the first that tells only of a Fast Open child. */
		state = r->kind == TCPTRAIL_ACCEPT ||
					(r->kind == TCPTRAIL_SEGMENT && states[side]) ?
				0 :
				c->states[i];
		if (state && state != states[side]) {
			/* A child of SYN cookies is first seen when it is established. */
			if (!states[side] && r->kind == TCPTRAIL_SOCKET)
				states[side] = r->transition.old_state;
			add_state(m, l, side, states[side], state, r);
			states[side] = state;
		} else if (is_rearm(r)) {
			add(m, EVENT_STATE, side, r)->state = state;
			m->list[m->count - 1].why = LADDER_WHY_REARMED;
		}
		if (r->kind == TCPTRAIL_SEGMENT)
			add(m, r->segment.direction == TCPTRAIL_OUT ? EVENT_SENT : EVENT_RECEIVED,
			    side, r);
	}
}

int events_build(struct events *m, const struct ladder *ladder)
{
	m->count = 0;
	m->list = calloc(2 * ladder->conversation->count + 1, sizeof(*m->list));
	if (!m->list)
		return -ENOMEM;
	collect(m, ladder);
	events_pair(m, ladder);
	return 0;
}

void events_free(struct events *m)
{
	free(m->list);
	m->list = NULL;
	m->count = 0;
}
