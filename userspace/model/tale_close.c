// SPDX-License-Identifier: GPL-2.0
/* How it was closed, and what was left of it. */
#include "userspace/model/tale_internal.h"

#define HALF_CLOSE_NS 50000000ULL /* worth a name from here */

void tale_reset(struct tale_facts *f)
{
	unsigned int from;
	char owner[40];

	if (!f->rst || f->refused || tale_has(f->tale, "stale-duplicate-syn"))
		return;
	from = f->rst->from;
	tale_name(f, "reset");
	tale_name(f, from == LADDER_LEFT ? "reset-by-client" : "reset-by-server");
	tale_owner(f, from, owner, sizeof(owner));
	if (f->fin[!from] && !f->fin[from])
		tale_say(
			f,
			"%s%s answered the other end's FIN, or what it sent after it, with RST: it was "
			"closed with data unread, or its process was gone.",
			tale_subject(f, from), owner);
	else
		tale_say(
			f,
			"%s%s ended it with RST: closed with data unread or with linger 0, or data came "
			"for a socket that nobody held any more.",
			tale_subject(f, from), owner);
}

/* Was the first FIN acknowledged by a segment of its own before the second one? */
static bool acked_apart(const struct tale_facts *f, unsigned int first)
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

static void tell_half_close(struct tale_facts *f, unsigned int first)
{
	uint64_t begin = tale_time_at(f->fin[first], !first),
		 end = tale_time_at(f->fin[!first], !first);

	if (f->l->sides[!first].end->here && f->close_wait_ns[!first])
		begin = f->close_wait_ns[!first];
	else
		end = tale_time_at(f->fin[!first], first);
	if (end <= begin || end - begin < HALF_CLOSE_NS)
		return;
	tale_name(f, "half-close");
	tale_say(f, "For %s it was half closed: %s could still send.", tale_span(begin, end).text,
		 tale_side(f, !first));
}

void tale_close(struct tale_facts *f)
{
	bool both = f->fin[0] && f->fin[1];
	unsigned int first;
	char owner[40];

	if (!f->fin[0] && !f->fin[1])
		return;
	first = !f->fin[0] || (f->fin[1] && f->fin[1]->time_ns < f->fin[0]->time_ns);
	tale_owner(f, first, owner, sizeof(owner));
	if (f->closing[0] || f->closing[1]) {
		tale_name(f, "simultaneous-close");
		tale_say(
			f,
			"Both ends closed before the other's FIN arrived: a simultaneous close, through "
			"CLOSING.");
		return;
	}
	if (!both) {
		tale_say(f, "%s%s closed; %s has not%s.", tale_subject(f, first), owner,
			 tale_side(f, !first), f->rst ? ", it was reset" : " so far");
		return;
	}
	if (acked_apart(f, first)) {
		tale_name(f, "four-way-teardown");
		tale_say(
			f, "%s%s closed first: FIN, ACK, FIN, ACK, the four-way teardown, in %s.",
			tale_subject(f, first), owner,
			tale_span(f->fin[first]->time_ns, tale_time_at(f->fin[!first], first)).text);
	} else {
		tale_name(f, "three-segment-teardown");
		tale_say(
			f,
			"%s%s closed first; %s's FIN carried the ACK with it, so that three segments "
			"did, in %s.",
			tale_subject(f, first), owner, tale_side(f, !first),
			tale_span(f->fin[first]->time_ns, tale_time_at(f->fin[!first], first)).text);
	}
	tell_half_close(f, first);
}

void tale_fin_tries(struct tale_facts *f)
{
	unsigned int side,
		first = !f->fin[0] || (f->fin[1] && f->fin[1]->time_ns < f->fin[0]->time_ns);

	for (side = 0; side < 2; side++) {
		if (f->fins[side] < 2)
			continue;
		if (side != first && f->time_wait_ns[first] && !f->fin[side]->lost) {
			tale_name(f, "lost-last-ack");
			tale_say(
				f,
				"The last ACK was lost: %s sent its FIN %u times, and %s answered again "
				"from TIME-WAIT%s. That is what TIME-WAIT lasts 2 MSL for.",
				tale_side(f, side), f->fins[side], tale_side(f, first),
				f->rearms ? ", which began anew" : "");
		} else {
			tale_name(f, "fin-retransmitted");
			tale_say(f, "%s sent its FIN %u times.", tale_subject(f, side),
				 f->fins[side]);
		}
	}
}

void tale_rest(struct tale_facts *f)
{
	unsigned int side;
	const struct ladder_row *end;

	for (side = 0; side < 2; side++) {
		end = f->end[side];
		if (f->time_wait_ns[side]) {
			if (!end)
				tale_say(f, "%s is in TIME-WAIT.", tale_subject(f, side));
			else if (end->why == LADDER_WHY_REUSED)
				tale_say(f,
					 "%s's TIME-WAIT made room for a new connection after %s.",
					 tale_subject(f, side),
					 tale_span(f->time_wait_ns[side], end->time_ns).text);
			else
				tale_say(f, "%s was in TIME-WAIT for %s.", tale_subject(f, side),
					 tale_span(f->time_wait_ns[side], tale_time_at(end, side))
						 .text);
			if (end && end->why == LADDER_WHY_REUSED)
				tale_name(f, "time-wait-reuse");
		} else if (end && end->why == LADDER_WHY_FIN_TIMEOUT) {
			tale_name(f, "fin-wait2-timeout");
			tale_say(
				f,
				"%s waited for the other's FIN in vain; the kernel dropped what nobody held "
				"any more (net.ipv4.tcp_fin_timeout).",
				tale_subject(f, side));
		} else if (end && end->why == LADDER_WHY_GAVE_UP && f->established_ns[side]) {
			tale_name(f, "timed-out");
			tale_say(f, "%s gave up: what it sent was not acknowledged.",
				 tale_subject(f, side));
		} else if (end && end->why == LADDER_WHY_UNREACHABLE) {
			tale_name(f, "unreachable");
			tale_say(f,
				 "%s was told that the other cannot be reached (by ICMP, or no "
				 "neighbour has the address).",
				 tale_subject(f, side));
		} else if (end && end->why == LADDER_WHY_KILLED) {
			tale_name(f, "killed");
			tale_say(f, "%s's socket was destroyed from outside (ss -K).",
				 tale_subject(f, side));
		}
	}
}
