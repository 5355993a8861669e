// SPDX-License-Identifier: GPL-2.0
/* Who reset it, and as far as the trail tells, why. */
#include "userspace/explain/narrative_internal.h"

static bool gave_up(const struct narrative_input *f, unsigned int side)
{
	return f->closed[side] && f->closed[side]->transition.error && f->end[side] &&
	       f->end[side]->why;
}

/* By its process, while the connection was in order. */
static void tell_abort(struct narrative_input *f, unsigned int from, const char *owner)
{
	const struct tcptrail_transition *t = &f->closed[from]->transition;

	if (!f->accepted_ns && from == LADDER_RIGHT && !f->syn_sent[from] && !t->inode) {
		narrative_say(
			f,
			"%s's listener was closed before anybody accepted the connection: the kernel "
			"reset it.",
			narrative_subject(f, from));
	} else if (t->unread) {
		narrative_name(f, "aborted-unread");
		narrative_say(
			f,
			"%s%s closed with %u bytes unread: such a close sends RST instead of FIN, and "
			"what the other end has not read yet may be lost.",
			narrative_subject(f, from), owner, t->unread);
	} else {
		narrative_name(f, "aborted-linger");
		narrative_say(
			f,
			"%s%s aborted it, with nothing unread: closed with SO_LINGER of 0 seconds, or "
			"disconnected.",
			narrative_subject(f, from), owner);
	}
}

/* Its process had closed, and the other end went on sending. */
static bool is_for_nobody(const struct narrative_input *f, unsigned int from)
{
	const struct tcptrail_record *r = f->closed[from];

	if (f->end[from] && f->end[from]->why == LADDER_WHY_DATA)
		return true;
	return r && r->flags & TCPTRAIL_F_ORPHAN && !r->transition.error &&
	       (r->transition.old_state == TCPTRAIL_FIN_WAIT1 ||
		r->transition.old_state == TCPTRAIL_FIN_WAIT2) &&
	       f->end[from] && !narrative_ended_before(f, from, f->rst->time_ns);
}

static void tell_elsewhere(struct narrative_input *f, unsigned int from)
{
	if (f->fin[!from] && !f->fin[from])
		narrative_say(
			f,
			"%s answered the other end's FIN, or what it sent after it, with RST: it was "
			"closed with data unread, or its process was gone.",
			narrative_subject(f, from));
	else
		narrative_say(
			f,
			"%s ended it with RST. Why, only its own host knows: closed with data unread, "
			"or with linger 0, or the socket was gone.",
			narrative_subject(f, from));
}

void narrative_reset(struct narrative_input *f)
{
	const struct tcptrail_record *r;
	unsigned int from;
	char owner[40];

	if (!f->rst || f->refused || narrative_has(f->narrative, "stale-duplicate-syn"))
		return;
	from = f->rst->from;
	r = f->closed[from];
	narrative_name(f, "reset");
	narrative_name(f, from == LADDER_LEFT ? "reset-by-client" : "reset-by-server");
	narrative_owner(f, from, owner, sizeof(owner));
	if (!f->l->sides[from].end->here) {
		tell_elsewhere(f, from);
	} else if (is_for_nobody(f, from)) {
		narrative_name(f, "data-after-close");
		narrative_say(
			f,
			"%s%s had closed, and %s still sent data: nobody is there to read it, so the "
			"kernel answered with RST.",
			narrative_subject(f, from), owner, narrative_side(f, !from));
	} else if (narrative_ended_before(f, from, f->rst->time_ns)) {
		if (f->fin[!from] && narrative_ended_before(f, from, f->fin[!from]->time_ns))
			return; /* narrative_too_late() tells */
		narrative_say(
			f,
			"%s had no socket for it any more: what %s still sent was answered with RST.",
			narrative_subject(f, from), narrative_side(f, !from));
	} else if (r && !gave_up(f, from) && !r->transition.error &&
		   (r->flags & TCPTRAIL_F_TASK || !r->transition.inode)) {
		tell_abort(f, from, owner);
	} else if (!gave_up(f, from)) {
		narrative_say(f, "%s%s ended it with RST.", narrative_subject(f, from), owner);
	}
}
