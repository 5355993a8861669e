// SPDX-License-Identifier: GPL-2.0
/* What was left of it: TIME-WAIT, for how long, and what ended that. */
#include "userspace/explain/narrative_internal.h"

/*
 * A SYN that came to TIME-WAIT and did not take it over was answered with the old connection's
 * ACK. tcp_timewait_state_process() takes one whose number lies beyond what has come, or whose
 * timestamp is newer; and none with an older timestamp.
 */
static void tell_newcomer(struct facts *f, unsigned int side)
{
	const struct ladder_row *syn = facts_newcomer(f, side), *ack;

	if (!syn || facts_time(syn, side) < f->time_wait_ns[side])
		return;
	for (ack = syn + 1; ack < f->l->rows + f->l->count; ack++)
		if (ack->kind == LADDER_SEGMENT && ack->from == side)
			break;
	if (ack == f->l->rows + f->l->count || ack->tcp_flags != TCPTRAIL_ACK)
		return;
	names(f, "time-wait-holds-off");
	say_of(f, side,
	       (int32_t)(syn->seq - ack->ack) > 0 ?
		       "A new SYN of & was answered with an ACK of the old connection: its timestamp "
		       "is older than the last one of that." :
		       "A new SYN of & was answered with an ACK of the old connection: its number is "
		       "not beyond that one's, and its timestamp, if it has one, is not newer.");
	say(f, "A second client behind a NAT does that, a host that has started anew, or a client "
	       "with a fixed port.");
	if (!f->end[side])
		say_of(f, side,
		       "& cannot connect from this port until TIME-WAIT is over, or its RST ends it.");
}

static void tell(struct facts *f, unsigned int side)
{
	const struct conn *c = f->conn[side];
	const struct ladder_row *end = f->end[side];

	tell_newcomer(f, side);
	if (!end) {
		say(f, "%s is in TIME-WAIT.", subject(f, side));
		return;
	}
	say(f, "%s was in TIME-WAIT for %s.", subject(f, side),
	    span(f->time_wait_ns[side], facts_time(end, side)).text);
	switch (c ? c->end : CONN_LIVES) {
	case CONN_RESET_IN:
		narrative_rst_in_time_wait(f, side);
		break;
	case CONN_REUSED:
		if (end->why == LADDER_WHY_SYN) {
			names(f, "time-wait-reuse reuse-by-syn");
			say(f,
			    "A SYN of the same two ends came, newer by its number or timestamp.");
		} else {
			names(f, "time-wait-reuse reuse-by-connect");
			say(f,
			    "A connect() here took its port again (net.ipv4.tcp_tw_reuse, or a port "
			    "that was asked for).");
		}
		break;
	case CONN_KILLED:
		names(f, "killed");
		break;
	}
}

void narrative_time_wait(struct facts *f)
{
	unsigned int side;

	for (side = 0; side < 2; side++)
		if (f->time_wait_ns[side])
			tell(f, side);
}
