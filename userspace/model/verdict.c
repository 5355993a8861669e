// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <stdio.h>

#include "userspace/model/verdict.h"

#define SEC 1000000000ULL

uint64_t verdict_patience_ns(uint8_t state)
{
	switch (state) {
	case TCPTRAIL_SYN_SENT:
	case TCPTRAIL_SYN_RECV:
	case TCPTRAIL_NEW_SYN_RECV:
		return 3 * SEC; /* the first two retransmissions went unanswered */
	case TCPTRAIL_CLOSE_WAIT:
	case TCPTRAIL_LAST_ACK:
	case TCPTRAIL_FIN_WAIT1:
	case TCPTRAIL_CLOSING:
		return 10 * SEC;
	case TCPTRAIL_FIN_WAIT2:
		return 60 * SEC; /* tcp_fin_timeout's default */
	case TCPTRAIL_TIME_WAIT:
		return 65 * SEC; /* 2 MSL are 60 s, the timer may be 2 s late */
	}
	return UINT64_MAX;
}

static const char *holder_of(const struct verdict_facts *f)
{
	return f->holder ? f->holder : "its process";
}

/* What its holder, or its holders, do. */
static const char *has(const struct verdict_facts *f)
{
	return f->holders > 1 ? "have" : "has";
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

/* How often something went out without an answer, as far as it is known. */
static void put_tries(char *to, size_t size, const char *what, unsigned int count)
{
	if (count > 1)
		snprintf(to, size, "%s was sent %u times and not answered", what, count);
	else
		snprintf(to, size, "%s is not answered", what);
}

static bool in_state(const struct verdict_facts *f, uint8_t state)
{
	return !f->pile && f->conn->state == state;
}

static bool not_accepted(const struct verdict_facts *f)
{
	return in_state(f, TCPTRAIL_CLOSE_WAIT) && !f->conn->inode && !f->holder &&
	       !(f->conn->flags & (CONN_ACCEPTED | CONN_ORPHAN)) && f->conn->role != CONN_ACTIVE;
}

static void say_not_accepted(const struct verdict_facts *f, struct verdict *v)
{
	snprintf(v->sentence, sizeof(v->sentence),
		 "The peer connected and closed; nobody has accepted the connection%s%s.",
		 f->listener ? ": it waits in the queue of " : "", f->listener ? f->listener : "");
	snprintf(
		v->remedy, sizeof(v->remedy),
		"%s must call accept(): it is blocked or overloaded, or has forgotten the listening "
		"socket.",
		f->listener ? f->listener : "The listener");
}

static bool unread(const struct verdict_facts *f)
{
	return in_state(f, TCPTRAIL_CLOSE_WAIT) && f->conn->unread;
}

static void say_unread(const struct verdict_facts *f, struct verdict *v)
{
	snprintf(v->sentence, sizeof(v->sentence),
		 "The peer closed; %u byte%s lie%s unread: %s %s stopped reading.", f->conn->unread,
		 plural(f->conn->unread), f->conn->unread == 1 ? "s" : "", holder_of(f), has(f));
	snprintf(
		v->remedy, sizeof(v->remedy),
		"See where it waits (its stack), or why the socket left its poll set; it must read "
		"to the end, then close.");
}

static bool leak(const struct verdict_facts *f)
{
	return in_state(f, TCPTRAIL_CLOSE_WAIT);
}

static void say_leak(const struct verdict_facts *f, struct verdict *v)
{
	snprintf(v->sentence, sizeof(v->sentence), "The peer closed %s ago; %s %s not.", f->age,
		 holder_of(f), has(f));
	if (f->holders > 1)
		snprintf(v->remedy, sizeof(v->remedy),
			 "All %zu descriptors must be closed: inherited ones too (close them after "
			 "fork, open with O_CLOEXEC).",
			 f->holders);
	else
		snprintf(v->remedy, sizeof(v->remedy),
			 "Its code path that reads 0 bytes (end of file) must close the socket.");
}

static bool last_ack(const struct verdict_facts *f)
{
	return in_state(f, TCPTRAIL_LAST_ACK);
}

static void say_last_ack(const struct verdict_facts *f, struct verdict *v)
{
	char tries[80];

	put_tries(tries, sizeof(tries), "our FIN", f->conn->fins);
	snprintf(v->sentence, sizeof(v->sentence),
		 "Both sides closed, but %s: the peer is gone, or something drops its segments.",
		 tries);
	snprintf(
		v->remedy, sizeof(v->remedy),
		"It ends by itself (net.ipv4.tcp_orphan_retries); ss -K ends it now. Many of them: "
		"look for a firewall that forgets connections too early.");
}

static bool fin_wait1(const struct verdict_facts *f)
{
	return in_state(f, TCPTRAIL_FIN_WAIT1);
}

static void say_fin_wait1(const struct verdict_facts *f, struct verdict *v)
{
	char tries[80];

	put_tries(tries, sizeof(tries), "our FIN", f->conn->fins);
	if (f->conn->unacked)
		snprintf(v->sentence, sizeof(v->sentence),
			 "We closed with %u byte%s not acknowledged: the peer does not read (zero "
			 "window) or is gone; %s.",
			 f->conn->unacked, plural(f->conn->unacked), tries);
	else
		snprintf(v->sentence, sizeof(v->sentence),
			 "We closed, but %s: the peer is gone, or something drops its segments.",
			 tries);
	snprintf(v->remedy, sizeof(v->remedy),
		 "See whether the peer lives and reads; the kernel gives up by itself "
		 "(net.ipv4.tcp_orphan_retries), ss -K ends it now.");
}

static bool fin_wait2_orphan(const struct verdict_facts *f)
{
	return in_state(f, TCPTRAIL_FIN_WAIT2) &&
	       (f->conn->half == CONN_MINISOCKET || f->conn->flags & CONN_ORPHAN);
}

static void say_fin_wait2_orphan(const struct verdict_facts *f, struct verdict *v)
{
	snprintf(v->sentence, sizeof(v->sentence),
		 "We closed; the peer acknowledged %s ago and does not close its half: it has a "
		 "CLOSE-WAIT of its own.",
		 f->age);
	snprintf(v->remedy, sizeof(v->remedy),
		 "Look at the peer's process; here it ends by itself (net.ipv4.tcp_fin_timeout).");
}

static bool fin_wait2(const struct verdict_facts *f)
{
	return in_state(f, TCPTRAIL_FIN_WAIT2);
}

static void say_fin_wait2(const struct verdict_facts *f, struct verdict *v)
{
	snprintf(v->sentence, sizeof(v->sentence),
		 "Our half is shut down and %s %s kept the socket; the peer has not closed for %s.",
		 holder_of(f), has(f), f->age);
	snprintf(v->remedy, sizeof(v->remedy),
		 "The peer must close; or close the socket here: then the kernel ends it after "
		 "net.ipv4.tcp_fin_timeout.");
}

static bool syn_sent(const struct verdict_facts *f)
{
	return in_state(f, TCPTRAIL_SYN_SENT);
}

static void say_syn_sent(const struct verdict_facts *f, struct verdict *v)
{
	char tries[80];

	put_tries(tries, sizeof(tries), "the SYN", f->conn->syns);
	snprintf(v->sentence, sizeof(v->sentence),
		 "%s wants to connect, but %s: a filter drops it, or the peer is down.",
		 f->holder ? f->holder : "Some process", tries);
	snprintf(
		v->remedy, sizeof(v->remedy),
		"Check address, route and firewall; a listener without room in its queue is silent, "
		"too. The application should set a connect timeout.");
}

static bool syn_recv(const struct verdict_facts *f)
{
	return in_state(f, TCPTRAIL_SYN_RECV) || in_state(f, TCPTRAIL_NEW_SYN_RECV);
}

static void say_syn_recv(const struct verdict_facts *f, struct verdict *v)
{
	char tries[80];

	put_tries(tries, sizeof(tries), "our SYN-ACK", f->conn->synacks);
	snprintf(
		v->sentence, sizeof(v->sentence),
		"A SYN came, but %s: its sender is forged, cannot be reached by this route, or our "
		"accept queue is full.",
		tries);
	snprintf(
		v->remedy, sizeof(v->remedy),
		"One peer: check the way back to it. Many: a flood, have net.ipv4.tcp_syncookies on; "
		"or raise the listener's backlog and accept faster.");
}

static bool closing(const struct verdict_facts *f)
{
	return in_state(f, TCPTRAIL_CLOSING);
}

static void say_closing(const struct verdict_facts *f, struct verdict *v)
{
	char tries[80];

	put_tries(tries, sizeof(tries), "our FIN", f->conn->fins);
	snprintf(v->sentence, sizeof(v->sentence),
		 "Both sides closed at once, but %s: the peer is gone, or something drops its "
		 "segments.",
		 tries);
	snprintf(v->remedy, sizeof(v->remedy), "It ends by itself; ss -K ends it now.");
}

static bool pile(const struct verdict_facts *f)
{
	return f->pile >= VERDICT_PILE;
}

static void say_pile(const struct verdict_facts *f, struct verdict *v)
{
	if (f->conn->role == CONN_PASSIVE) {
		snprintf(
			v->sentence, sizeof(v->sentence),
			"%u TIME-WAITs at one of our own ports: this server closes first. They cost "
			"a little memory and no ports.",
			f->pile);
		snprintf(
			v->remedy, sizeof(v->remedy),
			"Harmless; if they bother, let the clients close first, or keep connections "
			"alive longer.");
		return;
	}
	snprintf(v->sentence, sizeof(v->sentence),
		 "%u TIME-WAITs towards one peer%s%s: each takes a source port for 60 s, and there "
		 "are some 28,000 of them.",
		 f->pile, f->holder ? ", closed by " : "", f->holder ? f->holder : "");
	snprintf(v->remedy, sizeof(v->remedy),
		 "Reuse connections (a pool, keep-alive); until then net.ipv4.tcp_tw_reuse=1 and a "
		 "wider net.ipv4.ip_local_port_range.");
}

static bool rearmed(const struct verdict_facts *f)
{
	return in_state(f, TCPTRAIL_TIME_WAIT) && f->conn->rearms;
}

static void say_rearmed(const struct verdict_facts *f, struct verdict *v)
{
	snprintf(
		v->sentence, sizeof(v->sentence),
		"TIME-WAIT was begun anew %u time%s, because the peer repeats itself: our last ACK "
		"does not reach it.",
		f->conn->rearms, plural(f->conn->rearms));
	snprintf(v->remedy, sizeof(v->remedy), "Look for loss on the way to the peer.");
}

/* The first that applies has the word: the particular stand before the general. */
static const struct {
	const char *name;
	bool (*applies)(const struct verdict_facts *facts);
	void (*say)(const struct verdict_facts *facts, struct verdict *verdict);
} rules[] = {
	{ "close-wait-not-accepted", not_accepted, say_not_accepted },
	{ "close-wait-unread", unread, say_unread },
	{ "close-wait-leak", leak, say_leak },
	{ "last-ack-unanswered", last_ack, say_last_ack },
	{ "fin-wait1-unanswered", fin_wait1, say_fin_wait1 },
	{ "fin-wait2-orphan", fin_wait2_orphan, say_fin_wait2_orphan },
	{ "fin-wait2-held", fin_wait2, say_fin_wait2 },
	{ "syn-sent-unanswered", syn_sent, say_syn_sent },
	{ "syn-recv-unanswered", syn_recv, say_syn_recv },
	{ "closing-stuck", closing, say_closing },
	{ "time-wait-pile", pile, say_pile },
	{ "time-wait-rearmed", rearmed, say_rearmed },
};

int verdict_rule(const struct verdict_facts *facts)
{
	unsigned int i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].applies(facts))
			return (int)i;
	return -1;
}

const char *verdict_name(unsigned int rule)
{
	return rule < sizeof(rules) / sizeof(rules[0]) ? rules[rule].name : NULL;
}

int verdict_on(const struct verdict_facts *facts, struct verdict *verdict)
{
	int rule = verdict_rule(facts);

	*verdict = (struct verdict){ .name = "" };
	if (rule < 0)
		return 0;
	verdict->name = rules[rule].name;
	rules[rule].say(facts, verdict);
	return 1;
}
