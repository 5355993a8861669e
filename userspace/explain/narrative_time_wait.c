// SPDX-License-Identifier: GPL-2.0
/* What was left of it: TIME-WAIT, for how long, and what ended that. */
#include "userspace/explain/narrative_internal.h"

/*
 * A SYN that came to TIME-WAIT and did not take it over was answered with the old connection's
 * ACK. tcp_timewait_state_process() takes one whose number lies beyond what has come, or whose
 * timestamp is newer; and none with an older timestamp.
 */
static void tell_newcomer(struct milestones *m, unsigned int side)
{
	const struct ladder_row *syn = milestones_newcomer(m, side, m->time_wait_ns[side]), *ack;

	if (!syn)
		return;
	for (ack = syn + 1; ack < m->l->rows + m->l->count; ack++)
		if (ack->kind == LADDER_SEGMENT && ack->from == side)
			break;
	if (ack == m->l->rows + m->l->count || ack->tcp_flags != TCPTRAIL_ACK)
		return;
	names(m, "time-wait-holds-off");
	say_of(m, side,
	       (int32_t)(syn->seq - ack->ack) > 0 ?
		       "A new SYN of & was answered with an ACK of the old connection: its timestamp "
		       "is older than the last one of that." :
		       "A new SYN of & was answered with an ACK of the old connection: its number is "
		       "not beyond that one's, and its timestamp, if it has one, is not newer.");
	say(m, "A second client behind a NAT does that, a host that has started anew, or a client "
	       "with a fixed port.");
	if (!m->end[side])
		say_of(m, side,
		       "& cannot connect from this port until TIME-WAIT is over, or its RST ends it.");
}

static void tell(struct milestones *m, unsigned int side)
{
	const struct conn *c = m->conn[side];
	const struct ladder_row *end = m->end[side];

	tell_newcomer(m, side);
	if (!end) {
		say(m, "%s is in TIME-WAIT.", subject(m, side));
		return;
	}
	say(m, "%s was in TIME-WAIT for %s.", subject(m, side),
	    span(m->time_wait_ns[side], milestone_time(end, side)).text);
	switch (c ? c->end : CONN_LIVES) {
	case CONN_RESET_IN:
		narrative_rst_in_time_wait(m, side);
		break;
	case CONN_REUSED:
		if (end->why == LADDER_WHY_SYN) {
			names(m, "time-wait-reuse reuse-by-syn");
			say(m,
			    "A SYN of the same two ends came, newer by its number or timestamp.");
		} else {
			names(m, "time-wait-reuse reuse-by-connect");
			say(m,
			    "A connect() here took its port again (net.ipv4.tcp_tw_reuse, or a port "
			    "that was asked for).");
		}
		break;
	case CONN_KILLED:
		names(m, "killed");
		break;
	}
}

void narrative_time_wait(struct milestones *m)
{
	unsigned int side;

	for (side = 0; side < 2; side++)
		if (m->time_wait_ns[side])
			tell(m, side);
}
