// SPDX-License-Identifier: GPL-2.0
/*
 * How it ended, by whom and why: conn/ending.h's judgement, and what there is to say beside
 * by what is on record. What is not on record is said to be unknown.
 */
#include <stdio.h>

#include "userspace/base/address.h"
#include "userspace/base/array.h"
#include "userspace/explain/ending_words.h"
#include "userspace/explain/narrative_internal.h"

/**
 * struct detail - what goes with an ending
 * @how: enum conn_end
 * @why: enum conn_why
 * @names: what it is called
 * @text: a sentence, or NULL: '@' is the end that it is told of, '&' the other one
 */
struct detail {
	uint8_t how;
	uint8_t why;
	const char *names[2];
	const char *text;
};

static const struct detail details[] = {
	{ CONN_REFUSED, CONN_WHY_UNTOLD, { "refused" }, NULL },
	{ CONN_REFUSED,
	  CONN_WHY_ICMP,
	  { "refused", "rejected-by-icmp" },
	  "The error is ECONNREFUSED, but no RST came: a firewall that rejects sends such an ICMP "
	  "port unreachable." },
	{ CONN_UNREACHABLE,
	  CONN_WHY_SYN,
	  { "syn-unanswered", "unreachable" },
	  "@ was told that the other end cannot be reached: by ICMP, or because no neighbour has "
	  "the address." },
	{ CONN_ABANDONED,
	  CONN_WHY_UNTOLD,
	  { "syn-unanswered", "abandoned" },
	  "Its process closed the socket before an answer came." },
	{ CONN_UNANSWERED, CONN_WHY_SYN, { "syn-unanswered" }, NULL },
	{ CONN_UNANSWERED,
	  CONN_WHY_SYN_ACK,
	  { "request-expired" },
	  "@ forgot the request, as if the SYN had never come." },
	{ CONN_UNANSWERED,
	  CONN_WHY_KEEPALIVE,
	  { "timed-out", "keepalive-timeout" },
	  "It gave up (ETIMEDOUT) with nothing unacknowledged: it was idle, and its keepalive "
	  "probes (SO_KEEPALIVE) went unanswered." },
	{ CONN_UNANSWERED,
	  CONN_WHY_USER_TIMEOUT,
	  { "timed-out", "user-timeout" },
	  "The application had set how long it would wait (ETIMEDOUT)." },
	{ CONN_UNANSWERED,
	  CONN_WHY_WINDOW,
	  { "timed-out", "window-probes-exhausted" },
	  "Nothing was retransmitted (ETIMEDOUT): what waited did so for the other end's window "
	  "to open." },
	{ CONN_UNANSWERED,
	  CONN_WHY_DATA,
	  { "timed-out", "retransmissions-exhausted" },
	  "Nothing came back (ETIMEDOUT, net.ipv4.tcp_retries2)." },
	{ CONN_UNANSWERED,
	  CONN_WHY_FIN,
	  { "timed-out", "fin-unanswered" },
	  "The kernel gave up what nobody held any more (net.ipv4.tcp_orphan_retries)." },
	{ CONN_UNREACHABLE, CONN_WHY_DATA, { "timed-out", "retransmissions-exhausted" }, NULL },
	{ CONN_UNREACHABLE, CONN_WHY_WINDOW, { "timed-out", "window-probes-exhausted" }, NULL },
	{ CONN_UNREACHABLE, CONN_WHY_KEEPALIVE, { "timed-out", "keepalive-timeout" }, NULL },
	{ CONN_UNREACHABLE, CONN_WHY_FIN, { "timed-out", "fin-unanswered" }, NULL },
	{ CONN_RESET_OUT,
	  CONN_WHY_UNREAD,
	  { "aborted-unread" },
	  "Such a close sends RST instead of FIN, and what & has not read yet may be lost." },
	{ CONN_RESET_OUT,
	  CONN_WHY_ABORTED,
	  { "aborted-linger" },
	  "Nothing was unread: such a close sends RST instead of FIN." },
	{ CONN_RESET_OUT,
	  CONN_WHY_LINGER,
	  { "aborted-linger" },
	  "Nothing was unread: such a close sends RST instead of FIN." },
	{ CONN_RESET_OUT, CONN_WHY_DISCONNECT, { "aborted-disconnect" }, NULL },
	{ CONN_RESET_OUT,
	  CONN_WHY_LATE_DATA,
	  { "data-after-close" },
	  "& still sent data: nobody was there to read it, so the kernel answered with RST." },
	{ CONN_RESET_OUT,
	  CONN_WHY_UNACCEPTED,
	  { NULL },
	  "The kernel resets those that wait in the queue of a listener when it is closed." },
	{ CONN_RESET_OUT, CONN_WHY_UNTOLD, { NULL }, "Why is not on record." },
	{ CONN_FIN_TIMEOUT,
	  CONN_WHY_UNTOLD,
	  { "fin-wait2-timeout" },
	  "The kernel dropped what nobody held any more (net.ipv4.tcp_fin_timeout)." },
	{ CONN_KILLED, CONN_WHY_UNTOLD, { "killed" }, NULL },
	{ CONN_NETNS_GONE, CONN_WHY_UNTOLD, { "netns-gone" }, NULL },
};

