// SPDX-License-Identifier: GPL-2.0
/* What was left of it: TIME-WAIT and its ends, and who ended it from outside. */
#include "userspace/explain/narrative_internal.h"

static void tell_reuse(struct narrative_input *f, unsigned int side)
{
	bool by_syn = f->end[side]->why == LADDER_WHY_SYN;

	narrative_name(f, "time-wait-reuse");
	narrative_name(f, by_syn ? "reuse-by-syn" : "reuse-by-connect");
	narrative_say(
		f, "%s's TIME-WAIT made room for a new connection after %s: %s.",
		narrative_subject(f, side),
		narrative_span(f->time_wait_ns[side], f->end[side]->time_ns).text,
		by_syn ? "a SYN of the same two ends came, newer by its number or timestamp" :
			 "a connect() here took its port again (net.ipv4.tcp_tw_reuse, or a port "
			 "that was asked for)");
}

static void tell_assassination(struct narrative_input *f, unsigned int side)
{
	narrative_name(f, "time-wait-assassination");
	narrative_say(
		f,
		"%s's TIME-WAIT ended after %s by a RST: an assassination (RFC 1337). Old duplicates "
		"that still come may now be taken for a later connection's; net.ipv4.tcp_rfc1337=1 "
		"would have ignored it.",
		narrative_subject(f, side),
		narrative_span(f->time_wait_ns[side], narrative_time_at(f->end[side], side)).text);
	if (f->assassin && narrative_ended_before(f, !side, f->assassin->time_ns) &&
	    f->l->sides[!side].end->here)
		narrative_say(
			f,
			"The RST is %s's answer to an ACK from TIME-WAIT: something old had come and "
			"was acknowledged, and %s knew nothing of it any more.",
			narrative_side(f, !side), narrative_side(f, !side));
}

static void tell_time_wait(struct narrative_input *f, unsigned int side)
{
	const struct ladder_row *end = f->end[side];

	if (!end)
		narrative_say(f, "%s is in TIME-WAIT.", narrative_subject(f, side));
	else if (end->why == LADDER_WHY_REUSED || end->why == LADDER_WHY_SYN)
		tell_reuse(f, side);
	else if (!end->why)
		tell_assassination(f, side);
	else
		narrative_say(
			f, "%s was in TIME-WAIT for %s.", narrative_subject(f, side),
			narrative_span(f->time_wait_ns[side], narrative_time_at(end, side)).text);
}

static void tell_end(struct narrative_input *f, unsigned int side)
{
	switch (f->end[side]->why) {
	case LADDER_WHY_FIN_TIMEOUT:
		narrative_name(f, "fin-wait2-timeout");
		narrative_say(
			f,
			"%s waited for the other's FIN in vain; the kernel dropped what nobody held "
			"any more (net.ipv4.tcp_fin_timeout).",
			narrative_subject(f, side));
		break;
	case LADDER_WHY_KILLED:
		narrative_name(f, "killed");
		narrative_say(f, "%s's socket was destroyed from outside (ss -K).",
			      narrative_subject(f, side));
		break;
	case LADDER_WHY_NETNS:
		narrative_name(f, "netns-gone");
		narrative_say(f, "%s's network namespace went away under it.",
			      narrative_subject(f, side));
		break;
	}
}

void narrative_end(struct narrative_input *f)
{
	unsigned int side;

	for (side = 0; side < 2; side++) {
		if (f->time_wait_ns[side])
			tell_time_wait(f, side);
		else if (f->end[side])
			tell_end(f, side);
	}
}
