// SPDX-License-Identifier: GPL-2.0
/* How it was opened, or why not. */
#include <stdio.h>

#include "userspace/model/tale_internal.h"
#include "userspace/out/address.h"

#define ACCEPT_WAIT_NS 10000000ULL /* worth a sentence from here */

void tale_stray(struct tale_facts *f)
{
	if (!f->stray)
		return;
	tale_name(f, "stale-duplicate-syn");
	tale_say(
		f,
		"A SYN with another number than the client's arrived at the server: an old duplicate, "
		"or a forged one.");
	if (f->rst && f->rst->from == LADDER_LEFT)
		tale_say(
			f,
			"The server took it for a new connection and answered; the client refused the "
			"wrong acknowledgement with RST, and the server went back to LISTEN: that is "
			"what the third step of the handshake is for.");
}

/* A SYN that was answered, and the answer refused by an end that is elsewhere. */
static bool tell_unwanted(struct tale_facts *f)
{
	if (!f->synack || !f->rst || f->rst->from != LADDER_LEFT ||
	    f->established_ns[LADDER_LEFT] || f->established_ns[LADDER_RIGHT] || f->stray)
		return false;
	tale_name(f, "stale-duplicate-syn");
	tale_name(f, "reset");
	tale_say(
		f,
		"The client refused the server's SYN-ACK with RST: it knows nothing of this SYN, which "
		"was a stale duplicate, forged, or a port scanner's; without the third step the "
		"server would now hold a connection that nobody wants.");
	return true;
}

static void tell_tries(struct tale_facts *f)
{
	if (f->syns[LADDER_LEFT] > 1)
		tale_say(f, "The SYN was sent %u times.", f->syns[LADDER_LEFT]);
	if (f->synacks > 1)
		tale_say(f, "The SYN-ACK was sent %u times.", f->synacks);
}

bool tale_failed_open(struct tale_facts *f)
{
	const struct ladder_row *syn = f->syn[LADDER_LEFT];
	char address[ENDPOINT_MAX + 1];
	const struct talk_end *server = f->l->sides[LADDER_RIGHT].end;

	if (f->established_ns[LADDER_LEFT] || f->established_ns[LADDER_RIGHT])
		return false;
	*put_endpoint(address, server->address, server->port) = '\0';
	if (f->refused) {
		tale_name(f, "refused");
		tale_say(f,
			 "Nobody listens at %s: the SYN was answered with RST after %s (connection "
			 "refused).",
			 address, tale_span(syn->time_ns, tale_time_at(f->rst, LADDER_LEFT)).text);
		tell_tries(f);
		return true;
	}
	if (tell_unwanted(f))
		return true;
	if (syn && !f->synack && f->l->sides[LADDER_LEFT].end->here) {
		if (f->end[LADDER_LEFT] || f->syns[LADDER_LEFT] > 1) {
			tale_name(f, "syn-unanswered");
			if (f->end[LADDER_LEFT] &&
			    f->end[LADDER_LEFT]->why == LADDER_WHY_UNREACHABLE)
				tale_name(f, "unreachable");
			tale_say(
				f, "The SYN was sent %u time%s and not answered%s%s%s.",
				f->syns[LADDER_LEFT], f->syns[LADDER_LEFT] == 1 ? "" : "s",
				f->end[LADDER_LEFT] ? "; it was given up after " : "",
				f->end[LADDER_LEFT] ?
					tale_span(syn->time_ns, f->end[LADDER_LEFT]->time_ns).text :
					"",
				tale_has(f->tale, "unreachable") ?
					"" :
					": a filter drops it, or the host is down");
			return true;
		}
	}
	if (f->synack && f->gave_up) {
		tale_name(f, "request-expired");
		tale_say(
			f,
			"The server sent its SYN-ACK %u time%s and got no answer; after %s it forgot "
			"the request.",
			f->synacks, f->synacks == 1 ? "" : "s",
			tale_span(f->l->start_ns, f->gave_up->time_ns).text);
		return true;
	}
	return false;
}

void tale_open(struct tale_facts *f)
{
	uint64_t left_ns = f->established_ns[LADDER_LEFT];
	uint64_t right_ns = f->established_ns[LADDER_RIGHT];
	const struct ladder_row *syn = f->syn[LADDER_LEFT];
	const struct ladder_side *server = &f->l->sides[LADDER_RIGHT];
	char client[40], to[40] = "";

	if (!syn || (!left_ns && !right_ns))
		return;
	tale_owner(f, LADDER_LEFT, client, sizeof(client));
	if (server->pid)
		snprintf(to, sizeof(to), " to %s[%u]", server->comm, server->pid);
	if (f->syn[LADDER_RIGHT]) {
		tale_name(f, "simultaneous-open");
		tale_say(
			f,
			"Both ends sent a SYN before the other's arrived: a simultaneous open (RFC 9293, "
			"3.5), one connection with two active openers.");
	} else {
		tale_name(f, "three-way-handshake");
	}
	if (left_ns && right_ns)
		tale_say(
			f,
			"%s%s opened it%s: the handshake took %s for the client and %s for the server.",
			tale_subject(f, LADDER_LEFT), client, to,
			tale_span(syn->time_ns, left_ns).text,
			tale_span(tale_time_at(syn, LADDER_RIGHT), right_ns).text);
	else
		tale_say(f, "%s%s opened it%s: the handshake took %s%s.",
			 tale_subject(f, LADDER_LEFT), client, to,
			 tale_span(syn->time_ns, left_ns ? left_ns : right_ns).text,
			 left_ns ? "" : ", as the server saw it");
	tell_tries(f);
	if (f->accepted_ns && right_ns && f->accepted_ns > right_ns + ACCEPT_WAIT_NS)
		tale_say(f, "It waited %s in the accept queue.",
			 tale_span(right_ns, f->accepted_ns).text);
	if (!f->accepted_ns && right_ns && f->last_ns > right_ns + ACCEPT_WAIT_NS &&
	    server->end->begun && !f->l->talk->lossy && !f->syn[LADDER_RIGHT]) {
		tale_name(f, "never-accepted");
		tale_say(f, "Nobody has accepted it.");
	}
}
