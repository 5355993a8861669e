// SPDX-License-Identifier: GPL-2.0
/*
 * How it ended, by whom and why: conn/ending.h's judgement, and what there is to say beside
 * by what is on record. What is not on record is said to be unknown.
 */
#include <stdio.h>

#include "userspace/base/address.h"
#include "userspace/base/array.h"
#include "userspace/base/names.h"
#include "userspace/base/number.h"
#include "userspace/explain/narrative_internal.h"

/**
 * struct detail - what goes with an ending
 * @how: enum conn_end
 * @why: enum conn_why
 * @names: what it is called, with spaces between
 * @text: a sentence, or NULL: '@' is the end that it is told of, '&' the other one
 */
struct detail {
	uint8_t how;
	uint8_t why;
	const char *names;
	const char *text;
};

#define INSTEAD_OF_FIN "such a close sends RST instead of FIN"

static const struct detail details[] = {
	{ CONN_REFUSED, CONN_WHY_UNTOLD, "refused", NULL },
	{ CONN_REFUSED, CONN_WHY_ICMP, "refused rejected-by-icmp",
	  "The error is ECONNREFUSED, but no RST came: a firewall that rejects sends such ICMP." },
	{ CONN_UNREACHABLE, CONN_WHY_SYN, "syn-unanswered unreachable",
	  "@ was told that the other end cannot be reached: by ICMP, or by its own machine, which "
	  "had no route or found no neighbour with the address." },
	{ CONN_ABANDONED, CONN_WHY_UNTOLD, "syn-unanswered abandoned", NULL },
	{ CONN_ABANDONED, CONN_WHY_CLOSED, "syn-unanswered abandoned",
	  "Its process closed the socket before an answer came." },
	{ CONN_ABANDONED, CONN_WHY_DISCONNECT, "syn-unanswered abandoned",
	  "Its process disconnected the socket before an answer came: by connect() to AF_UNSPEC, "
	  "or by shutdown()." },
	{ CONN_UNANSWERED, CONN_WHY_SYN, "syn-unanswered", NULL },
	{ CONN_UNANSWERED, CONN_WHY_SYN_ACK, "request-expired", NULL },
	{ CONN_UNANSWERED, CONN_WHY_DEFERRED, "request-expired", NULL },
	{ CONN_UNANSWERED, CONN_WHY_KEEPALIVE, "timed-out keepalive-timeout",
	  "It gave up (ETIMEDOUT) with nothing unacknowledged: it was idle, and no answer to "
	  "its keepalive probes (SO_KEEPALIVE) came." },
	{ CONN_UNANSWERED, CONN_WHY_USER_TIMEOUT, "timed-out user-timeout",
	  "The application had set how long it would wait (ETIMEDOUT)." },
	{ CONN_UNANSWERED, CONN_WHY_WINDOW, "timed-out window-probes-exhausted",
	  "Nothing was retransmitted (ETIMEDOUT): what waited did so for the other end's window "
	  "to open." },
	{ CONN_UNANSWERED, CONN_WHY_DATA, "timed-out retransmissions-exhausted",
	  "No acknowledgement of them came (ETIMEDOUT; net.ipv4.tcp_retries2, or "
	  "tcp_orphan_retries where no process held the socket)." },
	{ CONN_UNANSWERED, CONN_WHY_UNSENT, "timed-out unsent", NULL },
	{ CONN_UNANSWERED, CONN_WHY_FIN, "timed-out fin-unanswered", NULL },
	{ CONN_UNREACHABLE, CONN_WHY_SYN_ACK, "unreachable", NULL },
	{ CONN_UNREACHABLE, CONN_WHY_DATA, "unreachable timed-out retransmissions-exhausted",
	  NULL },
	{ CONN_UNREACHABLE, CONN_WHY_WINDOW, "unreachable timed-out window-probes-exhausted",
	  NULL },
	{ CONN_UNREACHABLE, CONN_WHY_UNSENT, "unreachable timed-out unsent", NULL },
	{ CONN_UNREACHABLE, CONN_WHY_KEEPALIVE, "unreachable timed-out keepalive-timeout", NULL },
	{ CONN_UNREACHABLE, CONN_WHY_FIN, "unreachable timed-out fin-unanswered", NULL },
	{ CONN_RESET_OUT, CONN_WHY_UNREAD, "aborted-unread",
	  "Here " INSTEAD_OF_FIN ", and what & has not read yet may be lost." },
	{ CONN_RESET_OUT, CONN_WHY_ABORTED, "aborted-linger",
	  "Nothing was unread: " INSTEAD_OF_FIN "." },
	{ CONN_RESET_OUT, CONN_WHY_LINGER, "aborted-linger",
	  "Nothing was unread: " INSTEAD_OF_FIN "." },
	{ CONN_RESET_OUT, CONN_WHY_DISCONNECT, "aborted-disconnect", NULL },
	{ CONN_SILENT, CONN_WHY_REPAIR, "closed-silently", NULL },
	{ CONN_RESET_OUT, CONN_WHY_LATE_DATA, "data-after-close",
	  "& still sent data, and nobody was there to read it: so the kernel answered with "
	  "RST." },
	{ CONN_RESET_OUT, CONN_WHY_UNACCEPTED, "",
	  "The kernel resets those that wait in the queue of a listener when it is closed." },
	{ CONN_RESET_OUT, CONN_WHY_UNTOLD, "", "Why is not on record." },
	{ CONN_FIN_TIMEOUT, CONN_WHY_UNTOLD, "fin-wait2-timeout",
	  "The kernel dropped what nobody held any more (net.ipv4.tcp_fin_timeout, or the socket's "
	  "TCP_LINGER2)." },
	{ CONN_FIN_TIMEOUT, CONN_WHY_NO_TIME_WAIT, "fin-wait2-timeout",
	  "There were as many TIME-WAITs as may be, and what waits for a FIN is counted with "
	  "them: the kernel dropped it at once." },
	{ CONN_NO_PORT, CONN_WHY_UNTOLD, "no-source-port",
	  "The ports that it may use for this destination (net.ipv4.ip_local_port_range, without "
	  "what is reserved, bound, connected or in TIME-WAIT there) were all taken." },
	{ CONN_FAILED, CONN_WHY_UNTOLD, "connect-failed",
	  "Why is not on record; connect() told its process. It may have found no source port or "
	  "no route, or was not allowed to connect." },
	{ CONN_RESET, CONN_WHY_UNTOLD, "reset", NULL },
	{ CONN_KILLED, CONN_WHY_UNTOLD, "killed", NULL },
	{ CONN_NETNS_GONE, CONN_WHY_UNTOLD, "netns-gone", NULL },
};

