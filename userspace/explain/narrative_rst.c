// SPDX-License-Identifier: GPL-2.0
/* RSTs: whose they are, which of them ended something, and which did not. */
#include "userspace/explain/narrative_internal.h"

const struct ladder_row *milestones_newcomer(const struct milestones *m, unsigned int side,
					     uint64_t since_ns)
{
	const struct ladder_row *row;

	for (row = m->l->rows; since_ns && row < m->l->rows + m->l->count; row++)
		if (row->kind == LADDER_SEGMENT && row->from != side && !row->lost &&
		    (row->tcp_flags & (TCPTRAIL_SYN | TCPTRAIL_ACK)) == TCPTRAIL_SYN &&
		    milestone_time(row, side) > since_ns)
			return row;
	return NULL;
}

/* The RST that ended this side: the last one that came before it was CLOSED. */
static const struct ladder_row *taken_rst(const struct milestones *m, unsigned int side)
{
	const struct ladder_row *row, *last = NULL;

	for (row = m->l->rows; row < m->l->rows + m->l->count; row++)
		if (row->kind == LADDER_SEGMENT && row->from != side &&
		    row->tcp_flags & TCPTRAIL_RST && !row->lost &&
		    milestone_time(row, side) <= m->conn[side]->since_ns)
			last = row;
	return last;
}

static void tell_between(struct milestones *m, unsigned int side, const struct ladder_row *rst)
{
	if (rst && rst->foreign_netns)
		say(m,
		    "This machine sent it, in network namespace %u and in the name of no socket: a "
		    "firewall there rejects by RST.",
		    rst->foreign_netns);
	else
		say(m,
		    "A NAT, a load balancer or a firewall sends such a RST, often to what was idle "
		    "for long; or it was forged.");
	say_silence(m, m->conn[side]->since_ns);
}

/*
 * Is the RST the answer to the ACK that a SYN of the other end got? Such a RST acknowledges
 * nothing; one of a socket that is aborted does.
 */
static bool is_half_open_found(const struct milestones *m, unsigned int side,
			       const struct ladder_row *rst)
{
	const struct ladder_row *syn = milestones_newcomer(m, side, m->established_ns[side]);

	return syn && rst > syn && !syn->stray && !(rst->tcp_flags & TCPTRAIL_ACK);
}

/* The other end had closed, in whatever way, before it sent the RST. */
static bool is_answer_of_none(const struct conn *other, const struct ladder_row *rst)
{
	return other && other->end && other->end != CONN_UNSEEN && other->end != CONN_EVICTED &&
	       rst && rst->sent && rst->time_ns > other->since_ns;
}

void narrative_reset_in(struct milestones *m, unsigned int side, const struct ending *e)
{
	const struct ladder_row *rst = taken_rst(m, side);

	if (e->by == ENDING_BY_BETWEEN) {
		tell_between(m, side, rst);
	} else if (e->by == ENDING_BY_HOST) {
		return;
	} else if (is_half_open_found(m, side, rst)) {
		names(m, "half-open-found");
		say_of(m, side,
		       "& had sent a SYN with another number: it does not know this connection any more "
		       "(it has restarted, or its port is in use again), and its RST is the answer to "
		       "the ACK that its SYN got (RFC 9293, 3.5.1).");
	} else if (!m->l->sides[!side].end->here && m->refusal) {
		names(m, "syn-ack-refused");
		say_of(m, side,
		       "It answered the SYN-ACK. Why is not known from here: often & had given up "
		       "meanwhile, or the SYN was not its own but a stale duplicate, a forged one, or a "
		       "port scanner's.");
	} else if (!m->l->sides[!side].end->here) {
		say_of(m, side,
		       "Why is not known from here: often & closed with data unread, or with linger 0, "
		       "or its socket was gone; or something between sent the RST in its name.");
	} else if (is_answer_of_none(m->conn[!side], rst)) {
		say_of(m, side,
		       "& had no socket for it any more: what @ still sent was answered with RST.");
	}
}

static void name_reset(struct milestones *m, unsigned int by_side, uint8_t by)
{
	static const char *const by_names[] = { "reset reset-by-client", "reset reset-by-server" };

	names(m, by == ENDING_BY_BETWEEN ? "reset reset-between" :
		 by == ENDING_BY_HOST	 ? "reset reset-by-firewall" :
		 by == ENDING_BY_NETWORK ? "reset reset-from-network" :
					   by_names[by_side]);
}

/* Which RSTs ended it, by whom? */
static void name_resets(struct milestones *m)
{
	const struct conn_pair *pair = &m->l->pair;
	const struct conn *c;
	unsigned int i, side;

	for (i = 0; i < pair->count && !m->stray; i++) {
		c = pair->ends[i].c;
		side = c == m->conn[LADDER_LEFT] ? LADDER_LEFT : LADDER_RIGHT;
		if (c->end == CONN_RESET_OUT || (c->end == CONN_KILLED && c->flags & CONN_RST_OUT))
			name_reset(m, side, ENDING_BY_US);
		else if (c->end == CONN_RESET_IN && !ending_is_orderly(c))
			name_reset(m, !side, ending_of_end(pair, i).by);
	}
}

/*
 * Did this RST end the connection, though its receiver did something after it came? It waits
 * in the backlog where a process is in a system call meanwhile.
 */
static bool may_be_taken(const struct milestones *m, const struct ladder_row *rst)
{
	const struct conn *c = m->conn[!rst->from];
	const struct ladder_row *row;

	for (row = rst + 1; row < m->l->rows + m->l->count; row++)
		if (row->kind == LADDER_SEGMENT && row->from == rst->from && row->arrived &&
		    row->tcp_flags & TCPTRAIL_RST)
			return false;
	return ending_may_be_rst_in(c);
}

