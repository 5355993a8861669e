// SPDX-License-Identifier: GPL-2.0
/* How it was opened, or why not. */
#include <stdio.h>

#include "userspace/explain/narrative_internal.h"
#include "userspace/base/address.h"
#include "userspace/base/time.h"

#define ACCEPT_WAIT_NS (10 * MS) /* worth a sentence from here */

void narrative_stray(struct narrative_input *f)
{
	if (!f->stray)
		return;
	narrative_name(f, "stale-duplicate-syn");
	narrative_say(f, "%s arrived at the server: an old duplicate, or a forged one.",
		      f->syn_sent[LADDER_LEFT] ? "A SYN with another number than the client's" :
						 "A SYN that its host did not send");
	if (f->rst && f->rst->from == LADDER_LEFT)
		narrative_say(
			f,
			"The server took it for a new connection and answered; the client refused the "
			"wrong acknowledgement with RST, and the server went back to LISTEN: that is "
			"what the third step of the handshake is for.");
}

/* A SYN that was answered, and the answer refused by an end that is elsewhere. */
static bool tell_unwanted(struct narrative_input *f)
{
	if (!f->synack || !f->rst || f->rst->from != LADDER_LEFT ||
	    f->established_ns[LADDER_LEFT] || f->established_ns[LADDER_RIGHT] || f->stray)
		return false;
	narrative_name(f, "stale-duplicate-syn");
	narrative_name(f, "reset");
	narrative_say(
		f,
		"The client refused the server's SYN-ACK with RST: it knows nothing of this SYN, which "
		"was a stale duplicate, forged, or a port scanner's; without the third step the "
		"server would now hold a connection that nobody wants.");
	return true;
}

static void tell_tries(struct narrative_input *f)
{
	if (f->syns[LADDER_LEFT] > 1) {
		narrative_name(f, "syn-retransmitted");
		narrative_say(f, "The SYN was sent %u times.", f->syns[LADDER_LEFT]);
	}
	if (f->synacks > 1 && f->third && f->third->lost && !f->synack->lost) {
		narrative_name(f, "third-step-lost");
		narrative_say(
			f,
			"The third step was lost: the client was established, and the server was not "
			"until it had asked again; its SYN-ACK was sent %u times.",
			f->synacks);
	} else if (f->synacks > 1) {
		narrative_name(f, "syn-ack-retransmitted");
		narrative_say(f, "The SYN-ACK was sent %u times.", f->synacks);
	}
}

/* Nobody answered the SYN, or ICMP did. */
static void tell_unanswered(struct narrative_input *f)
{
	const struct ladder_row *syn = f->syn[LADDER_LEFT], *end = f->end[LADDER_LEFT];
	char tries[64];

	snprintf(tries, sizeof(tries), "The SYN was sent %s",
		 narrative_times(f->syns[LADDER_LEFT]).text);
	if (!end) {
		narrative_name(f, "syn-unanswered");
		narrative_say(f, "%s and has not been answered so far.", tries);
		return;
	}
	switch (end->why) {
	case LADDER_WHY_REJECTED:
		narrative_name(f, "refused");
		narrative_name(f, "rejected-by-icmp");
		narrative_say(
			f,
			"%s and refused after %s (ECONNREFUSED), but no RST came: an ICMP port "
			"unreachable did, as a firewall sends it that rejects.",
			tries, narrative_span(syn->time_ns, end->time_ns).text);
		break;
	case LADDER_WHY_UNREACHABLE:
		narrative_name(f, "syn-unanswered");
		narrative_name(f, "unreachable");
		narrative_say(
			f,
			"%s; after %s the client was told that the other end cannot be reached: by "
			"ICMP, or because no neighbour has the address.",
			tries, narrative_span(syn->time_ns, end->time_ns).text);
		break;
	case LADDER_WHY_ABANDONED:
		narrative_name(f, "syn-unanswered");
		narrative_name(f, "abandoned");
		narrative_say(f,
			      "%s; its process closed the socket after %s, before an answer came.",
			      tries, narrative_span(syn->time_ns, end->time_ns).text);
		break;
	default:
		narrative_name(f, "syn-unanswered");
		narrative_name(f, "filtered");
		narrative_say(
			f,
			"%s and never answered, not even refused; it was given up after %s: a filter "
			"drops it silently, or the host is down.",
			tries, narrative_span(syn->time_ns, end->time_ns).text);
	}
}

static void tell_expired(struct narrative_input *f)
{
	narrative_name(f, "request-expired");
	narrative_say(f,
		      "The server sent its SYN-ACK %s and got no answer; after %s it forgot the "
		      "request.",
		      narrative_times(f->synacks).text,
		      narrative_span(f->l->start_ns, f->gave_up->time_ns).text);
}