static void tell_detail(struct milestones *m, unsigned int side, const struct ending *e)
{
	const struct detail *d;

	for (d = details; d < details + ARRAY_SIZE(details); d++) {
		if (d->how != e->how || d->why != e->why)
			continue;
		names(m, d->names);
		if (d->text)
			say_of(m, side, d->text);
	}
}

/* Who else than the server may have refused the SYN? */
static void tell_refused(struct milestones *m)
{
	const struct conversation_end *server = m->l->sides[LADDER_RIGHT].end;
	char address[ENDPOINT_MAX + 1];

	*put_endpoint(address, server->address, server->port) = '\0';
	say(m, "Nobody listens at %s, or a firewall %s rejects it by RST.", address,
	    server->here ? "there" : "on the way");
}

/* Modules before 0.2 do not tell close(), a disconnect and a connect() that failed apart. */
static void tell_abandoned(struct milestones *m, const struct conn *c)
{
	if (c->why != CONN_WHY_UNTOLD)
		return;
	if (c->flags & CONN_TASK_ENDED)
		say(m, "Whether its process closed the socket or disconnected it, or connect() "
		       "failed, is not on record.");
	if (!(c->flags & CONN_SEGMENTS))
		say(m, "Whether a SYN was sent is not known.");
}

/* Of the other end something came, if nothing that opened the connection. */
static bool has_heard(const struct milestones *m)
{
	const struct ladder_row *row;

	for (row = m->l->rows; row < m->l->rows + m->l->count; row++)
		if (row->kind == LADDER_SEGMENT && row->from == LADDER_RIGHT && row->arrived)
			return true;
	return m->old_refused;
}

