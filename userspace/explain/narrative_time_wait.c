// SPDX-License-Identifier: GPL-2.0
/* What was left of it: TIME-WAIT, for how long, and what ended that. */
#include "userspace/explain/narrative_internal.h"

static void tell(struct facts *f, unsigned int side)
{
	const struct conn *c = f->conn[side];
	const struct ladder_row *end = f->end[side];

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
