// SPDX-License-Identifier: GPL-2.0
/* Who closed first, and by which segments. */
#include <inttypes.h>

#include "userspace/base/time.h"
#include "userspace/explain/narrative_internal.h"

#define HALF_CLOSE_NS (50 * MS) /* worth a name from here */

/* Was the first FIN acknowledged by a segment of its own before the second one? */
static bool acked_apart(const struct facts *f, unsigned int first)
{
	const struct ladder_row *row;

	for (row = f->fin[first] + 1; row < f->l->rows + f->l->count; row++) {
		if (row == f->fin[!first])
			return false;
		if (row->state[first] == TCPTRAIL_FIN_WAIT2)
			return true;
		if (row->kind == LADDER_SEGMENT && row->from != first && !row->lost &&
		    (row->tcp_flags & (TCPTRAIL_ACK | TCPTRAIL_FIN | TCPTRAIL_SYN)) == TCPTRAIL_ACK)
			return true;
	}
	return false;
}

static void tell_half_close(struct facts *f, unsigned int first)
{
	uint64_t begin = facts_time(f->fin[first], !first),
		 end = facts_time(f->fin[!first], !first);

	if (f->l->sides[!first].end->here && f->close_wait_ns[!first])
		begin = f->close_wait_ns[!first];
	else
		end = facts_time(f->fin[!first], first);
	if (end <= begin || end - begin < HALF_CLOSE_NS)
		return;
	names(f, "half-close");
	if (!f->l->half_closed_bytes) {
		say(f, "For %s it was half closed: %s could still send, and did not.",
		    span(begin, end).text, side_name(f, !first));
		return;
	}
	names(f, "half-close-data");
	say(f,
	    "For %s it was half closed, and %s went on sending: %" PRIu64
	    " bytes came after the FIN.",
	    span(begin, end).text, side_name(f, !first), f->l->half_closed_bytes);
}

static void tell_teardown(struct facts *f, unsigned int first)
{
	struct words took = span(f->fin[first]->time_ns, facts_time(f->fin[!first], first));

	if (acked_apart(f, first)) {
		names(f, "four-way-teardown");
		say(f, "FIN, ACK, FIN, ACK: the four-way teardown, in %s.", took.text);
	} else {
		names(f, "three-segment-teardown");
		say(f,
		    "%s's FIN carried the ACK of the first with it, so that three segments did, in "
		    "%s.",
		    subject(f, !first), took.text);
	}
	tell_half_close(f, first);
}

/* The other end had gone before this side's FIN left. */
static bool is_too_late(const struct facts *f, unsigned int side)
{
	const struct conn *other = f->conn[!side];

	return f->fin[side] && other && other->end && other->since_ns < f->fin[side]->time_ns;
}

static void tell_tries(struct facts *f, unsigned int side, unsigned int first)
{
	const struct ladder_row *row;
	bool lost = false;

	if (f->fins[side] < 2 || (f->conn[side] && f->conn[side]->end == CONN_UNANSWERED))
		return;
	if (side == first || !f->time_wait_ns[first] || f->fin[side]->lost) {
		names(f, "fin-retransmitted");
		say(f, "%s sent its FIN %u times.", subject(f, side), f->fins[side]);
		return;
	}
	for (row = f->fin[side]; row < f->l->rows + f->l->count; row++)
		lost |= row->kind == LADDER_SEGMENT && row->from == first && row->lost;
	names(f, "lost-last-ack");
	say(f,
	    "The last ACK was lost%s: %s sent its FIN %u times, and %s answered again from "
	    "TIME-WAIT%s. That is what TIME-WAIT lasts 2 MSL for.",
	    lost ? "" : ", or late", side_name(f, side), f->fins[side], side_name(f, first),
	    f->rearms ? ", which began anew" : "");
}

static void tell_close(struct facts *f, const bool fin[2], unsigned int first, bool orderly)
{
	char who[40];

	owner(f, first, who);
	if (ladder_has_flag(f->l, CONN_SIMULTANEOUS_CLOSE)) {
		names(f, "simultaneous-close");
		say(f,
		    "Both ends closed before the other's FIN arrived: a simultaneous close, through "
		    "CLOSING.");
	} else if (fin[0] && fin[1]) {
		if (!orderly)
			say(f, "%s%s closed first.", subject(f, first), who);
		tell_teardown(f, first);
	} else if (!orderly) {
		say(f, "%s%s closed; %s %s.", subject(f, first), who, side_name(f, !first),
		    f->end[first]  ? "had not until then" :
		    f->end[!first] ? "did not" :
				     "has not so far");
	}
}

void narrative_close(struct facts *f)
{
	const bool fin[2] = { f->fin[0] && !is_too_late(f, 0), f->fin[1] && !is_too_late(f, 1) };
	unsigned int first = !fin[0] || (fin[1] && f->fin[1]->time_ns < f->fin[0]->time_ns);
	bool orderly = false;
	unsigned int teller;

	if (f->l->pair.count && ending_of_pair(&f->l->pair, &teller).how)
		orderly = facts_is_orderly(f->l->pair.ends[teller].c);
	if (orderly)
		say_ending(f, teller, "");
	if (fin[0] || fin[1])
		tell_close(f, fin, first, orderly);
	tell_tries(f, 0, first);
	tell_tries(f, 1, first);
}
