// SPDX-License-Identifier: GPL-2.0
/* How it was opened, or that it was not. */
#include <stdio.h>
#include <string.h>

#include "userspace/base/address.h"
#include "userspace/base/number.h"
#include "userspace/base/time.h"
#include "userspace/explain/ending_words.h"
#include "userspace/explain/narrative_internal.h"

#define ACCEPT_WAIT_NS (10 * MS) /* worth a sentence from here */

static void tell_stray(struct milestones *m)
{
	names(m, "stale-duplicate-syn");
	say_of(m, !m->stray->from,
	       "A SYN that & did not send came to @: an old duplicate, or a forged one.");
	if (m->refusal)
		say(m, "The server answered, and the client refused the wrong acknowledgement with "
		       "RST: that is what the third step of the handshake is for.");
}

static void tell_tries(struct milestones *m)
{
	if (m->syns[LADDER_LEFT] > 1) {
		names(m, "syn-retransmitted");
		if (!m->conn[LADDER_LEFT] || m->conn[LADDER_LEFT]->why != CONN_WHY_SYN)
			say(m, "The SYN %s %s.", went(m, LADDER_LEFT),
			    times(m, m->syns[LADDER_LEFT]).text);
	}
	if (m->synacks > 1 && m->third && m->third->lost && !m->synack->lost) {
		names(m, "third-step-lost");
		say(m,
		    "The third step was lost: the client was established, and the server was not "
		    "until it had asked again; its SYN-ACK was sent %u times.",
		    m->synacks);
	} else if (m->synacks > 1) {
		names(m, "syn-ack-retransmitted");
		say(m, "The SYN-ACK %s %s%s.", went(m, LADDER_RIGHT), times(m, m->synacks).text,
		    m->conn[LADDER_RIGHT] && m->conn[LADDER_RIGHT]->flags & CONN_SYN_ACK_ACKED ?
			    ": it was answered, and the server waited all the same, for data "
			    "(TCP_DEFER_ACCEPT) or for room in the accept queue" :
			    "");
	}
}

static void tell_fast_open(struct milestones *m, const struct ladder_row *syn)
{
	uint32_t taken = m->synack->ack - syn->seq - 1;

	if (taken > syn->len) /* it answered another SYN */
		return;
	if (!syn->len) {
		names(m, "fast-open");
		say(m, "Fast Open (RFC 7413): the SYN brought no data but a cookie, and the server "
		       "had its socket before the handshake was over.");
	} else if (taken) {
		names(m, "fast-open");
		say(m,
		    "Fast Open (RFC 7413): the SYN brought %u bytes, and the server took %u of them "
		    "before the handshake was over.",
		    syn->len, taken);
	} else {
		names(m, "fast-open-declined");
		say(m, "The SYN brought %u bytes (Fast Open), which the server did not take.",
		    syn->len);
	}
}

/* What the server kept, or did not keep, between SYN and ACK. */
static void tell_shortcuts(struct milestones *m)
{
	const struct ladder_row *syn = m->syn[LADDER_LEFT];

	if (!m->synack)
		return;
	if (m->synack->no_socket) {
		names(m, "syn-cookie");
		say(m,
		    "The server answered with a SYN cookie: it kept no request, its number holds "
		    "all (net.ipv4.tcp_syncookies: the queue was full, or it always does so).");
	}
	if (syn->len || (m->synack->fast && !ladder_has_flag(m->l, CONN_SIMULTANEOUS_OPEN)))
		tell_fast_open(m, syn);
}

static void tell_mptcp(struct milestones *m)
{
	names(m, "mptcp");
	say(m, "It is a subflow of an MPTCP connection: which process accepted that, read from it "
	       "and closed it is not known from a subflow.");
}

static void tell_accept(struct milestones *m)
{
	uint64_t right_ns = m->established_ns[LADDER_RIGHT];
	const struct conn_pair *pair = &m->l->pair;
	unsigned int i;

	if (m->accepted_ns && right_ns && m->accepted_ns > right_ns + ACCEPT_WAIT_NS)
		say(m, "It waited %s in the accept queue.", span(right_ns, m->accepted_ns).text);
	for (i = 0; i < pair->count; i++) {
		if (!pair->ends[i].timing.unaccepted || m->accepted_ns ||
		    m->last_ns <= right_ns + ACCEPT_WAIT_NS || m->l->conversation->lossy)
			continue;
		names(m, "never-accepted");
		say(m, pair->ends[i].c->end ? "It ended before accept() took it." :
					      "Nobody has accepted it so far.");
	}
}

/* The ends have other names for each other than they have themselves. */
static void tell_nat(struct milestones *m)
{
	const struct conversation_end *client = m->l->sides[LADDER_LEFT].end,
				      *server = m->l->sides[LADDER_RIGHT].end;
	char to[ENDPOINT_MAX + 1], from[ENDPOINT_MAX + 1];

	*put_endpoint(to, client->calls, client->calls_port) = '\0';
	*put_endpoint(from, server->calls, server->calls_port) = '\0';
	if (client->calls_port == server->port && !memcmp(client->calls, server->address, 16) &&
	    server->calls_port == client->port && !memcmp(server->calls, client->address, 16))
		return;
	names(m, "nat");
	say(m, "The client called %s, and the server sees %s: NAT is between them.", to, from);
}