static void tell_detail(struct facts *f, unsigned int side, const struct ending *e)
{
	const struct detail *d;

	for (d = details; d < details + ARRAY_SIZE(details); d++) {
		if (d->how != e->how || d->why != e->why)
			continue;
		if (d->names[0])
			name(f, d->names[0]);
		if (d->names[1])
			name(f, d->names[1]);
		if (d->text)
			say_of(f, side, d->text);
	}
}

static unsigned int side_of(const struct facts *f, const struct conn *c)
{
	return c == f->conn[LADDER_LEFT] ? LADDER_LEFT : LADDER_RIGHT;
}

/* The handshake came to nothing: what may have been the cause. */
static void tell_failed(struct facts *f, const struct ending *e)
{
	const struct conversation_end *server = f->l->sides[LADDER_RIGHT].end;
	char address[ENDPOINT_MAX + 1];
	bool arrived;

	*put_endpoint(address, server->address, server->port) = '\0';
	if (e->how == CONN_REFUSED && e->why == CONN_WHY_UNTOLD) {
		if (e->by == ENDING_BY_BETWEEN)
			return;
		say(f, "Nobody listens at %s, or a firewall %s rejects it by RST.", address,
		    server->here ? "there" : "on the way");
	} else if (e->how == CONN_UNANSWERED && e->why == CONN_WHY_SYN) {
		arrived = e->evidence & EVIDENCE_SYN_ARRIVED;
		name(f, arrived ? "syn-arrived" : "filtered");
		say(f,
		    arrived ?
			    "The SYN did arrive at the server's host, which did not answer: a full "
			    "queue of the listener does that, or a wrong MD5 or AO key. Which one "
			    "is not known from here." :
			    "Not even a RST or ICMP came back. Whether a filter dropped the SYN "
			    "silently, or the host is down, is not known from here.");
	}
}

/* Data is not on record: something may have come after the last step that is. */
static void tell_silence(struct facts *f, const struct conn *c)
{
	const struct ladder_row *row, *last = NULL;

	for (row = f->l->rows; row < f->l->rows + f->l->count; row++)
		if (row->time_ns < c->since_ns && row->kind == LADDER_SEGMENT && !row->probe &&
		    !row->again && !(row->tcp_flags & TCPTRAIL_RST))
			last = row;
	if (last)
		say(f, "The last step on record before that was %s earlier.",
		    span(last->time_ns, c->since_ns).text);
}

/* An end that gave up on an established connection: after what. */
static void tell_given_up(struct facts *f, unsigned int side, const struct conn *c)
{
	const struct ladder_row *row;

	if (f->retransmits[side])
		say(f, "It gave up after %u retransmission%s in a row.", f->retransmits[side],
		    f->retransmits[side] == 1 ? "" : "s");
	if (f->fin[side] && f->fins[side] && c->why == CONN_WHY_FIN)
		say(f, "The FIN was sent %s in %s.", times(f->fins[side]).text,
		    span(f->fin[side]->time_ns, c->since_ns).text);
	if (f->probes[side] && c->why == CONN_WHY_KEEPALIVE)
		say(f, "%u of the probes %s on record.", f->probes[side],
		    f->probes[side] == 1 ? "is" : "are");
	for (row = f->l->rows; row < f->l->rows + f->l->count; row++) {
		if (row->kind != LADDER_SEGMENT || row->from != side ||
		    !(row->tcp_flags & TCPTRAIL_RST) || row->time_ns > c->since_ns)
			continue;
		say(f, "It said so with a RST%s.", row->lost ? ", which was lost, too" : "");
		break;
	}
	if (c->why != CONN_WHY_FIN)
		tell_silence(f, c);
}

