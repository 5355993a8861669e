// SPDX-License-Identifier: GPL-2.0
/* Who sent what was received, and what was sent and never arrived. */
#include "userspace/explain/event.h"

#define STEPS (TCPTRAIL_SYN | TCPTRAIL_FIN | TCPTRAIL_RST)
#define SEARCH_MAX 256 /* a search that would take longer is given up */

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
static void pair_segments(struct events *m)
{
	struct event *in, *out;
	unsigned int searched;
	size_t i, j;

	for (i = m->count; i-- > 0;) {
		in = &m->list[i];
		if (in->kind != EVENT_RECEIVED || in->made)
			continue;
		searched = 0;
		for (j = i; j-- > 0 && searched < SEARCH_MAX; searched++) {
			out = &m->list[j];
			if (out->kind != EVENT_SENT || out->side == in->side ||
			    out->other != NO_EVENT ||
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

static bool is_bare_ack(const struct event *m)
{
	return m->record->kind == TCPTRAIL_SEGMENT &&
	       (m->record->segment.tcp_flags & (STEPS | TCPTRAIL_ACK)) == TCPTRAIL_ACK;
}

/* The shortest time to each side: what took much less did not come that way. */
static void measure_transit(const struct events *m, uint64_t transit_ns[2])
{
	const struct event *in;
	uint64_t ns;

	transit_ns[0] = UINT64_MAX;
	transit_ns[1] = UINT64_MAX;
	for (in = m->list; in < m->list + m->count; in++) {
		if (in->kind != EVENT_RECEIVED || in->other == NO_EVENT)
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
static void pair_ack(struct events *m, const struct ladder *ladder, size_t at,
		     const uint64_t transit_ns[2])
{
	struct event *in = &m->list[at], *c;
	uint32_t ack = 0;
	bool known = needed_ack(&ladder->sides[in->side], in->record, &ack);
	unsigned int searched;
	size_t j;

	for (j = at, searched = 0; j-- > 0 && searched < SEARCH_MAX; searched++) {
		c = &m->list[j];
		if (c->kind == EVENT_RECEIVED && c->side == in->side && !c->made &&
		    c->record->segment.tcp_flags & TCPTRAIL_ACK &&
		    (!known || c->record->segment.ack == ack)) {
			in->kind = EVENT_STATE; /* not needed: that one carried it */
			return;
		}
		if (c->kind == EVENT_SENT && c->side != in->side && c->other == NO_EVENT &&
		    in->time_ns - c->time_ns >= transit_ns[in->side] / 2 && is_bare_ack(c) &&
		    (!known || c->record->segment.ack == ack)) {
			c->other = at;
			in->other = j;
			return;
		}
	}
}

/* A repetition of what an ACK was to acknowledge tells that the ACK was lost. */
static bool was_repeated(const struct events *m, size_t at)
{
	const struct event *ack = &m->list[at], *c;
	const struct tcptrail_segment *s;
	size_t i;

	for (i = at + 1; i < m->count && i < at + SEARCH_MAX; i++) {
		c = &m->list[i];
		if (c->kind != EVENT_SENT || c->side == ack->side)
			continue;
		s = &c->record->segment;
		if (s->tcp_flags & (TCPTRAIL_SYN | TCPTRAIL_FIN) &&
		    s->seq + s->len + 1 == ack->record->segment.ack)
			return true;
	}
	return false;
}

static void find_lost(struct events *m, const struct ladder *ladder)
{
	bool hears[2] = { false };
	struct event *event;
	size_t i;

	for (i = 0; i < m->count; i++)
		if (m->list[i].kind == EVENT_RECEIVED && !m->list[i].made)
			hears[m->list[i].side] = true;
	if (ladder->conversation->lossy)
		return; /* it may have arrived and not been recorded */
	for (i = 0; i < m->count; i++) {
		event = &m->list[i];
		if (event->kind != EVENT_SENT || event->other != NO_EVENT ||
		    !ladder->sides[!event->side].end->here || !hears[!event->side])
			continue;
		event->lost = !is_bare_ack(event) || was_repeated(m, i);
	}
}

void events_pair(struct events *m, const struct ladder *ladder)
{
	uint64_t transit_ns[2];
	bool segments = false;
	size_t i;

	for (i = 0; i < m->count; i++)
		segments |= m->list[i].kind != EVENT_STATE && !m->list[i].made;
	pair_segments(m);
	measure_transit(m, transit_ns);
	for (i = 0; i < m->count; i++) {
		if (m->list[i].kind != EVENT_RECEIVED || !m->list[i].made)
			continue;
		if (segments)
			pair_ack(m, ladder, i, transit_ns);
		else
			m->list[i].kind = EVENT_STATE; /* they were turned off */
	}
	find_lost(m, ladder);
}
