// SPDX-License-Identifier: GPL-2.0
/* RSTs: whose they are, which of them ended something, and which did not. */
#include "userspace/explain/narrative_internal.h"

const struct ladder_row *facts_newcomer(const struct facts *f, unsigned int side)
{
	const struct ladder_row *row;

	for (row = f->l->rows; row < f->l->rows + f->l->count; row++)
		if (row->kind == LADDER_SEGMENT && row->from != side && !row->lost &&
		    (row->tcp_flags & (TCPTRAIL_SYN | TCPTRAIL_ACK)) == TCPTRAIL_SYN &&
		    f->established_ns[side] && facts_time(row, side) > f->established_ns[side])
			return row;
	return NULL;
}

static void tell_between(struct facts *f, unsigned int side)
{
	const struct ladder_row *rst = facts_rst(f, !side, f->conn[side]->begun_ns);

	if (rst && rst->foreign_netns)
		say(f,
		    "This machine sent it, in network namespace %u and in the name of no socket: a "
		    "firewall there rejects by RST.",
		    rst->foreign_netns);
	else
		say(f,
		    "A NAT, a load balancer or a firewall sends such a RST, often to what was idle "
		    "for long; or it was forged.");
	say_silence(f, f->conn[side]->since_ns);
}

void narrative_reset_in(struct facts *f, unsigned int side, const struct ending *e)
{
	const struct conn *c = f->conn[side], *other = f->conn[!side];

	if (e->by == ENDING_BY_BETWEEN) {
		tell_between(f, side);
	} else if (e->by == ENDING_BY_HOST) {
		return;
	} else if (facts_newcomer(f, side)) {
		names(f, "half-open-found");
		say_of(f, side,
		       "& had sent a SYN with another number: it does not know this connection any more "
		       "(it has restarted, or its port is in use again), and its RST is the answer to "
		       "the ACK that its SYN got (RFC 9293, 3.5.1).");
	} else if (!f->l->sides[!side].end->here && f->refusal) {
		names(f, "syn-ack-refused");
		say_of(f, side,
		       "& refused the SYN-ACK. Why is not known from here: it had given up meanwhile, or "
		       "the SYN was not its own but a stale duplicate, a forged one, or a port "
		       "scanner's.");
	} else if (!f->l->sides[!side].end->here) {
		say_of(f, side,
		       "Why, only the host of & knows: closed with data unread, or with linger 0, or the "
		       "socket was gone.");
	} else if (other && other->end && other->since_ns < c->since_ns) {
		say_of(f, side,
		       "& had no socket for it any more: what @ still sent was answered with RST.");
	}
}

static void name_reset(struct facts *f, unsigned int by_side, uint8_t by)
{
	static const char *const by_names[] = { "reset reset-by-client", "reset reset-by-server" };

	names(f, by == ENDING_BY_BETWEEN ? "reset reset-between" :
		 by == ENDING_BY_HOST	 ? "reset reset-by-firewall" :
					   by_names[by_side]);
}

/* Which RSTs ended it, by whom? */
static void name_resets(struct facts *f)
{
	const struct conn_pair *pair = &f->l->pair;
	const struct conn *c;
	unsigned int i, side;

	for (i = 0; i < pair->count && !f->stray; i++) {
		c = pair->ends[i].c;
		side = c == f->conn[LADDER_LEFT] ? LADDER_LEFT : LADDER_RIGHT;
		if (c->end == CONN_RESET_OUT || (c->end == CONN_KILLED && c->flags & CONN_RST_OUT))
			name_reset(f, side, ENDING_BY_US);
		else if (c->end == CONN_RESET_IN && !facts_is_orderly(c))
			name_reset(f, !side, ending_of_end(pair, i).by);
	}
}

/* A RST that came, and after which its receiver went on: to close, or to live. */
static void tell_ignored(struct facts *f)
{
	const struct ladder_row *row;
	const struct conn *c;
	uint64_t came_ns;

	for (row = f->l->rows; row < f->l->rows + f->l->count; row++) {
		c = f->conn[!row->from];
		came_ns = facts_time(row, !row->from);
		if (row->kind != LADDER_SEGMENT || !(row->tcp_flags & TCPTRAIL_RST) || row->lost ||
		    !row->arrived || !c || c->begun_ns > came_ns ||
		    (c->end && c->fin_out_ns <= came_ns && c->fin_in_ns <= came_ns))
			continue;
		names(f, "rst-ignored");
		say_of(f, !row->from,
		       "A RST came to @, which took no notice of it (RFC 5961) and went on.");
		if (!row->sent && f->l->sides[row->from].end->here)
			say_of(f, row->from, "@ did not send it: it was forged, or old.");
		return;
	}
}

/* What answered the SYN was no SYN-ACK, but the ACK of an older connection. */
static void tell_half_open(struct facts *f)
{
	if (!f->old_refused)
		return;
	names(f, "half-open-found");
	say(f,
	    "The client's RST answered an ACK of an older connection of the same ends, which the "
	    "server still had: half-open, and found so (RFC 9293, 3.5.1).");
}

/* The answer to its SYN came when the client had given up. */
static void tell_late_answer(struct facts *f)
{
	const struct conn *client = f->conn[LADDER_LEFT];

	if (!f->refusal || !client || !client->end || client->since_ns > f->refusal->time_ns)
		return;
	names(f, "late-syn-ack");
	say(f,
	    "The SYN-ACK came %s later, and was refused with RST: there was no socket for it any "
	    "more.",
	    span(client->since_ns, f->refusal->time_ns).text);
}

void narrative_rst(struct facts *f)
{
	name_resets(f);
	tell_ignored(f);
	tell_half_open(f);
	tell_late_answer(f);
}

void narrative_rst_in_time_wait(struct facts *f, unsigned int side)
{
	const struct conn *other = f->conn[!side];

	if (facts_newcomer(f, side)) {
		names(f, "time-wait-cleared");
		say_of(f, side,
		       "The RST of & was the answer to the ACK that its new SYN had got from TIME-WAIT, "
		       "and cleared the way for the new connection.");
		return;
	}
	names(f, "time-wait-assassination");
	say(f,
	    "That is an assassination: old duplicates that still come may now be taken for a later "
	    "connection's; net.ipv4.tcp_rfc1337=1 would have ignored the RST.");
	if (other && other->end && f->rearms)
		say_of(f, side,
		       "The RST is the answer of & to an ACK from TIME-WAIT: something old had come and "
		       "was acknowledged, and & knew nothing of it any more.");
}