/* What its receiver did later shows that the RST did not end it: it closed, or waited on. */
static bool went_on(const struct conn *c, uint64_t came_ns)
{
	switch (c->end) {
	case CONN_LIVES:
		return true;
	case CONN_NORMAL:
	case CONN_REUSED:
	case CONN_FIN_TIMEOUT:
	case CONN_UNANSWERED:
	case CONN_UNREACHABLE:
		return c->since_ns > came_ns;
	}
	return c->fin_out_ns > came_ns || c->fin_in_ns > came_ns;
}

/*
 * By the state in which it came: each has a rule of its own for what it does not take. TIME-WAIT
 * takes the one with the number behind the FIN, if its timestamp is no old one.
 */
static const char *ignored_words(const struct milestones *m, const struct ladder_row *rst,
				 uint64_t came_ns)
{
	const struct ladder_side *sender = &m->l->sides[rst->from];
	uint64_t time_wait_ns = m->time_wait_ns[!rst->from];
	const struct conn *c = m->conn[!rst->from];

	if (time_wait_ns && came_ns >= time_wait_ns)
		return !sender->has_fin ?
			       "A RST came to @ in TIME-WAIT, which took no notice of it." :
		       rst->seq == sender->fin + 1 ?
			       "A RST with the right number came to @ in TIME-WAIT, which took no "
			       "notice of it: net.ipv4.tcp_rfc1337 is set, or its timestamp was old." :
			       "A RST came to @ in TIME-WAIT, which took no notice of it: it had "
			       "another number.";
	if (!c->established_us || came_ns < c->begun_ns + c->established_us * US)
		return "A RST came to @ before it was established, and was not taken.";
	return "A RST came to @, which took no notice of it (RFC 5961) and went on.";
}

/* A RST that came, and after which its receiver went on: to close, or to live. */
static void tell_ignored(struct milestones *m)
{
	const struct ladder_row *row;
	const struct conn *c;
	uint64_t came_ns;

	for (row = m->l->rows; row < m->l->rows + m->l->count && !m->l->conversation->lossy;
	     row++) {
		c = m->conn[!row->from];
		came_ns = milestone_time(row, !row->from);
		if (row->kind != LADDER_SEGMENT || !(row->tcp_flags & TCPTRAIL_RST) || row->lost ||
		    !row->arrived || !c || c->begun_ns > came_ns || !went_on(c, came_ns) ||
		    may_be_taken(m, row))
			continue;
		names(m, "rst-ignored");
		say_of(m, !row->from, ignored_words(m, row, came_ns));
		if (row->stray)
			say_of(m, row->from, "@ did not send it: it was forged, or old.");
		return;
	}
}

/* What answered the SYN was no SYN-ACK, but the ACK of an older connection. */
static void tell_half_open(struct milestones *m)
{
	if (!m->old_refused)
		return;
	names(m, "half-open-found");
	say(m,
	    "The client's RST answered a segment that acknowledges what it had not sent: of an older "
	    "connection of the same ends, which the server still had (half-open, and found so: "
	    "RFC 9293, 3.5.1), or a forged one.");
}

/* The answer to its SYN came when the client had given up. */
static void tell_late_answer(struct milestones *m)
{
	const struct conn *client = m->conn[LADDER_LEFT];

	if (!m->refusal || !client || !client->end || client->since_ns > m->refusal->time_ns)
		return;
	names(m, "late-syn-ack");
	say(m,
	    "The SYN-ACK came %s later, and was refused with RST: there was no socket for it any "
	    "more.",
	    span(client->since_ns, m->refusal->time_ns).text);
}

/* A SYN that came inside a connection that goes on, and got a challenge ACK. */
static void tell_ignored_syn(struct milestones *m, unsigned int side)
{
	const struct ladder_row *syn = milestones_newcomer(m, side, m->established_ns[side]);
	const struct conn *c = m->conn[side];

	if (!syn || m->stray || !c || ending_may_be_rst_in(c) ||
	    (c->end && milestone_time(syn, side) >= c->since_ns) ||
	    (m->time_wait_ns[side] && milestone_time(syn, side) >= m->time_wait_ns[side]))
		return;
	names(m, "syn-ignored");
	say_of(m, side,
	       "A SYN came to @ inside the connection. Such a SYN ends nothing: it is answered with "
	       "an ACK (RFC 5961, 4.2).");
}

void narrative_rst(struct milestones *m)
{
	name_resets(m);
	tell_ignored(m);
	tell_ignored_syn(m, LADDER_LEFT);
	tell_ignored_syn(m, LADDER_RIGHT);
	tell_half_open(m);
	tell_late_answer(m);
}

void narrative_rst_in_time_wait(struct milestones *m, unsigned int side)
{
	const struct conn *other = m->conn[!side];
	const struct ladder_row *rst;

	if (milestones_newcomer(m, side, m->time_wait_ns[side])) {
		names(m, "time-wait-cleared");
		say_of(m, side,
		       "The RST of & was the answer to the ACK that its new SYN had got from TIME-WAIT, "
		       "and cleared the way for the new connection.");
		return;
	}
	names(m, "time-wait-assassination");
	say(m,
	    "That is an assassination: old duplicates that still come may now be taken for a later "
	    "connection's; net.ipv4.tcp_rfc1337=1 would have ignored the RST.");
	rst = other && other->end ? milestones_rst(m, !side, other->since_ns) : NULL;
	if (rst && rst->sent && m->rearms)
		say_of(m, side,
		       "The RST is the answer of & to an ACK from TIME-WAIT: something old had come and "
		       "was acknowledged, and & knew nothing of it any more.");
}
