// SPDX-License-Identifier: GPL-2.0
/* How it was closed, and what was left of it. */
#include <inttypes.h>

#include "userspace/explain/narrative_internal.h"
#include "userspace/base/time.h"

#define HALF_CLOSE_NS (50 * MS) /* worth a name from here */

/* Was the first FIN acknowledged by a segment of its own before the second one? */
static bool acked_apart(const struct narrative_input *f, unsigned int first)
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

static void tell_half_close(struct narrative_input *f, unsigned int first)
{
	uint64_t begin = narrative_time_at(f->fin[first], !first),
		 end = narrative_time_at(f->fin[!first], !first);

	if (f->l->sides[!first].end->here && f->close_wait_ns[!first])
		begin = f->close_wait_ns[!first];
	else
		end = narrative_time_at(f->fin[!first], first);
	if (end <= begin || end - begin < HALF_CLOSE_NS)
		return;
	narrative_name(f, "half-close");
	if (!f->l->half_closed_bytes) {
		narrative_say(f, "For %s it was half closed: %s could still send, and did not.",
			      narrative_span(begin, end).text, narrative_side(f, !first));
		return;
	}
	narrative_name(f, "half-close-data");
	narrative_say(f,
		      "For %s it was half closed, and %s went on sending: %" PRIu64
		      " bytes came after the FIN.",
		      narrative_span(begin, end).text, narrative_side(f, !first),
		      f->l->half_closed_bytes);
}

/* Went its FIN to an end that had given up, or been dropped, before? */
static bool is_too_late(const struct narrative_input *f, unsigned int side)
{
	return f->fin[side] && narrative_ended_before(f, !side, f->fin[side]->time_ns);
}

void narrative_too_late(struct narrative_input *f)
{
	unsigned int side;
	char owner[40];

	for (side = 0; side < 2; side++) {
		if (!is_too_late(f, side))
			continue;
		narrative_owner(f, side, owner, sizeof(owner));
		narrative_say(f, "%s%s closed %s after %s was gone%s.", narrative_subject(f, side),
			      owner,
			      narrative_span(narrative_time_at(f->end[!side], !side),
					     f->fin[side]->time_ns)
				      .text,
			      narrative_side(f, !side),
			      f->rst ? ", and was answered with RST" : "");
	}
}

void narrative_close(struct narrative_input *f)
{
	const bool fin[2] = { f->fin[0] && !is_too_late(f, 0), f->fin[1] && !is_too_late(f, 1) };
	bool both = fin[0] && fin[1];
	unsigned int first;
	char owner[40];

	if (!fin[0] && !fin[1])
		return;
	first = !fin[0] || (fin[1] && f->fin[1]->time_ns < f->fin[0]->time_ns);
	narrative_owner(f, first, owner, sizeof(owner));
	if (f->closing[0] || f->closing[1]) {
		narrative_name(f, "simultaneous-close");
		narrative_say(
			f,
			"Both ends closed before the other's FIN arrived: a simultaneous close, through "
			"CLOSING.");
		return;
	}
	if (!both) {
		narrative_say(f, "%s%s closed; %s %s.", narrative_subject(f, first), owner,
			      narrative_side(f, !first),
			      f->end[first]  ? "had not until then" :
			      f->end[!first] ? "did not" :
					       "has not so far");
		return;
	}
	if (acked_apart(f, first)) {
		narrative_name(f, "four-way-teardown");
		narrative_say(
			f, "%s%s closed first: FIN, ACK, FIN, ACK, the four-way teardown, in %s.",
			narrative_subject(f, first), owner,
			narrative_span(f->fin[first]->time_ns,
				       narrative_time_at(f->fin[!first], first))
				.text);
	} else {
		narrative_name(f, "three-segment-teardown");
		narrative_say(
			f,
			"%s%s closed first; %s's FIN carried the ACK with it, so that three segments "
			"did, in %s.",
			narrative_subject(f, first), owner, narrative_side(f, !first),
			narrative_span(f->fin[first]->time_ns,
				       narrative_time_at(f->fin[!first], first))
				.text);
	}
	tell_half_close(f, first);
}

void narrative_fin_tries(struct narrative_input *f)
{
	unsigned int side,
		first = !f->fin[0] || (f->fin[1] && f->fin[1]->time_ns < f->fin[0]->time_ns);

	for (side = 0; side < 2; side++) {
		if (f->fins[side] < 2)
			continue;
		if (side != first && f->time_wait_ns[first] && !f->fin[side]->lost) {
			narrative_name(f, "lost-last-ack");
			narrative_say(
				f,
				"The last ACK was lost: %s sent its FIN %u times, and %s answered again "
				"from TIME-WAIT%s. That is what TIME-WAIT lasts 2 MSL for.",
				narrative_side(f, side), f->fins[side], narrative_side(f, first),
				f->rearms ? ", which began anew" : "");
		} else {
			if (narrative_has(f->narrative, "fin-unanswered"))
				continue;
			narrative_name(f, "fin-retransmitted");
			narrative_say(f, "%s sent its FIN %u times.", narrative_subject(f, side),
				      f->fins[side]);
		}
	}
}
