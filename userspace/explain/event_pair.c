// SPDX-License-Identifier: GPL-2.0
/*
 * Who sent what was received, and what was sent and never arrived: by sequence and
 * acknowledgement numbers.
 */
#include "userspace/explain/event.h"

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

/* The newest that the segment which arrived at @at may be, if it was sent before; NO_EVENT. */
static size_t find_sent(const struct events *m, size_t at, bool arrived)
{
	const struct event *in = &m->list[at], *out;
	unsigned int searched = 0;
	size_t i;

	for (i = at; i-- > 0 && searched < SEARCH_MAX; searched++) {
		out = &m->list[i];
		if (out->kind == EVENT_SENT && out->side != in->side &&
		    (out->other != NO_EVENT) == arrived &&
		    same_segment(&out->record->segment, &in->record->segment))
			return i;
	}
	return NO_EVENT;
}

/*
 * From the last to the first, each takes the newest that is left: a retransmission that
 * came belongs to the try that came, and the tries before it were lost. If none is left, the
 * network has delivered one of them twice: the sender's row is of the first arrival.
 */
static void pair_segments(struct events *m)
{
	struct event *in;
	size_t i;

	for (i = m->count; i-- > 0;) {
		in = &m->list[i];
		if (in->kind != EVENT_RECEIVED || in->made)
			continue;
		in->other = find_sent(m, i, false);
		if (in->other == NO_EVENT)
			in->other = find_sent(m, i, true);
		if (in->other != NO_EVENT)
			m->list[in->other].other = i;
	}
}

static bool is_bare_ack(const struct event *m)
{
	return (m->record->segment.tcp_flags & (STEPS | TCPTRAIL_ACK)) == TCPTRAIL_ACK;
}

static bool has_ack(const struct event *m, uint32_t ack)
{
	return m->record->segment.tcp_flags & TCPTRAIL_ACK && m->record->segment.ack == ack;
}

/* A SYN or FIN that is acknowledged by this number. */
static bool is_acked_by(const struct event *m, uint32_t ack)
{
	const struct tcptrail_segment *s = &m->record->segment;

	return s->tcp_flags & (TCPTRAIL_SYN | TCPTRAIL_FIN) && s->seq + s->len + 1 == ack;
}

/*
 * Received ACKs are not recorded, but what they cause is. One that another segment carried
 * is not needed. Of several bare ACKs with the number the first one arrives first, unless
 * what it acknowledges was sent once more after it had left: then it had not arrived until
 * then, and the next one, the answer to that, is taken for the cause.
 */
static void pair_ack(struct events *m, size_t at)
{
	struct event *in = &m->list[at], *e;
	size_t found = NO_EVENT, j;
	unsigned int searched = 0;
	bool again = false;

	for (j = at; j-- > 0 && in->has_ack && searched++ < SEARCH_MAX;) {
		e = &m->list[j];
		if (e->kind == EVENT_RECEIVED && e->side == in->side && !e->made &&
		    has_ack(e, in->ack)) {
			in->kind = EVENT_STATE; /* that one carried it */
			return;
		}
		if (e->kind != EVENT_SENT)
			continue;
		if (e->side == in->side) {
			again |= is_acked_by(e, in->ack);
		} else if (e->other == NO_EVENT && is_bare_ack(e) && has_ack(e, in->ack)) {
			if (found != NO_EVENT && again)
				break;
			found = j;
			again = false;
		}
	}
	if (found == NO_EVENT)
		return;
	m->list[found].other = at;
	in->other = found;
}

/* Does its sender say so, or the one who waited for it, by sending something once more? */
static bool is_repeated(const struct events *m, size_t at)
{
	const struct event *lost = &m->list[at], *e;
	size_t i;

	for (i = at + 1; i < m->count && i < at + SEARCH_MAX; i++) {
		e = &m->list[i];
		if (e->kind != EVENT_SENT)
			continue;
		if (is_bare_ack(lost) ?
			    e->side != lost->side && is_acked_by(e, lost->record->segment.ack) :
			    e->side == lost->side &&
				    same_segment(&e->record->segment, &lost->record->segment))
			return true;
	}
	return false;
}

/*
 * The ACK of a SYN-ACK arrives, and the request waits all the same: for data
 * (TCP_DEFER_ACCEPT), or for room in the accept queue. Then the SYN-ACK is sent again, too.
 */
static bool may_be_held_off(const struct ladder_side *receiver, const struct event *ack)
{
	const struct conn *c = receiver->end->conn;

	return c && c->flags & CONN_SYN_ACK_ACKED && receiver->has_isn &&
	       has_ack(ack, receiver->isn + 1);
}

/*
 * What was sent and is not on record at the other end, which hears, was lost if it was
 * sent once more, if something that was sent later has arrived, or if its sender gave up.
 * Else it may be under way where the trail ends.
 */
static void find_lost(struct events *m, const struct ladder *l)
{
	bool hears[2] = { false }, overtaken[2] = { false };
	const struct conn *c;
	struct event *e;
	size_t i;

	for (i = 0; i < m->count; i++)
		if (m->list[i].kind == EVENT_RECEIVED && !m->list[i].made)
			hears[m->list[i].side] = true;
	for (i = m->count; i-- > 0 && !l->conversation->lossy;) {
		e = &m->list[i];
		if (e->kind != EVENT_SENT)
			continue;
		if (e->other != NO_EVENT) {
			overtaken[e->side] = true;
			continue;
		}
		c = l->sides[e->side].end->conn;
		if (l->sides[!e->side].end->here && hears[!e->side])
			e->lost = is_bare_ack(e) ?
					  is_repeated(m, i) &&
						  !may_be_held_off(&l->sides[!e->side], e) :
					  is_repeated(m, i) || overtaken[e->side] ||
						  (c && c->end == CONN_UNANSWERED);
	}
}

void events_pair(struct events *m, const struct ladder *ladder)
{
	bool segments = false;
	size_t i;

	for (i = 0; i < m->count; i++)
		segments |= m->list[i].kind != EVENT_STATE && !m->list[i].made;
	pair_segments(m);
	for (i = 0; i < m->count; i++) {
		if (m->list[i].kind != EVENT_RECEIVED || !m->list[i].made)
			continue;
		if (segments)
			pair_ack(m, i);
		else
			m->list[i].kind = EVENT_STATE; /* they were turned off */
	}
	find_lost(m, ladder);
}