/* What was sent for the SYN where it was to go. */
static void tell_answer(struct milestones *m, bool answered, bool refused)
{
	if (m->l->conversation->lossy && (answered || refused)) {
		say(m,
		    "%s is on record where it was sent; records are missing, and whether it arrived "
		    "is not known.",
		    answered ? "The server's SYN-ACK" : "A RST of the server's host");
		return;
	}
	names(m, answered ? "syn-ack-lost" : refused ? "refusal-lost" : "syn-arrived");
	say(m,
	    answered ?
		    "The server did answer: its SYN-ACK is on record where it was sent, and did not "
		    "arrive." :
	    refused ?
		    "The server's host did refuse it: its RST is on record where it was sent, and "
		    "did not arrive." :
		    "The SYN did arrive at the server's host, and no answer left it: a full "
		    "queue of the listener does that, a wrong MD5 or AO key, no route back, or a "
		    "filter there. Which one is not known from here.");
}

/* The handshake came to nothing: what may have been the cause. */
static void tell_failed(struct milestones *m, const struct conn *c, const struct ending *e)
{
	bool answered = e->evidence & EVIDENCE_SYN_ANSWERED;
	const struct ladder_row *rst = milestones_rst(m, LADDER_RIGHT, 0);
	bool refused = rst && rst->sent;

	if (e->how == CONN_REFUSED && e->why != CONN_WHY_ICMP)
		tell_refused(m);
	if (e->how == CONN_ABANDONED)
		tell_abandoned(m, c);
	if (e->why == CONN_WHY_SYN_ACK)
		say_of(m, LADDER_RIGHT,
		       c->object == CONN_REQUEST ?
			       "@ forgot the request, as if the SYN had never come." :
			       "@ had a socket for it since the SYN (Fast Open), which ended by an "
			       "error.");
	if (e->how != CONN_UNANSWERED || e->why != CONN_WHY_SYN || has_heard(m) ||
	    c->flags & CONN_RST_OUT_FOREIGN)
		return;
	if (answered || refused ||
	    (e->evidence & EVIDENCE_SYN_ARRIVED && !(c->flags & CONN_LOSSY))) {
		tell_answer(m, answered, refused);
	} else if (c->flags & CONN_LOSSY) {
		say(m, "Records are missing: whether the server answered is not known.");
	} else if (e->evidence & EVIDENCE_NO_RST_IN) {
		names(m, "filtered");
		say(m, "Not even a RST or ICMP came back. Whether a filter dropped the SYN "
		       "silently, or the host is down, is not known from here.");
	}
}

/* An end that gave up on an established connection: after what. */
static void tell_given_up(struct milestones *m, unsigned int side, const struct conn *c)
{
	const struct ladder_row *row;

	if (m->retransmits[side])
		say(m, "It gave up after %u retransmission%s in a row.", m->retransmits[side],
		    plural(m->retransmits[side]));
	if (c->why == CONN_WHY_FIN)
		say(m,
		    c->flags & CONN_ORPHAN ?
			    "The kernel gave up what nobody held any more "
			    "(net.ipv4.tcp_orphan_retries)." :
			    "A process still held the socket, so that net.ipv4.tcp_retries2 was the "
			    "limit.");
	if (m->fin[side] && c->why == CONN_WHY_FIN)
		say(m, "The FIN was sent %s in %s.", times(m, m->fins[side]).text,
		    span(m->fin[side]->time_ns, c->since_ns).text);
	if (m->probes[side] && c->why == CONN_WHY_KEEPALIVE)
		say(m, "%u of the probes %s on record.", m->probes[side],
		    m->probes[side] == 1 ? "is" : "are");
	row = milestones_rst(m, side, c->since_ns > SEC ? c->since_ns - SEC : 0);
	if (row && row->sent && !row->no_socket && row->time_ns <= c->since_ns)
		say(m, "It said so with a RST%s.", row->lost ? ", which was lost, too" : "");
	if (c->why != CONN_WHY_FIN)
		say_silence(m, c->since_ns);
}

/* Bytes waited, and neither they nor a probe of the window are on record as sent. */
static void tell_unsent(struct milestones *m, const struct ending *e)
{
	say(m, "Nothing was retransmitted. %s",
	    e->evidence & EVIDENCE_NO_PROBE ?
		    "No probe of a closed window was sent, either: this machine could not send. "
		    "No route, or a filter of its own, are the usual causes." :
		    "Either the other end's window was closed, or this machine could not send (no "
		    "route, a filter of its own). Which one is not known from here.");
}

static bool is_established(const struct conn *c)
{
	return c->state != TCPTRAIL_SYN_SENT && c->state != TCPTRAIL_NEW_SYN_RECV &&
	       c->state != TCPTRAIL_SYN_RECV;
}

