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

static void tell_stray(struct facts *f)
{
	names(f, "stale-duplicate-syn");
	say_of(f, !f->stray->from,
	       "A SYN that & did not send came to @: an old duplicate, or a forged one.");
	if (f->refusal)
		say(f,
		    "The server took it for a new connection and answered; the client refused the "
		    "wrong acknowledgement with RST, and the server went back to LISTEN: that is "
		    "what the third step of the handshake is for.");
}

static void tell_tries(struct facts *f)
{
	if (f->syns[LADDER_LEFT] > 1) {
		names(f, "syn-retransmitted");
		if (!f->conn[LADDER_LEFT] || f->conn[LADDER_LEFT]->why != CONN_WHY_SYN)
			say(f, "The SYN was sent %u times.", f->syns[LADDER_LEFT]);
	}
	if (f->synacks > 1 && f->third && f->third->lost && !f->synack->lost) {
		names(f, "third-step-lost");
		say(f,
		    "The third step was lost: the client was established, and the server was not "
		    "until it had asked again; its SYN-ACK was sent %u times.",
		    f->synacks);
	} else if (f->synacks > 1) {
		names(f, "syn-ack-retransmitted");
		say(f, "The SYN-ACK was sent %u times.", f->synacks);
	}
}

static void tell_fast_open(struct facts *f, const struct ladder_row *syn)
{
	uint32_t taken = f->synack->ack - syn->seq - 1;

	if (!syn->len) {
		names(f, "fast-open");
		say(f, "Fast Open (RFC 7413): the SYN brought no data but a cookie, and the server "
		       "had its socket before the handshake was over.");
	} else if (taken) {
		names(f, "fast-open");
		say(f,
		    "Fast Open (RFC 7413): the SYN brought %u bytes, and the server took %u of them "
		    "before the handshake was over.",
		    syn->len, taken);
	} else {
		names(f, "fast-open-declined");
		say(f, "The SYN brought %u bytes (Fast Open), which the server did not take.",
		    syn->len);
	}
}

/* What the server kept, or did not keep, between SYN and ACK. */
static void tell_shortcuts(struct facts *f)
{
	const struct ladder_row *syn = f->syn[LADDER_LEFT];

	if (!f->synack)
		return;
	if (f->synack->no_socket) {
		names(f, "syn-cookie");
		say(f,
		    "The server answered with a SYN cookie: it kept no request, its number holds "
		    "all (net.ipv4.tcp_syncookies: the queue was full, or it always does so).");
	}
	if (syn->len || (f->synack->fast && !ladder_has_flag(f->l, CONN_SIMULTANEOUS_OPEN)))
		tell_fast_open(f, syn);
}

static void tell_mptcp(struct facts *f)
{
	names(f, "mptcp");
	say(f, "It is a subflow of an MPTCP connection: which process accepted that, read from it "
	       "and closed it is not known from a subflow.");
}

static void tell_accept(struct facts *f)
{
	uint64_t right_ns = f->established_ns[LADDER_RIGHT];
	const struct conn_pair *pair = &f->l->pair;
	unsigned int i;

	if (f->accepted_ns && right_ns && f->accepted_ns > right_ns + ACCEPT_WAIT_NS)
		say(f, "It waited %s in the accept queue.", span(right_ns, f->accepted_ns).text);
	for (i = 0; i < pair->count; i++) {
		if (!pair->ends[i].timing.unaccepted || f->accepted_ns ||
		    f->last_ns <= right_ns + ACCEPT_WAIT_NS || f->l->conversation->lossy)
			continue;
		names(f, "never-accepted");
		say(f, pair->ends[i].c->end ? "It ended before accept() took it." :
					      "Nobody has accepted it so far.");
	}
}

/* The ends have other names for each other than they have themselves. */
static void tell_nat(struct facts *f)
{
	const struct conversation_end *client = f->l->sides[LADDER_LEFT].end,
				      *server = f->l->sides[LADDER_RIGHT].end;
	char to[ENDPOINT_MAX + 1], from[ENDPOINT_MAX + 1];

	*put_endpoint(to, client->calls, client->calls_port) = '\0';
	*put_endpoint(from, server->calls, server->calls_port) = '\0';
	if (client->calls_port == server->port && !memcmp(client->calls, server->address, 16) &&
	    server->calls_port == client->port && !memcmp(server->calls, client->address, 16))
		return;
	names(f, "nat");
	say(f, "The client called %s, and the server sees %s: NAT is between them.", to, from);
}