/* From the first SYN that this side sent or got, to its ESTABLISHED; 0: not on record. */
static uint64_t handshake_ns(const struct milestones *m, unsigned int side)
{
	const struct ladder_row *row;
	uint64_t since_ns = m->established_ns[side];

	for (row = m->l->rows; row < m->l->rows + m->l->count; row++)
		if (row->kind == LADDER_SEGMENT && !row->stray &&
		    (row->tcp_flags & (TCPTRAIL_SYN | TCPTRAIL_ACK)) == TCPTRAIL_SYN &&
		    (row->from == side ? row->sent : row->arrived) &&
		    milestone_time(row, side) < since_ns)
			since_ns = milestone_time(row, side);
	return m->established_ns[side] - since_ns;
}

static void tell_opened(struct milestones *m)
{
	uint64_t left_ns = handshake_ns(m, LADDER_LEFT);
	uint64_t right_ns = handshake_ns(m, LADDER_RIGHT);
	const struct conversation_end *server = m->l->sides[LADDER_RIGHT].end;
	char client[40], to[40] = "";

	owner(m, LADDER_LEFT, client);
	if (server->pid)
		snprintf(to, sizeof(to), " to %.16s[%u]", server->comm, server->pid);
	if (ladder_has_flag(m->l, CONN_SELF)) {
		names(m, "self-connect");
		say(m,
		    "A socket that is connected to itself: connect() went to port %u of its own "
		    "address, and its source port was the same. No server can bind the port meanwhile.",
		    server->port);
		say(m,
		    "A client that calls connect() again and again, until its server on this host "
		    "listens, may meet itself if the port is one of net.ipv4.ip_local_port_range.");
	} else if (ladder_has_flag(m->l, CONN_SIMULTANEOUS_OPEN)) {
		names(m, "simultaneous-open");
		say(m,
		    "Both ends sent a SYN before the other's arrived: a simultaneous open (RFC 9293, "
		    "3.5), one connection with two active openers.");
	} else {
		names(m, "three-way-handshake");
	}
	if (left_ns && right_ns)
		say(m,
		    "%s%s opened it%s: the handshake took %s for the client and %s for the server.",
		    subject(m, LADDER_LEFT), client, to, span(0, left_ns).text,
		    span(0, right_ns).text);
	else if (left_ns || right_ns)
		say(m, "%s%s opened it%s: the handshake took %s%s.", subject(m, LADDER_LEFT),
		    client, to, span(0, left_ns ? left_ns : right_ns).text,
		    left_ns ? "" : ", as the server saw it");
	else
		say(m, "%s%s opened it%s.", subject(m, LADDER_LEFT), client, to);
	tell_nat(m);
	if (ladder_has_flag(m->l, CONN_MPTCP))
		tell_mptcp(m);
	tell_shortcuts(m);
}

/* Requests of the same SYN that were given up before the last one. */
static void tell_earlier(struct milestones *m)
{
	const struct conversation *c = m->l->conversation;
	const char *const ends[2] = { side_name(m, LADDER_RIGHT), side_name(m, LADDER_LEFT) };
	struct conn_pair pair;
	struct buf text;

	if (!c->earlier_count || m->stray)
		return;
	conn_pair_of(&pair, c->earlier[c->earlier_count - 1], NULL, 0);
	buf_init(&text, NULL);
	ending_sentence(&text, &pair, 0, ends);
	say(m, "Before the last one, %u request%s of the server for this SYN had ended: %s.",
	    c->earlier_count, plural(c->earlier_count), buf_string(&text));
	buf_free(&text);
}

/* A SYN-ACK for this SYN, not for a stale one: the last that came, else one that was sent. */
static const struct ladder_row *answer_to(const struct milestones *m, const struct ladder_row *syn)
{
	const uint8_t flags = TCPTRAIL_SYN | TCPTRAIL_ACK;
	const struct ladder_row *row, *answer = NULL;

	for (row = m->l->rows; syn && row < m->l->rows + m->l->count; row++)
		if (row->kind == LADDER_SEGMENT && row->from != syn->from &&
		    (row->tcp_flags & flags) == flags && row->ack - syn->seq - 1 <= syn->len &&
		    (!answer || row->arrived))
			answer = row;
	return answer;
}

static void tell_unanswered(struct milestones *m)
{
	const struct ladder_row *answer = answer_to(m, m->syn[LADDER_LEFT]);

	names(m, "syn-unanswered");
	if (m->conn[LADDER_LEFT]->flags & CONN_RST_OUT_FOREIGN) {
		say(m, "A SYN-ACK for the SYN has come: a firewall of the client's machine refused "
		       "it with RST, before the socket got it.");
	} else if (!answer) {
		say(m, "No SYN-ACK for the SYN is on record so far.");
	} else if (answer->arrived) {
		say(m, "A SYN-ACK for the SYN has come, and the client has not taken it so far.");
	} else if (m->l->conversation->lossy) {
		say(m,
		    "The server has answered the SYN. Records are missing, and whether its SYN-ACK "
		    "has arrived is not known.");
	} else {
		names(m, "syn-ack-lost");
		say(m, "The server has answered the SYN, and its SYN-ACK has not arrived so far.");
	}
}

void narrative_open(struct milestones *m)
{
	const struct conn *client = m->conn[LADDER_LEFT];
	bool established = m->established_ns[LADDER_LEFT] || m->established_ns[LADDER_RIGHT];

	if (m->stray)
		tell_stray(m);
	tell_earlier(m);
	if (established && m->syn[LADDER_LEFT])
		tell_opened(m);
	else if (client && !client->end && client->state == TCPTRAIL_SYN_SENT)
		tell_unanswered(m);
	if (m->syn[LADDER_LEFT] && (established || !m->synack || !m->l->pair.count))
		tell_tries(m);
	if (established && m->syn[LADDER_LEFT])
		tell_accept(m);
}
