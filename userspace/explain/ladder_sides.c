// SPDX-License-Identifier: GPL-2.0
/* The two columns: which end is left, whose it is, where its numbers begin and end. */
#include <string.h>

#include "userspace/explain/event.h"

static bool is_syn(const struct tcptrail_record *r)
{
	return r->kind == TCPTRAIL_SEGMENT &&
	       (r->segment.tcp_flags & (TCPTRAIL_SYN | TCPTRAIL_ACK)) == TCPTRAIL_SYN;
}

/* Which of the talk's ends is left: 1 if it is known, and in *left. */
int ladder_find_opener(const struct conversation *conversation, unsigned int *left)
{
	const struct tcptrail_record *r;
	unsigned int side;
	size_t i;

	for (i = 0; i < conversation->count; i++) {
		r = conversation->records[i];
		side = conversation->sides[i];
		*left = side;
		if (r->kind == TCPTRAIL_SOCKET && r->transition.new_state == TCPTRAIL_SYN_SENT)
			return 1;
		if (is_syn(r) && r->segment.direction == TCPTRAIL_OUT)
			return 1;
		*left = !side;
		if (is_syn(r) || r->kind == TCPTRAIL_REQUEST || r->kind == TCPTRAIL_ACCEPT ||
		    (r->kind == TCPTRAIL_SOCKET &&
		     (r->transition.old_state == TCPTRAIL_LISTEN ||
		      (r->transition.old_state == TCPTRAIL_SYN_RECV &&
		       r->transition.new_state == TCPTRAIL_ESTABLISHED))))
			return 1;
	}
	/* Servers mostly have the lower port. */
	*left = conversation->ends[0].port < conversation->ends[1].port;
	return 0;
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

/* A SYN-ACK that no socket sent is a listener's: a SYN cookie. */
static bool answers_for_nobody(const struct tcptrail_record *r)
{
	const uint8_t synack = TCPTRAIL_SYN | TCPTRAIL_ACK;

	return r->segment.direction == TCPTRAIL_OUT && !r->cookie &&
	       (r->segment.tcp_flags & synack) == synack;
}

/* A SYN-ACK of a whole socket, and no request's: the listener made it at the SYN. */
bool is_fast_open(const struct tcptrail_record *r)
{
	const uint8_t synack = TCPTRAIL_SYN | TCPTRAIL_ACK;

	return r->kind == TCPTRAIL_SEGMENT && r->segment.direction == TCPTRAIL_OUT &&
	       (r->segment.tcp_flags & synack) == synack && r->segment.state == TCPTRAIL_SYN_RECV;
}

void ladder_know_sides(struct ladder *l, const uint8_t side_of[2])
{
	const struct tcptrail_record *r;
	struct ladder_side *side;
	bool opened[2] = { false }, established = false;
	size_t i;

	for (i = 0; i < l->conversation->count; i++) {
		r = l->conversation->records[i];
		side = &l->sides[side_of[l->conversation->sides[i]]];
		if (r->kind == TCPTRAIL_SEGMENT) {
			/* With a SYN before it, it is a simultaneous open. */
			l->listening |= is_fast_open(r) && !side->has_isn &&
					side == &l->sides[LADDER_RIGHT];
			if (r->segment.direction == TCPTRAIL_OUT)
				take_numbers(side, &r->segment, false, established);
			else
				take_numbers(&l->sides[side == &l->sides[0]], &r->segment, true,
					     established);
			l->listening |= answers_for_nobody(r) && side == &l->sides[LADDER_RIGHT];
			continue;
		}
		established |= r->transition.new_state == TCPTRAIL_ESTABLISHED;
		if (r->kind == TCPTRAIL_REQUEST ||
		    (r->kind == TCPTRAIL_SOCKET && r->transition.old_state == TCPTRAIL_LISTEN))
			l->listening |= side == &l->sides[LADDER_RIGHT];
		if (!(r->flags & TCPTRAIL_F_TASK) || opened[side - l->sides])
			continue;
		side->pid = r->transition.pid;
		memcpy(side->comm, r->transition.comm, 16);
		opened[side - l->sides] = r->kind == TCPTRAIL_ACCEPT ||
					  r->transition.new_state == TCPTRAIL_SYN_SENT;
	}
}