/* The ending of one end: the sentence, its names, and what else there is to say. */
static void tell_ending(struct milestones *m, unsigned int i, const char *before)
{
	struct ending e = ending_of_end(&m->l->pair, i);
	const struct conn *c = m->l->pair.ends[i].c;
	unsigned int side = c == m->conn[LADDER_LEFT] ? LADDER_LEFT : LADDER_RIGHT;

	say_ending(m, i, before);
	if (!is_established(c) && m->syn[LADDER_LEFT] &&
	    (side == LADDER_RIGHT || m->syn[LADDER_LEFT]->sent))
		say(m, "That was %s after the first SYN.",
		    span(m->syn[LADDER_LEFT]->time_ns, c->since_ns).text);
	tell_detail(m, side, &e);
	if (e.how == CONN_RESET_IN)
		narrative_reset_in(m, side, &e);
	else if (!is_established(c))
		tell_failed(m, c, &e);
	else if (e.how == CONN_UNANSWERED || e.how == CONN_UNREACHABLE)
		tell_given_up(m, side, c);
	if (e.why == CONN_WHY_UNSENT)
		tell_unsent(m, &e);
	if (e.how == CONN_RESET_OUT && c->unacked)
		say(m, "%u byte%s of %s %s not acknowledged by then, and will not be sent again.",
		    c->unacked, plural(c->unacked), side_name(m, side),
		    c->unacked == 1 ? "was" : "were");
}

/* Has the end that tells less a story of its own, and no mere consequence? */
static bool has_own_ending(const struct conn *c, bool other_lives)
{
	if (!c->end || ending_is_orderly(c) || c->end == CONN_UNSEEN || c->end == CONN_EVICTED)
		return false;
	return other_lives || (!ending_may_be_rst_in(c) && c->end != CONN_REFUSED);
}

/* The other end is gone, and this one was not told. */
static void tell_survivor(struct milestones *m, const struct conn *c)
{
	unsigned int side = c == m->conn[LADDER_RIGHT];
	const char *state = state_name(c->object == CONN_REQUEST ? TCPTRAIL_SYN_RECV : c->state);

	if (conn_pair_survivor(&m->l->pair) < 0) {
		say(m, "%s lives on, in %s.", subject(m, side), state);
		return;
	}
	names(m, "half-open");
	say(m, "Half-open: %s lives on, in %s.", side_name(m, side), state);
}

/* Its FIN went to an end that had given up, or been dropped, before. */
static void tell_too_late(struct milestones *m, unsigned int side)
{
	const struct conn *c = m->conn[side], *other = m->conn[!side];
	char who[40];

	if (!milestones_is_too_late(m, side))
		return;
	say(m, "%s%s closed %s after %s was gone%s.", subject(m, side), owner(m, side, who),
	    span(other->since_ns, m->fin[side]->time_ns).text, side_name(m, !side),
	    c && c->end == CONN_RESET_IN && milestones_rst(m, !side, m->fin[side]->time_ns) ?
		    ", and was answered with RST" :
		    "");
}

/* Only segments of no connection are on record: was a SYN refused here? */
static void tell_unmatched(struct milestones *m)
{
	const struct ladder_row *syn = m->syn[LADDER_LEFT],
				*rst = milestones_rst(m, LADDER_RIGHT, 0);

	if (syn && !m->synack && rst && rst->ack - syn->seq - 1 <= syn->len) {
		names(m, "refused");
		say(m, "Refused: a RST answered the SYN.");
		tell_refused(m);
	} else if (!m->stray) {
		say(m, "These segments belong to no connection that is on record.");
	}
}

void narrative_end(struct milestones *m)
{
	const struct conn_pair *pair = &m->l->pair;
	unsigned int i, teller;
	bool lives;

	if (!pair->count) {
		tell_unmatched(m);
		return;
	}
	lives = ending_of_pair(pair, &teller).how == CONN_LIVES;
	if (!lives && !ending_is_orderly(pair->ends[teller].c))
		tell_ending(m, teller, "");
	for (i = 0; i < pair->count; i++)
		if (i != teller && has_own_ending(pair->ends[i].c, lives)) {
			tell_ending(m, i, lives ? "" : "later ");
			if (lives)
				tell_survivor(m, pair->ends[teller].c);
		}
	tell_too_late(m, LADDER_LEFT);
	tell_too_late(m, LADDER_RIGHT);
}
