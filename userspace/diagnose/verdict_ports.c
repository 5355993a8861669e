// SPDX-License-Identifier: GPL-2.0
/* TIME-WAIT: many of them, and those that do not end. */
#include <string.h>

#include "userspace/diagnose/verdict_internal.h"

/* ", 1000 of them begun in the last 60 s"; nothing where the trail does not tell */
static const char *put_begun(char *to, size_t size, const struct port_usage *u)
{
	*to = '\0';
	if (u->window_ns)
		snprintf(to, size, ", %u of them begun in the last %s", u->begun,
			 number_text(put_about, u->window_ns).s);
	return to;
}

#define ASSUMED " (if net.ipv4.ip_local_port_range is the default, which is not known here)"

#define WHEN_MAX 288

/* "none is left: connect() fails with EADDRNOTAVAIL", or when that will be, if that is known */
static const char *put_when(char *to, size_t size, const struct port_usage *u)
{
	int n;

	if (!u->out_ns)
		n = snprintf(to, size, "none is left: connect() to there fails with EADDRNOTAVAIL");
	else if (u->out_ns != PORT_USAGE_NEVER)
		n = snprintf(
			to, size,
			"%llu were opened in the last %s, %llu ended and left no TIME-WAIT: at "
			"this rate none is left in %s",
			(unsigned long long)u->opened, number_text(put_about, u->window_ns).s,
			(unsigned long long)u->gone, number_text(put_about, u->out_ns).s);
	else
		n = snprintf(to, size, "some are left");
	if (u->assumed)
		snprintf(to + n, size - (size_t)n, "%s", ASSUMED);
	return to;
}

static void say_server(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	char begun[64];

	SENTENCE(v,
		 "%u TIME-WAITs at one of our own ports%s: this server closes first. They cost a "
		 "little memory and no ports.",
		 f->usage->timewaits, put_begun(begun, sizeof(begun), f->usage));
	REMEDY(v, "Harmless; if they bother, let the clients close first, or keep connections "
		  "alive longer.");
}

static void say_timewaits(const struct finding *f, const struct verdict_context *x,
			  struct verdict *v)
{
	const struct port_usage *u = f->usage;
	char when[WHEN_MAX], begun[64];

	SENTENCE(v,
		 "%u TIME-WAITs towards one destination%s%s%s, each of which takes a source port "
		 "for %s: %u of %u ports (%.0f %%) are in use; %s.",
		 u->timewaits, x->holder ? ", made by " : "", x->holder ? x->holder : "",
		 put_begun(begun, sizeof(begun), u),
		 u->reusable ? "1 s (net.ipv4.tcp_tw_reuse)" : "60 s", u->used, u->ports,
		 100 * port_usage_share(u), put_when(when, sizeof(when), u));
	REMEDY(v,
	       "Reuse connections (a pool, keep-alive); until then %sa wider "
	       "net.ipv4.ip_local_port_range.",
	       u->reusable ? "" : "net.ipv4.tcp_tw_reuse=1 and ");
}

static void say_live(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	const struct port_usage *u = f->usage;
	char when[WHEN_MAX];

	SENTENCE(v,
		 "%u connections to one destination live%s%s: %u of %u source ports (%.0f %%) are "
		 "in use; %s.",
		 u->live, x->holder ? ", most of them of " : "", x->holder ? x->holder : "",
		 u->used, u->ports, 100 * port_usage_share(u), put_when(when, sizeof(when), u));
	REMEDY(v, "Give the pool an upper bound, or close what it does not use. A wider "
		  "net.ipv4.ip_local_port_range or a second source address makes room.");
}

static void say_bound(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	const struct port_usage *u = f->usage;
	char when[WHEN_MAX], rest[WHEN_MAX + 64];

	if (u->port)
		snprintf(rest, sizeof(rest), "To this one %u (%.0f %%) are in use; %s.", u->used,
			 100 * port_usage_share(u), put_when(when, sizeof(when), u));
	else
		snprintf(rest, sizeof(rest),
			 "None is left%s: connect() to anywhere fails with EADDRNOTAVAIL, bind() "
			 "of the same address with EADDRINUSE.",
			 u->assumed ? ASSUMED : "");
	SENTENCE(v,
		 "bind() before connect() has taken %u of %u source ports%s%s, each for all "
		 "destinations. %s",
		 u->bound, u->ports, x->holder && !u->port ? ", most of them for " : "",
		 x->holder && !u->port ? x->holder : "", rest);
	REMEDY(v, "Set IP_BIND_ADDRESS_NO_PORT on the socket before bind(): then connect() chooses "
		  "the port, and takes it for its destination only. Or leave out bind().");
}

static void say_rearmed(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	SENTENCE(v,
		 "TIME-WAIT was begun anew %u time%s, because the peer still sends: it repeats its "
		 "FIN, for our last ACK has not reached it, or sends something else to this port.",
		 f->conn->rearms, plural(f->conn->rearms));
	REMEDY(v,
	       "See what comes (tcpdump): if it is a FIN, look for loss on the way to the peer; if "
	       "a SYN, a client or its NAT uses the port again too early.");
}

const struct rule verdict_rules_ports[] = {
	{ "time-wait-server", VERDICT_HARMLESS, RULE_BURST, FINDING(OUR_PORT), 0, say_server },
	{ "source-ports-bound", VERDICT_SPREADS, RULE_BURST,
	  FINDING(PORTS_OUT) | FINDING(PORTS_BOUND), 0, say_bound },
	{ "source-ports-out", VERDICT_SPREADS, RULE_BURST, FINDING(PORTS_OUT) | FINDING(PORTS_LIVE),
	  0, say_live },
	{ "time-wait-ports-out", VERDICT_SPREADS, RULE_BURST, FINDING(PORTS_OUT),
	  FINDING(PORTS_LIVE) | FINDING(PORTS_BOUND), say_timewaits },
	{ "time-wait-churn", VERDICT_HARMLESS, RULE_BURST, 0,
	  FINDING(PORTS_OUT) | FINDING(PORTS_LIVE) | FINDING(PORTS_BOUND), say_timewaits },
	{ "time-wait-rearmed", VERDICT_PASSES, TCPTRAIL_TIME_WAIT, FINDING(REARMED), 0,
	  say_rearmed },
	{ 0 },
};