/* Who reset this end, and what is known of why. */
static void tell_reset_in(struct facts *f, unsigned int side, const struct conn *c,
			  const struct ending *e)
{
	const struct conn *other = f->conn[!side];

	if (e->by == ENDING_BY_BETWEEN) {
		say(f,
		    "A NAT, a load balancer or a firewall sends such a RST, often to what was idle for "
		    "long; or it was forged.");
		tell_silence(f, c);
	} else if (e->by == ENDING_BY_HOST) {
		return;
	} else if (!f->l->sides[!side].end->here && f->refusal) {
		name(f, "syn-ack-refused");
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

static bool is_established(const struct conn *c)
{
	return c->state != TCPTRAIL_SYN_SENT && c->state != TCPTRAIL_NEW_SYN_RECV &&
	       c->state != TCPTRAIL_SYN_RECV;
}

/* One ending: the sentence, its names, and what else there is to say. */
static void tell_ending(struct facts *f, const struct conn_pair *pair, const char *before)
{
	unsigned int i, side;
	struct ending e = ending_of_pair(pair, &i);
	const struct conn *c = pair->ends[i].c;

	side = side_of(f, c);
	say_ending(f, pair, before);
	if (!is_established(c) && f->syn[LADDER_LEFT])
		say(f, "That was %s after the first SYN.",
		    span(f->syn[LADDER_LEFT]->time_ns, c->since_ns).text);
	tell_detail(f, side, &e);
	if (e.how == CONN_RESET_IN)
		tell_reset_in(f, side, c, &e);
	else if (!is_established(c))
		tell_failed(f, &e);
	else if (e.how == CONN_UNANSWERED || e.how == CONN_UNREACHABLE)
		tell_given_up(f, side, c);
	if (e.how == CONN_RESET_OUT && c->unacked)
		say(f, "%u bytes that were not acknowledged went with it.", c->unacked);
}

static bool is_told_by_close(const struct conn *c)
{
	return c->end == CONN_NORMAL || c->end == CONN_REUSED || ending_is_after_close(c);
}

/* Does the other end have a story of its own, and no mere consequence? */
static bool has_own_ending(const struct conn *c)
{
	return c->end && !is_told_by_close(c) && c->end != CONN_RESET_IN &&
	       c->end != CONN_REFUSED && c->end != CONN_UNSEEN && c->end != CONN_EVICTED;
}

/* Which RST ended it, by whom? */
static void name_resets(struct facts *f)
{
	static const char *const by_side[] = { "reset-by-client", "reset-by-server" };
	const struct conn *c, *other;
	unsigned int side;
	uint8_t by;

	for (side = 0; side < 2; side++) {
		c = f->conn[side];
		other = f->l->pair.apart ? NULL : f->conn[!side];
		if (!c || is_told_by_close(c) || narrative_has(f->narrative, "stale-duplicate-syn"))
			continue;
		by = ending_beside(c, other).by;
		if (c->end == CONN_RESET_OUT ||
		    (c->end == CONN_KILLED && c->flags & CONN_RST_OUT)) {
			name(f, "reset");
			name(f, by_side[side]);
		} else if (c->end == CONN_RESET_IN) {
			name(f, "reset");
			name(f, by == ENDING_BY_BETWEEN ? "reset-between" :
				by == ENDING_BY_HOST	? "reset-by-firewall" :
							  by_side[!side]);
		}
	}
}

/* A RST that came, and after which its receiver went on. */
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
		name(f, "rst-ignored");
		say_of(f, !row->from,
		       "A RST came to @, which took no notice of it (RFC 5961) and went on.");
		if (!row->sent && f->l->sides[row->from].end->here)
			say_of(f, row->from, "@ did not send it: it was forged, or old.");
		return;
	}
}

/* The answer to its SYN came when the client had given up. */
static void tell_late_answer(struct facts *f)
{
	const struct conn *client = f->conn[LADDER_LEFT];

	if (!f->refusal || !client || !client->end || client->since_ns > f->refusal->time_ns)
		return;
	name(f, "late-syn-ack");
	say(f,
	    "The SYN-ACK came %s later, and was refused with RST: there was no socket for it any "
	    "more.",
	    span(client->since_ns, f->refusal->time_ns).text);
}

/* Its FIN went to an end that had given up, or been dropped, before. */
static void tell_too_late(struct facts *f, unsigned int side)
{
	const struct conn *c = f->conn[side], *other = f->conn[!side];
	char who[40];

	if (!f->fin[side] || !other || !other->end || other->since_ns >= f->fin[side]->time_ns)
		return;
	say(f, "%s%s closed %s after %s was gone%s.", subject(f, side), owner(f, side, who),
	    span(other->since_ns, f->fin[side]->time_ns).text, side_name(f, !side),
	    c && c->end == CONN_RESET_IN ? ", and was answered with RST" : "");
}

