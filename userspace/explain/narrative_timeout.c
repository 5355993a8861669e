// SPDX-License-Identifier: GPL-2.0
/* An end that gave up on an established connection: by which clock, and what was lost. */
#include <errno.h>
#include <stdio.h>

#include "userspace/explain/narrative_internal.h"

/* Data is not on record: something may have come after the last step that is. */
static void tell_silence(struct narrative_input *f, unsigned int side)
{
	size_t i = (size_t)(f->end[side] - f->l->rows);
	const struct ladder_row *row;

	while (i-- > 0) {
		row = &f->l->rows[i];
		if (row->kind != LADDER_SEGMENT || row->probe || row->again ||
		    row->tcp_flags & TCPTRAIL_RST)
			continue;
		narrative_say(f, "The last step on record before that was %s earlier.",
			      narrative_span(row->time_ns, f->end[side]->time_ns).text);
		return;
	}
}

static void tell_unacknowledged(struct narrative_input *f, const struct tcptrail_transition *t)
{
	if (t->unacked)
		narrative_say(f, "%u bytes were never acknowledged.", t->unacked);
}

static void put_retransmissions(char *to, size_t size, const struct tcptrail_transition *t)
{
	if (t->retransmits)
		snprintf(to, size, "after %u retransmission%s in a row", t->retransmits,
			 t->retransmits == 1 ? "" : "s");
	else
		snprintf(to, size, "without an answer");
}

static void tell_keepalive(struct narrative_input *f, unsigned int side)
{
	narrative_name(f, "keepalive-timeout");
	narrative_say(
		f,
		"%s gave up (ETIMEDOUT) with nothing unacknowledged: it was idle, and its keepalive "
		"probes (SO_KEEPALIVE) went unanswered. The other end, or the way to it, is gone.",
		narrative_subject(f, side));
	if (f->probes[side])
		narrative_say(f, "%u of the probes %s on record.", f->probes[side],
			      f->probes[side] == 1 ? "is" : "are");
}

static void tell_user_timeout(struct narrative_input *f, unsigned int side,
			      const struct tcptrail_transition *t)
{
	char tries[64];

	narrative_name(f, "user-timeout");
	put_retransmissions(tries, sizeof(tries), t);
	narrative_say(
		f,
		"%s gave up (ETIMEDOUT) %s, because its TCP_USER_TIMEOUT was over: the application "
		"had set how long it would wait.",
		narrative_subject(f, side), tries);
	if (!t->unacked)
		narrative_say(
			f,
			"Nothing was unacknowledged: it was keepalive probes that it waited for.");
	tell_unacknowledged(f, t);
}

static void tell_window(struct narrative_input *f, unsigned int side,
			const struct tcptrail_transition *t)
{
	narrative_name(f, "window-probes-exhausted");
	narrative_say(
		f,
		"%s gave up (ETIMEDOUT) with %u bytes not sent or not acknowledged, and none "
		"retransmitted: probably the other end's window was closed, and then its answers to "
		"window probes stayed away.",
		narrative_subject(f, side), t->unacked);
}

static void tell_fin(struct narrative_input *f, unsigned int side,
		     const struct tcptrail_transition *t)
{
	narrative_name(f, "fin-unanswered");
	narrative_say(f,
		      "%s's FIN was sent %s and never acknowledged; after %s the kernel gave up "
		      "what nobody held any more (net.ipv4.tcp_orphan_retries).",
		      narrative_subject(f, side), narrative_times(f->fins[side]).text,
		      f->fin[side] ?
			      narrative_span(f->fin[side]->time_ns, f->end[side]->time_ns).text :
			      "some time");
	tell_unacknowledged(f, t);
}

static void tell_retransmissions(struct narrative_input *f, unsigned int side,
				 const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;
	char tries[64];

	narrative_name(f, "retransmissions-exhausted");
	put_retransmissions(tries, sizeof(tries), t);
	narrative_say(
		f,
		"%s gave up (%s) %s (net.ipv4.tcp_retries2): nothing came back. The other end, or "
		"the way to it, is gone.",
		narrative_subject(f, side), t->error == ETIMEDOUT ? "ETIMEDOUT" : "unreachable",
		tries);
	if (t->error != ETIMEDOUT)
		narrative_say(
			f,
			"Meanwhile ICMP, or a missing neighbour, said that it cannot be reached.");
	tell_unacknowledged(f, t);
}

static void tell(struct narrative_input *f, unsigned int side)
{
	const struct tcptrail_record *r = f->closed[side];
	const struct tcptrail_transition *t = &r->transition;

	narrative_name(f, "timed-out");
	switch (f->end[side]->why) {
	case LADDER_WHY_KEEPALIVE:
		tell_keepalive(f, side);
		break;
	case LADDER_WHY_USER_TIMEOUT:
		tell_user_timeout(f, side, t);
		break;
	case LADDER_WHY_WINDOW:
		tell_window(f, side, t);
		break;
	default:
		if (t->old_state == TCPTRAIL_FIN_WAIT1 || t->old_state == TCPTRAIL_LAST_ACK ||
		    t->old_state == TCPTRAIL_CLOSING)
			tell_fin(f, side, t);
		else
			tell_retransmissions(f, side, r);
	}
	if (f->rst && f->rst->from == side && f->rst->time_ns <= f->end[side]->time_ns)
		narrative_say(f, "It said so with a RST%s.",
			      f->rst->lost ? ", which was lost, too" : "");
	if (!narrative_has(f->narrative, "fin-unanswered"))
		tell_silence(f, side);
}

void narrative_timeout(struct narrative_input *f)
{
	unsigned int side;

	for (side = 0; side < 2; side++) {
		if (!f->end[side] || !f->closed[side] || !f->established_ns[side])
			continue;
		switch (f->end[side]->why) {
		case LADDER_WHY_GAVE_UP:
		case LADDER_WHY_KEEPALIVE:
		case LADDER_WHY_USER_TIMEOUT:
		case LADDER_WHY_WINDOW:
		case LADDER_WHY_UNREACHABLE:
			tell(f, side);
		}
	}
}
