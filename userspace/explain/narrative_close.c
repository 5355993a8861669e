// SPDX-License-Identifier: GPL-2.0
/* Who closed first, and by which segments. */
#include <inttypes.h>

#include "userspace/base/time.h"
#include "userspace/explain/narrative_internal.h"

#define HALF_CLOSE_NS (50 * MS) /* worth a name from here */

/* Was the first FIN acknowledged by a segment of its own before the second one? */
static bool acked_apart(const struct milestones *m, unsigned int first)
{
	const struct ladder_row *row;

	for (row = m->fin[first] + 1; row < m->l->rows + m->l->count; row++) {
		if (row == m->fin[!first])
			return false;
		if (row->state[first] == TCPTRAIL_FIN_WAIT2)
			return true;
		if (row->kind == LADDER_SEGMENT && row->from != first && !row->lost &&
		    (row->tcp_flags & (TCPTRAIL_ACK | TCPTRAIL_FIN | TCPTRAIL_SYN)) == TCPTRAIL_ACK)
			return true;
	}
	return false;
}

static void tell_half_close(struct milestones *m, unsigned int first)
{
	uint64_t begin = milestone_time(m->fin[first], !first),
		 end = milestone_time(m->fin[!first], !first);

	if (m->l->sides[!first].end->here && m->close_wait_ns[!first])
		begin = m->close_wait_ns[!first];
	else
		end = milestone_time(m->fin[!first], first);
	if (end <= begin || end - begin < HALF_CLOSE_NS)
		return;
	names(m, "half-close");
	if (m->l->conversation->lossy || !m->l->half_closed_known)
		return; /* the FIN on record may not be the first */
	if (!m->l->half_closed_bytes) {
		say(m, "For %s it was half closed: %s could still send, and did not.",
		    span(begin, end).text, side_name(m, !first));
		return;
	}
	names(m, "half-close-data");
	say(m,
	    "For %s it was half closed, and %s sent what it still had: %" PRIu64
	    " bytes came after the FIN.",
	    span(begin, end).text, side_name(m, !first), m->l->half_closed_bytes);
}

/* The second FIN was taken by the end that had closed first, or is acknowledged. */
static bool is_complete(const struct milestones *m, unsigned int first)
{
	const struct conn *c = m->conn[!first];

	if (m->time_wait_ns[first] || (!c && !m->conn[first]))
		return true;
	return (c && ending_is_orderly(c)) || (m->conn[first] && ending_is_orderly(m->conn[first]));
}

static void tell_second_close(struct milestones *m, unsigned int first)
{
	const struct conn *c = m->conn[!first];
	bool unknown = !c || m->l->conversation->lossy;

	say(m, "%s closed %s later%s.", subject(m, !first),
	    span(m->fin[first]->time_ns, milestone_time(m->fin[!first], !first)).text,
	    unknown ? "" :
	    !c->end ? ", and its FIN has not been acknowledged so far" :
		      ", and its FIN was not acknowledged");
	tell_half_close(m, first);
}

static void tell_teardown(struct milestones *m, unsigned int first)
{
	struct words took = span(m->fin[first]->time_ns, milestone_time(m->fin[!first], first));

	if (acked_apart(m, first)) {
		names(m, "four-way-teardown");
		say(m, "FIN, ACK, FIN, ACK: the four-way teardown, in %s.", took.text);
	} else if (!m->l->conversation->lossy) {
		names(m, "three-segment-teardown");
		say(m,
		    "%s's FIN carried the ACK of the first with it, so that three segments did, in "
		    "%s.",
		    subject(m, !first), took.text);
	}
	tell_half_close(m, first);
}

static void tell_tries(struct milestones *m, unsigned int side, unsigned int first)
{
	const struct ladder_row *row;
	bool lost = false;

	if (m->fins[side] < 2 || (m->conn[side] && m->conn[side]->end == CONN_UNANSWERED))
		return;
	if (side == first || !m->time_wait_ns[first] || m->fin[side]->lost ||
	    m->l->conversation->lossy) {
		names(m, "fin-retransmitted");
		say(m, "The FIN of %s %s %s.", side_name(m, side), went(m, side),
		    times(m, m->fins[side]).text);
		return;
	}
	for (row = m->fin[side]; row < m->l->rows + m->l->count; row++)
		lost |= row->kind == LADDER_SEGMENT && row->from == first && row->lost;
	names(m, "lost-last-ack");
	say(m,
	    "The last ACK was lost%s: %s sent its FIN %u times, and %s answered again from "
	    "TIME-WAIT%s. That is what TIME-WAIT lasts 2 MSL for.",
	    lost ? "" : ", or late", side_name(m, side), m->fins[side], side_name(m, first),
	    m->rearms ? ", which began anew" : "");
}

/* Only this end's FIN is on record. What there is to say of the other one's? */
static const char *lone_fin_words(const struct milestones *m, unsigned int first)
{
	const struct conn *c = m->conn[first];
	bool here = m->l->sides[!first].end->here;

	if (c && (c->flags & CONN_PEER_FIN || c->state == TCPTRAIL_CLOSE_WAIT ||
		  c->state == TCPTRAIL_LAST_ACK))
		return "%s%s closed; the FIN of %s is not on record.";
	if (m->l->conversation->lossy)
		return "%s%s closed; whether %s did is not on record.";
	if (m->end[first])
		return here ? "%s%s closed; %s had not until then." :
			      "%s%s closed; no FIN of %s had come until then.";
	if (m->end[!first])
		return here ? "%s%s closed; %s did not." : "%s%s closed; no FIN of %s came.";
	return here ? "%s%s closed; %s has not so far." :
		      "%s%s closed; no FIN of %s has come so far.";
}

static void tell_close(struct milestones *m, const bool fin[2], unsigned int first, bool orderly)
{
	char who[40];

	owner(m, first, who);
	if (ladder_has_flag(m->l, CONN_SIMULTANEOUS_CLOSE)) {
		names(m, "simultaneous-close");
		say(m,
		    "Both ends closed before the other's FIN arrived: a simultaneous close, through "
		    "CLOSING.");
	} else if (fin[0] && fin[1]) {
		if (!orderly)
			say(m, "%s%s closed first.", subject(m, first), who);
		if (is_complete(m, first))
			tell_teardown(m, first);
		else
			tell_second_close(m, first);
	} else if (!orderly) {
		say(m, lone_fin_words(m, first), subject(m, first), who, side_name(m, !first));
	}
}

void narrative_close(struct milestones *m)
{
	const bool fin[2] = { m->fin[0] && !milestones_is_too_late(m, 0),
			      m->fin[1] && !milestones_is_too_late(m, 1) };
	unsigned int first = !fin[0] || (fin[1] && m->fin[1]->time_ns < m->fin[0]->time_ns);
	bool orderly = false;
	unsigned int teller;

	if (m->l->pair.count && ending_of_pair(&m->l->pair, &teller).how)
		orderly = ending_is_orderly(m->l->pair.ends[teller].c);
	if (orderly)
		say_ending(m, teller, "");
	if (fin[0] || fin[1])
		tell_close(m, fin, first, orderly);
	tell_tries(m, 0, first);
	tell_tries(m, 1, first);
}
