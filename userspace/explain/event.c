// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include "userspace/explain/event.h"

/* While collecting: what the records so far say of a side. */
struct side_so_far {
	uint8_t state;
	bool minisocket;
	bool sent;
	bool got_rst;
};

static struct event *add(struct events *m, uint8_t kind, uint8_t side,
			 const struct tcptrail_record *r)
{
	struct event *event = &m->list[m->count++];

	*event = (struct event){
		.kind = kind, .side = side, .time_ns = r->time_ns, .other = NO_EVENT, .record = r
	};
	return event;
}

/* States that are only left because the other end acknowledged something. */
static bool takes_ack(const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;

	if (r->kind == TCPTRAIL_SOCKET)
		return (t->old_state == TCPTRAIL_SYN_RECV &&
			t->new_state == TCPTRAIL_ESTABLISHED) ||
		       (t->old_state == TCPTRAIL_FIN_WAIT1 && t->new_state == TCPTRAIL_FIN_WAIT2) ||
		       (t->old_state == TCPTRAIL_LAST_ACK && t->new_state == TCPTRAIL_CLOSE &&
			!t->error);
	return r->kind == TCPTRAIL_TIMEWAIT && t->old_state == TCPTRAIL_CLOSING &&
	       t->new_state == TCPTRAIL_TIME_WAIT;
}

/* A place for the acknowledgement: whether it is needed is found out later. */
static void add_ack(struct events *m, uint8_t side, const struct tcptrail_record *r)
{
	if (takes_ack(r))
		add(m, EVENT_RECEIVED, side, r)->made = true;
}

/*
 * Which clock ran out? Unacknowledged bytes without a retransmission wait for a
 * closed window to open. The flag is set whatever the socket was doing.
 */
static uint8_t why_timed_out(const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;
	bool open = t->old_state == TCPTRAIL_ESTABLISHED || t->old_state == TCPTRAIL_CLOSE_WAIT ||
		    t->old_state == TCPTRAIL_FIN_WAIT2;

	if (r->flags & TCPTRAIL_F_USER_TIMEOUT)
		return LADDER_WHY_USER_TIMEOUT;
	if (open && !t->unacked)
		return LADDER_WHY_KEEPALIVE;
	if (t->unacked && !t->retransmits)
		return LADDER_WHY_WINDOW;
	return LADDER_WHY_GAVE_UP;
}

static void set_close_cause(struct event *m, const struct tcptrail_record *r,
			    const struct side_so_far *so_far)
{
	switch (r->transition.error) {
	case 0:
		break;
	case ECONNREFUSED:
		if (!so_far->sent || so_far->got_rst)
			return;
		m->cause = CAUSE_TIME;
		m->why = LADDER_WHY_REJECTED;
		return;
	case ETIMEDOUT:
		m->cause = CAUSE_TIME;
		m->why = why_timed_out(r);
		return;
	case EHOSTUNREACH:
	case ENETUNREACH:
		m->cause = CAUSE_TIME;
		m->why = LADDER_WHY_UNREACHABLE;
		return;
	case ECONNABORTED:
		m->cause = CAUSE_ACTION;
		m->why = LADDER_WHY_KILLED;
		return;
	default:
		return; /* a RST that came */
	}
	if (r->transition.old_state == TCPTRAIL_LAST_ACK ||
	    r->transition.old_state == TCPTRAIL_CLOSING)
		return;
	m->cause = CAUSE_ACTION;
	if (r->transition.old_state == TCPTRAIL_SYN_SENT)
		m->why = LADDER_WHY_ABANDONED;
}

static void add_socket(struct events *m, uint8_t side, const struct tcptrail_record *r,
		       struct side_so_far *so_far)
{
	const struct tcptrail_transition *t = &r->transition;
	struct event *event;

	if (t->old_state == t->new_state)
		return;
	/* With a SYN cookie the child comes with the third step: next it is established. */
	if (t->old_state == TCPTRAIL_LISTEN && so_far->sent && so_far->state != TCPTRAIL_SYN_RECV)
		return;
	if (t->new_state == TCPTRAIL_CLOSE &&
	    (so_far->minisocket ||
	     (t->old_state == TCPTRAIL_SYN_RECV && so_far->state == TCPTRAIL_ESTABLISHED)))
		return; /* it lives on in the minisocket; or a child that lost the race */
	add_ack(m, side, r);
	event = add(m, EVENT_STATE, side, r);
	event->state = t->new_state;
	switch (t->new_state) {
	case TCPTRAIL_SYN_SENT:
	case TCPTRAIL_FIN_WAIT1:
	case TCPTRAIL_LAST_ACK:
		event->cause = CAUSE_ACTION;
		break;
	case TCPTRAIL_CLOSE:
		set_close_cause(event, r, so_far);
		break;
	}
	so_far->state = t->new_state;
}

static void add_request(struct events *m, uint8_t side, const struct tcptrail_record *r,
			struct side_so_far *so_far)
{
	static const uint8_t why[] = {
		[TCPTRAIL_REASON_TIMEOUT] = LADDER_WHY_GAVE_UP,
		[TCPTRAIL_REASON_LISTENER] = LADDER_WHY_LISTENER,
		[TCPTRAIL_REASON_NETNS] = LADDER_WHY_NETNS,
		[TCPTRAIL_REASON_KILLED] = LADDER_WHY_KILLED,
	};
	const struct tcptrail_transition *t = &r->transition;
	struct event *event;