/* A SYN that came while this side was in TIME-WAIT. */
static bool has_newcomer(const struct facts *f, unsigned int side)
{
	const struct ladder_row *row;

	for (row = f->l->rows; row < f->l->rows + f->l->count; row++)
		if (row->kind == LADDER_SEGMENT && row->from != side &&
		    (row->tcp_flags & (TCPTRAIL_SYN | TCPTRAIL_ACK)) == TCPTRAIL_SYN &&
		    facts_time(row, side) >= f->time_wait_ns[side])
			return true;
	return false;
}

static void tell_rst_in_time_wait(struct facts *f, unsigned int side)
{
	const struct conn *other = f->conn[!side];

	if (has_newcomer(f, side)) {
		name(f, "time-wait-cleared");
		say_of(f, side,
		       "A new SYN of &, older by its number or timestamp, had been answered with an ACK "
		       "from TIME-WAIT; the RST of & was the answer to that, and cleared the way for "
		       "the new connection.");
		return;
	}
	name(f, "time-wait-assassination");
	say(f,
	    "That is an assassination: old duplicates that still come may now be taken for a later "
	    "connection's; net.ipv4.tcp_rfc1337=1 would have ignored the RST.");
	if (other && other->end && f->rearms)
		say_of(f, side,
		       "The RST is the answer of & to an ACK from TIME-WAIT: something old had come and "
		       "was acknowledged, and & knew nothing of it any more.");
}

static void tell_time_wait(struct facts *f, unsigned int side)
{
	const struct conn *c = f->conn[side];
	const struct ladder_row *end = f->end[side];
	bool by_syn;

	if (!end) {
		say(f, "%s is in TIME-WAIT.", subject(f, side));
		return;
	}
	say(f, "%s was in TIME-WAIT for %s.", subject(f, side),
	    span(f->time_wait_ns[side], facts_time(end, side)).text);
	if (c && c->end == CONN_RESET_IN) {
		tell_rst_in_time_wait(f, side);
	} else if (c && c->end == CONN_REUSED) {
		by_syn = end->why == LADDER_WHY_SYN;
		name(f, "time-wait-reuse");
		name(f, by_syn ? "reuse-by-syn" : "reuse-by-connect");
		say(f,
		    by_syn ?
			    "A SYN of the same two ends came, newer by its number or timestamp." :
			    "A connect() here took its port again (net.ipv4.tcp_tw_reuse, or a port "
			    "that was asked for).");
	} else if (c && c->end == CONN_KILLED) {
		name(f, "killed");
	} else if (c && c->end == CONN_NETNS_GONE) {
		name(f, "netns-gone");
	}
}

/* Only segments of no connection are on record: a SYN that was refused here. */
static void tell_unmatched(struct facts *f)
{
	const struct conversation_end *server = f->l->sides[LADDER_RIGHT].end;
	char address[ENDPOINT_MAX + 1];
	const struct ladder_row *row;

	*put_endpoint(address, server->address, server->port) = '\0';
	for (row = f->l->rows; row < f->l->rows + f->l->count; row++) {
		if (row->kind != LADDER_SEGMENT || row->from != LADDER_RIGHT ||
		    !(row->tcp_flags & TCPTRAIL_RST) || !f->syn[LADDER_LEFT] || f->synack)
			continue;
		name(f, "refused");
		say(f,
		    "Refused: a RST answered the SYN. Nobody listens at %s, or a firewall %s "
		    "rejects it by RST.",
		    address, server->here ? "there" : "on the way");
		return;
	}
}

void narrative_end(struct facts *f)
{
	const struct conn_pair *pair = &f->l->pair;
	const struct conn *c, *teller;
	struct conn_pair one;
	struct ending e;
	unsigned int i;

	if (!pair->count) {
		tell_unmatched(f);
		return;
	}
	e = ending_of_pair(pair, &i);
	teller = pair->ends[i].c;
	tell_ignored(f);
	if (e.how != CONN_LIVES && !is_told_by_close(teller))
		tell_ending(f, pair, "");
	for (i = 0; i < pair->count; i++) {
		c = pair->ends[i].c;
		if (c == teller || !has_own_ending(c))
			continue;
		conn_pair_of(&one, c, NULL, f->last_ns);
		tell_ending(f, &one, e.how == CONN_LIVES ? "" : "later ");
		if (e.how == CONN_LIVES)
			say_of(f, side_of(f, teller), "@ lives on, and knows nothing of it.");
	}
	name_resets(f);
	tell_late_answer(f);
	for (i = 0; i < 2; i++)
		tell_too_late(f, i);
	for (i = 0; i < 2; i++)
		if (f->time_wait_ns[i])
			tell_time_wait(f, i);
}