/* What the server kept, or did not keep, between SYN and ACK. */
static void tell_shortcuts(struct narrative_input *f)
{
	const struct ladder_row *syn = f->syn[LADDER_LEFT];

	if (!f->synack || !syn)
		return;
	if (f->synack->no_socket) {
		narrative_name(f, "syn-cookie");
		narrative_say(
			f,
			"The server answered with a SYN cookie: it kept no request, its number holds "
			"all (net.ipv4.tcp_syncookies: the queue was full, or it always does so).");
	}
	if (!syn->len && (!f->synack->fast || f->syn[LADDER_RIGHT]))
		return;
	if (!syn->len) {
		narrative_name(f, "fast-open");
		narrative_say(
			f,
			"Fast Open (RFC 7413): the SYN brought no data but a cookie, and the server "
			"had its socket before the handshake was over.");
	} else if (f->synack->ack - syn->seq > 1) {
		narrative_name(f, "fast-open");
		narrative_say(
			f,
			"Fast Open (RFC 7413): the SYN brought %u bytes, and the server took %u of "
			"them before the handshake was over.",
			syn->len, f->synack->ack - syn->seq - 1);
	} else {
		narrative_name(f, "fast-open-declined");
		narrative_say(
			f, "The SYN brought %u bytes (Fast Open), which the server did not take.",
			syn->len);
	}
}

bool narrative_failed_open(struct narrative_input *f)
{
	const struct ladder_row *syn = f->syn[LADDER_LEFT];
	char address[ENDPOINT_MAX + 1];
	const struct conversation_end *server = f->l->sides[LADDER_RIGHT].end;

	if (f->established_ns[LADDER_LEFT] || f->established_ns[LADDER_RIGHT])
		return false;
	*put_endpoint(address, server->address, server->port) = '\0';
	if (f->refused) {
		narrative_name(f, "refused");
		narrative_say(
			f,
			"Nobody listens at %s: the SYN was answered with RST after %s (connection "
			"refused).",
			address,
			narrative_span(syn->time_ns, narrative_time_at(f->rst, LADDER_LEFT)).text);
		tell_tries(f);
		return true;
	}
	if (tell_unwanted(f))
		return true;
	if (syn && !f->synack && f->l->sides[LADDER_LEFT].end->here &&
	    (f->end[LADDER_LEFT] || f->syns[LADDER_LEFT] > 1)) {
		tell_unanswered(f);
		return true;
	}
	if (f->synack && f->gave_up) {
		tell_expired(f);
		return true;
	}
	return false;
}

void narrative_open(struct narrative_input *f)
{
	uint64_t left_ns = f->established_ns[LADDER_LEFT];
	uint64_t right_ns = f->established_ns[LADDER_RIGHT];
	const struct ladder_row *syn = f->syn[LADDER_LEFT];
	const struct ladder_side *server = &f->l->sides[LADDER_RIGHT];
	char client[40], to[40] = "";

	if (!syn || (!left_ns && !right_ns))
		return;
	narrative_owner(f, LADDER_LEFT, client, sizeof(client));
	if (server->pid)
		snprintf(to, sizeof(to), " to %s[%u]", server->comm, server->pid);
	if (f->syn[LADDER_RIGHT]) {
		narrative_name(f, "simultaneous-open");
		narrative_say(
			f,
			"Both ends sent a SYN before the other's arrived: a simultaneous open (RFC 9293, "
			"3.5), one connection with two active openers.");
	} else {
		narrative_name(f, "three-way-handshake");
	}
	if (left_ns && right_ns)
		narrative_say(
			f,
			"%s%s opened it%s: the handshake took %s for the client and %s for the server.",
			narrative_subject(f, LADDER_LEFT), client, to,
			narrative_span(syn->time_ns, left_ns).text,
			narrative_span(narrative_time_at(syn, LADDER_RIGHT), right_ns).text);
	else
		narrative_say(f, "%s%s opened it%s: the handshake took %s%s.",
			      narrative_subject(f, LADDER_LEFT), client, to,
			      narrative_span(syn->time_ns, left_ns ? left_ns : right_ns).text,
			      left_ns ? "" : ", as the server saw it");
	tell_shortcuts(f);
	tell_tries(f);
	if (f->accepted_ns && right_ns && f->accepted_ns > right_ns + ACCEPT_WAIT_NS)
		narrative_say(f, "It waited %s in the accept queue.",
			      narrative_span(right_ns, f->accepted_ns).text);
	if (!f->accepted_ns && right_ns && f->last_ns > right_ns + ACCEPT_WAIT_NS &&
	    server->end->begun && !f->l->conversation->lossy && !f->syn[LADDER_RIGHT]) {
		narrative_name(f, "never-accepted");
		narrative_say(f, "Nobody has accepted it.");
	}
}