static void tell_opened(struct facts *f)
{
	uint64_t left_ns = f->established_ns[LADDER_LEFT];
	uint64_t right_ns = f->established_ns[LADDER_RIGHT];
	const struct ladder_row *syn = f->syn[LADDER_LEFT];
	const struct conversation_end *server = f->l->sides[LADDER_RIGHT].end;
	char client[40], to[40] = "";

	owner(f, LADDER_LEFT, client);
	if (server->pid)
		snprintf(to, sizeof(to), " to %.16s[%u]", server->comm, server->pid);
	if (ladder_has_flag(f->l, CONN_SELF)) {
		names(f, "self-connect");
		say(f,
		    "A socket that is connected to itself: connect() went to port %u of its own "
		    "address, and its source port was the same. No server can bind the port meanwhile.",
		    server->port);
		say(f,
		    "A client that calls connect() again and again, until its server on this host "
		    "listens, may meet itself if the port is one of net.ipv4.ip_local_port_range.");
	} else if (ladder_has_flag(f->l, CONN_SIMULTANEOUS_OPEN)) {
		names(f, "simultaneous-open");
		say(f,
		    "Both ends sent a SYN before the other's arrived: a simultaneous open (RFC 9293, "
		    "3.5), one connection with two active openers.");
	} else {
		names(f, "three-way-handshake");
	}
	if (left_ns && right_ns)
		say(f,
		    "%s%s opened it%s: the handshake took %s for the client and %s for the server.",
		    subject(f, LADDER_LEFT), client, to, span(syn->time_ns, left_ns).text,
		    span(facts_time(syn, LADDER_RIGHT), right_ns).text);
	else
		say(f, "%s%s opened it%s: the handshake took %s%s.", subject(f, LADDER_LEFT),
		    client, to, span(syn->time_ns, left_ns ? left_ns : right_ns).text,
		    left_ns ? "" : ", as the server saw it");
	tell_nat(f);
	if (ladder_has_flag(f->l, CONN_MPTCP))
		tell_mptcp(f);
	tell_shortcuts(f);
}

/* Requests of the same SYN that were given up before the last one. */
static void tell_earlier(struct facts *f)
{
	const struct conversation *c = f->l->conversation;
	const char *const ends[2] = { side_name(f, LADDER_RIGHT), side_name(f, LADDER_LEFT) };
	struct conn_pair pair;
	struct buf text;

	if (!c->earlier_count || f->stray)
		return;
	conn_pair_of(&pair, c->earlier[c->earlier_count - 1], NULL, 0);
	buf_init(&text, NULL);
	ending_sentence(&text, &pair, 0, ends);
	say(f, "Before the last one, %u request%s of the server for this SYN had ended: %s.",
	    c->earlier_count, plural(c->earlier_count), buf_string(&text));
	buf_free(&text);
}

void narrative_open(struct facts *f)
{
	const struct conn *client = f->conn[LADDER_LEFT];
	bool established = f->established_ns[LADDER_LEFT] || f->established_ns[LADDER_RIGHT];

	if (f->stray)
		tell_stray(f);
	tell_earlier(f);
	if (established && f->syn[LADDER_LEFT])
		tell_opened(f);
	else if (client && !client->end && client->state == TCPTRAIL_SYN_SENT) {
		names(f, f->synack ? "syn-unanswered syn-ack-lost" : "syn-unanswered");
		say(f, f->synack ?
			       "The server has answered the SYN, and its SYN-ACK has not arrived "
			       "so far." :
			       "The SYN has not been answered so far.");
	}
	if (f->syn[LADDER_LEFT] && (established || !f->synack || !f->l->pair.count))
		tell_tries(f);
	if (established && f->syn[LADDER_LEFT])
		tell_accept(f);
}
