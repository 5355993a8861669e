// SPDX-License-Identifier: GPL-2.0
/* The two columns: which end is left, and where its numbers begin and end. */
#include "userspace/explain/ladder_internal.h"

/* The active opener is left: the tracker knows, or a SYN tells. Servers mostly have the lower port. */
static unsigned int find_left(struct ladder *l)
{
	const struct conversation *c = l->conversation;
	const struct conn *first = l->pair.count ? l->pair.ends[0].c : NULL;
	unsigned int side = first && c->ends[1].conn == first;
	size_t i;

	l->opener_known = true;
	if (first && (first->role != CONN_ROLE_UNKNOWN ||
		      (l->pair.count > 1 && l->pair.ends[1].c->role != CONN_ROLE_UNKNOWN)))
		return l->pair.count == 1 && first->role == CONN_PASSIVE ? !side : side;
	for (i = 0; i < c->count; i++)
		if (is_syn(c->records[i]))
			return c->records[i]->segment.direction == TCPTRAIL_OUT ? c->sides[i] :
										  !c->sides[i];
	l->opener_known = false;
	return c->ends[0].port < c->ends[1].port;
}

static void take_stray(struct ladder_side *side, uint32_t isn)
{
	side->stray = isn;
	side->has_stray = true;
}

/*
 * What a sender said counts for more than what a receiver heard, and of two
 * beginnings the later one, until one has led to something.
 */
static void take_isn(struct ladder_side *side, uint32_t isn, bool heard, bool established)
{
	if (side->has_isn && side->isn == isn)
		return;
	if (side->has_isn && (established || (heard && side->end->here))) {
		take_stray(side, isn);
		return;
	}
	if (side->has_isn)
		take_stray(side, side->isn);
	side->isn = isn;
	side->has_isn = true;
}

static void take_numbers(struct ladder_side *side, const struct tcptrail_segment *s, bool heard,
			 bool established)
{
	if (s->tcp_flags & TCPTRAIL_SYN)
		take_isn(side, s->seq, heard, established);
	if (s->tcp_flags & TCPTRAIL_FIN && !(heard && side->has_fin && side->end->here)) {
		side->fin = s->seq + s->len;
		side->has_fin = true;
	}
}

/* What right did before it had a socket of its own, a listener did for it. */
static bool shows_listener(const struct ladder *l, const struct tcptrail_record *r)
{
	if (r->kind == TCPTRAIL_SEGMENT) /* a SYN cookie; or Fast Open: no SYN went before it */
		return is_synack(r) && r->segment.direction == TCPTRAIL_OUT &&
		       (!r->cookie || (is_fast_open(r) && !l->sides[LADDER_RIGHT].has_isn));
	return r->kind == TCPTRAIL_REQUEST ||
	       (r->kind == TCPTRAIL_SOCKET && r->transition.old_state == TCPTRAIL_LISTEN);
}

void ladder_find_sides(struct ladder *l)
{
	const struct conversation *c = l->conversation;
	const struct conversation_end *a = &c->ends[0], *b = &c->ends[1];
	const struct tcptrail_record *r;
	unsigned int left, side;
	bool established = false, out;
	size_t i;

	if (a->conn || b->conn)
		conn_pair_of(&l->pair, a->conn ? a->conn : b->conn, a->conn ? b->conn : NULL,
			     c->count ? c->records[c->count - 1]->time_ns : 0);
	l->pair.apart = !c->joined;
	left = find_left(l);
	l->sides[LADDER_LEFT].end = &c->ends[left];
	l->sides[LADDER_RIGHT].end = &c->ends[!left];
	for (i = 0; i < c->count; i++) {
		r = c->records[i];
		side = c->sides[i] == left ? LADDER_LEFT : LADDER_RIGHT;
		l->listening |= side == LADDER_RIGHT && shows_listener(l, r);
		if (r->kind == TCPTRAIL_SEGMENT) {
			out = r->segment.direction == TCPTRAIL_OUT;
			take_numbers(&l->sides[out ? side : !side], &r->segment, !out, established);
		} else {
			established |= r->transition.new_state == TCPTRAIL_ESTABLISHED;
		}
	}
}
