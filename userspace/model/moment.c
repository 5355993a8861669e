// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>

#include "userspace/model/moment.h"

#define STEPS (TCPTRAIL_SYN | TCPTRAIL_FIN | TCPTRAIL_RST)
#define SEARCH_MAX 256 /* a search that would take longer is given up */

/* While collecting: what the records so far say of a side. */
struct side_so_far {
	uint8_t state;
	bool minisocket;
	bool sent;
	bool got_rst;
};

static struct moment *add(struct moments *m, uint8_t kind, uint8_t side,
			  const struct tcptrail_record *r)
{
	struct moment *moment = &m->list[m->count++];

	*moment = (struct moment){
		.kind = kind, .side = side, .time_ns = r->time_ns, .other = NO_MOMENT, .record = r
	};
	return moment;
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
static void add_ack(struct moments *m, uint8_t side, const struct tcptrail_record *r)
{
	if (takes_ack(r))
		add(m, MOMENT_RECEIVED, side, r)->made = true;
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

static void set_close_cause(struct moment *m, const struct tcptrail_record *r,
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

static void add_socket(struct moments *m, uint8_t side, const struct tcptrail_record *r,
		       struct side_so_far *so_far)
{
	const struct tcptrail_transition *t = &r->transition;
	struct moment *moment;

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
	moment = add(m, MOMENT_STATE, side, r);
	moment->state = t->new_state;
	switch (t->new_state) {
	case TCPTRAIL_SYN_SENT:
	case TCPTRAIL_FIN_WAIT1:
	case TCPTRAIL_LAST_ACK:
		moment->cause = CAUSE_ACTION;
		break;
	case TCPTRAIL_CLOSE:
		set_close_cause(moment, r, so_far);
		break;
	}
	so_far->state = t->new_state;
}

static void add_request(struct moments *m, uint8_t side, const struct tcptrail_record *r,
			struct side_so_far *so_far)
{
	static const uint8_t why[] = {
		[TCPTRAIL_REASON_TIMEOUT] = LADDER_WHY_GAVE_UP,
		[TCPTRAIL_REASON_LISTENER] = LADDER_WHY_LISTENER,
		[TCPTRAIL_REASON_NETNS] = LADDER_WHY_NETNS,
		[TCPTRAIL_REASON_KILLED] = LADDER_WHY_KILLED,
	};
	const struct tcptrail_transition *t = &r->transition;
	struct moment *moment;

	if (t->new_state == TCPTRAIL_CLOSE && t->reason == TCPTRAIL_REASON_ESTABLISHED)
		return;
	moment = add(m, MOMENT_STATE, side, r);
	so_far->minisocket = false;
	if (t->new_state != TCPTRAIL_CLOSE) {
		moment->state = TCPTRAIL_SYN_RECV;
	} else {
		/* RFC 9293: from SYN-RECEIVED back to LISTEN */
		moment->state = t->reason == TCPTRAIL_REASON_RESET ? TCPTRAIL_LISTEN :
								     TCPTRAIL_CLOSE;
		moment->why = t->reason < sizeof(why) ? why[t->reason] : 0;
		moment->cause = moment->why ? CAUSE_TIME : CAUSE_SEGMENT;
	}
	so_far->state = moment->state;
}

static void add_timewait(struct moments *m, uint8_t side, const struct tcptrail_record *r,
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
	struct moment *moment;

	add_ack(m, side, r);
	moment = add(m, MOMENT_STATE, side, r);
	moment->state = t->new_state;
	if (t->old_state == TCPTRAIL_TIME_WAIT && t->new_state == TCPTRAIL_TIME_WAIT)
		moment->why = LADDER_WHY_REARMED;
	if (t->new_state == TCPTRAIL_CLOSE) {
		moment->why = t->reason < sizeof(why) ? why[t->reason] : 0;
		if (t->reason == TCPTRAIL_REASON_TIMEOUT && t->old_state == TCPTRAIL_FIN_WAIT2)
			moment->why = LADDER_WHY_FIN_TIMEOUT;
		moment->cause = moment->why ? CAUSE_TIME : CAUSE_SEGMENT;
	}
	so_far->minisocket = t->new_state != TCPTRAIL_CLOSE;
	so_far->state = t->new_state;
}

static void add_segment(struct moments *m, uint8_t side, const struct tcptrail_record *r,
			struct side_so_far *so_far)
{
	bool out = r->segment.direction == TCPTRAIL_OUT;

	add(m, out ? MOMENT_SENT : MOMENT_RECEIVED, side, r);
	so_far->sent |= out;
	so_far->got_rst |= !out && r->segment.tcp_flags & TCPTRAIL_RST;
}

/* Of use only where the trail has nothing better. */
static void add_found(struct moments *m, uint8_t side, const struct tcptrail_record *r,
		      struct side_so_far *so_far)
{
	struct moment *moment;

	if (so_far->state)
		return;
	moment = add(m, MOMENT_STATE, side, r);
	moment->state = r->transition.new_state;
	moment->cause = CAUSE_TIME;
	moment->why = LADDER_WHY_FOUND;
	so_far->state = moment->state;
}

static void collect(struct moments *m, const struct talk *talk, const uint8_t side_of[2])
{
	struct side_so_far so_far[2] = { 0 };
	const struct tcptrail_record *r;
	uint8_t side;
	size_t i;

	for (i = 0; i < talk->count; i++) {
		r = talk->records[i];
		side = side_of[talk->sides[i]];
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

static bool same_segment(const struct tcptrail_segment *a, const struct tcptrail_segment *b)
{
	uint8_t mask = STEPS | TCPTRAIL_ACK;

	if ((a->tcp_flags & mask) != (b->tcp_flags & mask))
		return false;
	/* A FIN may have been cut off, or glued to, the data before it on its way. */
	if (a->tcp_flags & TCPTRAIL_FIN)
		return a->seq + a->len == b->seq + b->len;
	return a->seq == b->seq && (!(a->tcp_flags & TCPTRAIL_ACK) || a->ack == b->ack);
}

/*
 * Who sent what was received: from the last to the first, each takes the
 * newest that is left; so a retransmission that came belongs to the try that
 * came, and the tries before it were lost.
 */
static void pair_segments(struct moments *m)
{
	struct moment *in, *out;
	unsigned int searched;
	size_t i, j;

	for (i = m->count; i-- > 0;) {
		in = &m->list[i];
		if (in->kind != MOMENT_RECEIVED || in->made)
			continue;
		searched = 0;
		for (j = i; j-- > 0 && searched < SEARCH_MAX; searched++) {
			out = &m->list[j];
			if (out->kind != MOMENT_SENT || out->side == in->side ||
			    out->other != NO_MOMENT ||
			    !same_segment(&out->record->segment, &in->record->segment))
				continue;
			out->other = i;
			in->other = j;
			break;
		}
	}
}

/* What an acknowledgement has to say to end the state that @state ended. */
static bool needed_ack(const struct ladder_side *side, const struct tcptrail_record *state,
		       uint32_t *ack)
{
	bool handshake = state->transition.new_state == TCPTRAIL_ESTABLISHED;

	*ack = (handshake ? side->isn : side->fin) + 1;
	return handshake ? side->has_isn : side->has_fin;
}

static bool is_bare_ack(const struct moment *m)
{
	return m->record->kind == TCPTRAIL_SEGMENT &&
	       (m->record->segment.tcp_flags & (STEPS | TCPTRAIL_ACK)) == TCPTRAIL_ACK;
}

/* The shortest time to each side: what took much less did not come that way. */
static void measure_transit(const struct moments *m, uint64_t transit_ns[2])
{
	const struct moment *in;
	uint64_t ns;

	transit_ns[0] = UINT64_MAX;
	transit_ns[1] = UINT64_MAX;
	for (in = m->list; in < m->list + m->count; in++) {
		if (in->kind != MOMENT_RECEIVED || in->other == NO_MOMENT)
			continue;
		ns = in->time_ns - m->list[in->other].time_ns;
		if (ns < transit_ns[in->side])
			transit_ns[in->side] = ns;
	}
	if (transit_ns[0] == UINT64_MAX)
		transit_ns[0] = 0;
	if (transit_ns[1] == UINT64_MAX)
		transit_ns[1] = 0;
}

/*
 * Received ACKs are not recorded, but what they cause is: find who sent it, or
 * which other segment carried it; else keep it as inferred.
 */
static void pair_ack(struct moments *m, const struct ladder *ladder, size_t at,
		     const uint64_t transit_ns[2])
{
	struct moment *in = &m->list[at], *c;
	uint32_t ack = 0;
	bool known = needed_ack(&ladder->sides[in->side], in->record, &ack);
	unsigned int searched;
	size_t j;

	for (j = at, searched = 0; j-- > 0 && searched < SEARCH_MAX; searched++) {
		c = &m->list[j];
		if (c->kind == MOMENT_RECEIVED && c->side == in->side && !c->made &&
		    c->record->segment.tcp_flags & TCPTRAIL_ACK &&
		    (!known || c->record->segment.ack == ack)) {
			in->kind = MOMENT_STATE; /* not needed: that one carried it */
			return;
		}
		if (c->kind == MOMENT_SENT && c->side != in->side && c->other == NO_MOMENT &&
		    in->time_ns - c->time_ns >= transit_ns[in->side] / 2 && is_bare_ack(c) &&
		    (!known || c->record->segment.ack == ack)) {
			c->other = at;
			in->other = j;
			return;
		}
	}
}

/* A repetition of what an ACK was to acknowledge tells that the ACK was lost. */
static bool was_repeated(const struct moments *m, size_t at)
{
	const struct moment *ack = &m->list[at], *c;
	const struct tcptrail_segment *s;
	size_t i;

	for (i = at + 1; i < m->count && i < at + SEARCH_MAX; i++) {
		c = &m->list[i];
		if (c->kind != MOMENT_SENT || c->side == ack->side)
			continue;
		s = &c->record->segment;
		if (s->tcp_flags & (TCPTRAIL_SYN | TCPTRAIL_FIN) &&
		    s->seq + s->len + 1 == ack->record->segment.ack)
			return true;
	}
	return false;
}

static void find_lost(struct moments *m, const struct ladder *ladder)
{
	bool hears[2] = { false };
	struct moment *moment;
	size_t i;

	for (i = 0; i < m->count; i++)
		if (m->list[i].kind == MOMENT_RECEIVED && !m->list[i].made)
			hears[m->list[i].side] = true;
	if (ladder->talk->lossy)
		return; /* it may have arrived and not been recorded */
	for (i = 0; i < m->count; i++) {
		moment = &m->list[i];
		if (moment->kind != MOMENT_SENT || moment->other != NO_MOMENT ||
		    !ladder->sides[!moment->side].end->here || !hears[!moment->side])
			continue;
		moment->lost = !is_bare_ack(moment) || was_repeated(m, i);
	}
}

int moments_build(struct moments *m, const struct ladder *ladder, const uint8_t side_of[2])
{
	uint64_t transit_ns[2];
	bool segments = false;
	size_t i;

	m->count = 0;
	m->list = calloc(2 * ladder->talk->count + 1, sizeof(*m->list));
	if (!m->list)
		return -ENOMEM;
	collect(m, ladder->talk, side_of);
	for (i = 0; i < m->count; i++)
		segments |= m->list[i].kind != MOMENT_STATE && !m->list[i].made;
	pair_segments(m);
	measure_transit(m, transit_ns);
	for (i = 0; i < m->count; i++) {
		if (m->list[i].kind != MOMENT_RECEIVED || !m->list[i].made)
			continue;
		if (segments)
			pair_ack(m, ladder, i, transit_ns);
		else
			m->list[i].kind = MOMENT_STATE; /* they were turned off */
	}
	find_lost(m, ladder);
	return 0;
}

void moments_free(struct moments *m)
{
	free(m->list);
	m->list = NULL;
	m->count = 0;
}