	if (t->new_state == TCPTRAIL_CLOSE && t->reason == TCPTRAIL_REASON_ESTABLISHED)
		return;
	event = add(m, EVENT_STATE, side, r);
	so_far->minisocket = false;
	if (t->new_state != TCPTRAIL_CLOSE) {
		event->state = TCPTRAIL_SYN_RECV;
	} else {
		/* RFC 9293: from SYN-RECEIVED back to LISTEN */
		event->state = t->reason == TCPTRAIL_REASON_RESET ? TCPTRAIL_LISTEN :
								    TCPTRAIL_CLOSE;
		event->why = t->reason < sizeof(why) ? why[t->reason] : 0;
		event->cause = event->why ? CAUSE_TIME : CAUSE_SEGMENT;
	}
	so_far->state = event->state;
}

static void add_timewait(struct events *m, uint8_t side, const struct tcptrail_record *r,
			 struct side_so_far *so_far)
{
	static const uint8_t why[] = {
		[TCPTRAIL_REASON_TIMEOUT] = LADDER_WHY_2MSL,
		[TCPTRAIL_REASON_SYN] = LADDER_WHY_SYN,
		[TCPTRAIL_REASON_DATA] = LADDER_WHY_DATA,
		[TCPTRAIL_REASON_REUSE] = LADDER_WHY_REUSED,
		[TCPTRAIL_REASON_NETNS] = LADDER_WHY_NETNS,
		[TCPTRAIL_REASON_KILLED] = LADDER_WHY_KILLED,
	};
	const struct tcptrail_transition *t = &r->transition;
	struct event *event;

	add_ack(m, side, r);
	event = add(m, EVENT_STATE, side, r);
	event->state = t->new_state;
	if (t->old_state == TCPTRAIL_TIME_WAIT && t->new_state == TCPTRAIL_TIME_WAIT)
		event->why = LADDER_WHY_REARMED;
	if (t->new_state == TCPTRAIL_CLOSE) {
		event->why = t->reason < sizeof(why) ? why[t->reason] : 0;
		if (t->reason == TCPTRAIL_REASON_TIMEOUT && t->old_state == TCPTRAIL_FIN_WAIT2)
			event->why = LADDER_WHY_FIN_TIMEOUT;
		event->cause = event->why ? CAUSE_TIME : CAUSE_SEGMENT;
	}
	so_far->minisocket = t->new_state != TCPTRAIL_CLOSE;
	so_far->state = t->new_state;
}

static void add_segment(struct events *m, uint8_t side, const struct tcptrail_record *r,
			struct side_so_far *so_far)
{
	bool out = r->segment.direction == TCPTRAIL_OUT;
	struct event *event;

	/* Up to 6.12 the child's own record does not say whose it is. */
	if (is_fast_open(r) && !so_far->state && !so_far->sent) {
		event = add(m, EVENT_STATE, side, r);
		event->state = TCPTRAIL_SYN_RECV;
		so_far->state = event->state;
	}
	add(m, out ? EVENT_SENT : EVENT_RECEIVED, side, r);
	so_far->sent |= out;
	so_far->got_rst |= !out && r->segment.tcp_flags & TCPTRAIL_RST;
}

/* Of use only where the trail has nothing better. */
static void add_found(struct events *m, uint8_t side, const struct tcptrail_record *r,
		      struct side_so_far *so_far)
{
	struct event *event;

	if (so_far->state)
		return;
	event = add(m, EVENT_STATE, side, r);
	event->state = r->transition.new_state;
	event->cause = CAUSE_TIME;
	event->why = LADDER_WHY_FOUND;
	so_far->state = event->state;
}

static void collect(struct events *m, const struct conversation *conversation,
		    const uint8_t side_of[2])
{
	struct side_so_far so_far[2] = { 0 };
	const struct tcptrail_record *r;
	uint8_t side;
	size_t i;

	for (i = 0; i < conversation->count; i++) {
		r = conversation->records[i];
		side = side_of[conversation->sides[i]];
		switch (r->kind) {
		case TCPTRAIL_SEGMENT:
			add_segment(m, side, r, &so_far[side]);
			break;
		case TCPTRAIL_SOCKET:
			add_socket(m, side, r, &so_far[side]);
			break;
		case TCPTRAIL_REQUEST:
			add_request(m, side, r, &so_far[side]);
			break;
		case TCPTRAIL_TIMEWAIT:
			add_timewait(m, side, r, &so_far[side]);
			break;
		case TCPTRAIL_SNAPSHOT:
			add_found(m, side, r, &so_far[side]);
			break;
		}
	}
}

int events_build(struct events *m, const struct ladder *ladder, const uint8_t side_of[2])
{
	m->count = 0;
	m->list = calloc(2 * ladder->conversation->count + 1, sizeof(*m->list));
	if (!m->list)
		return -ENOMEM;
	collect(m, ladder->conversation, side_of);
	events_pair(m, ladder);
	return 0;
}

void events_free(struct events *m)
{
	free(m->list);
	m->list = NULL;
	m->count = 0;
}
