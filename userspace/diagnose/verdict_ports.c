// SPDX-License-Identifier: GPL-2.0
/* TIME-WAIT: many of them, and those that do not end. */
#include "userspace/diagnose/verdict_internal.h"

/* ", 1000 of them begun in the last 60 s"; nothing where the trail does not tell */
static void say_begun(struct verdict *v, const struct port_usage *u)
{
	if (u->window_ns)
		SENTENCE(v, ", %u of them begun in the last %s", u->begun,
			 number_text(put_about, u->window_ns).s);
}

/* What the number of ports in use rests on, and is not known. */
static void say_assumed(struct verdict *v, const struct port_usage *u)
{
	if (u->assumed && !u->passive)
		SENTENCE(v, " (if net.ipv4.ip_local_port_range is the default, which is not known "
			    "here)");
	if (u->guessed)
		SENTENCE(v, " (if this side %s the %u of which it is not recorded who did)",
			 u->passive ? "accepted" : "opened", u->guessed);
}

/* "(43 %) are in use; none is left: connect() ...", or when that will be, if that is known */
static void say_when(struct verdict *v, const struct port_usage *u)
{
	SENTENCE(v, " (%.0f %%) are in use; ", 100 * port_usage_share(u));
	if (!u->out_ns)
		SENTENCE(v, "none is left: connect() to there fails with EADDRNOTAVAIL");
	else if (u->out_ns != PORT_USAGE_NEVER)
		SENTENCE(v,
			 "%llu were opened in the last %s, %llu ended and left no TIME-WAIT: at "
			 "this rate none is left in %s",
			 (unsigned long long)u->opened, number_text(put_about, u->window_ns).s,
			 (unsigned long long)u->gone, number_text(put_about, u->out_ns).s);
	else
		SENTENCE(v, "some are left");
	say_assumed(v, u);
	SENTENCE(v, ".");
}

static void say_server(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	SENTENCE(v, "%u TIME-WAITs at one of our own ports", f->usage->timewaits);
	say_begun(v, f->usage);
	SENTENCE(v, ": this server closes first");
	say_assumed(v, f->usage);
	SENTENCE(v, ". They cost a little memory and no ports.");
	REMEDY(v, "Harmless; if they bother, let the clients close first, or keep connections "
		  "alive longer.");
}

static void say_timewaits(const struct finding *f, const struct verdict_context *x,
			  struct verdict *v)
{
	const struct port_usage *u = f->usage;

	SENTENCE(v, "%u TIME-WAITs towards one destination%s%s", u->timewaits,
		 x->holder ? ", made by " : "", x->holder ? x->holder : "");
	say_begun(v, u);
	SENTENCE(v, ", each of which takes a source port for %s: %u of %u ports",
		 u->reusable ? "1 s (net.ipv4.tcp_tw_reuse)" : "60 s", u->used, u->ports);
	say_when(v, u);
	REMEDY(v,
	       "Reuse connections (a pool, keep-alive); until then %sa wider "
	       "net.ipv4.ip_local_port_range.",
	       u->reusable ? "" : "net.ipv4.tcp_tw_reuse=1 and ");
}

static void say_live(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	const struct port_usage *u = f->usage;

	SENTENCE(v, "%u connections to one destination live%s%s: %u of %u source ports", u->live,
		 x->holder ? ", most of them of " : "", x->holder ? x->holder : "", u->used,
		 u->ports);
	say_when(v, u);
	REMEDY(v, "Give the pool an upper bound, or close what it does not use. A wider "
		  "net.ipv4.ip_local_port_range or a second source address makes room.");
}

static void say_bound(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	const struct port_usage *u = f->usage;

	SENTENCE(v,
		 "bind() before connect() has taken %u of %u source ports%s%s, each for all "
		 "destinations. ",
		 u->bound, u->ports, x->holder && !u->port ? ", most of them for " : "",
		 x->holder && !u->port ? x->holder : "");
	if (u->port) {
		SENTENCE(v, "To this one %u", u->used);
		say_when(v, u);
	} else {
		SENTENCE(v, "None is left");
		say_assumed(v, u);
		SENTENCE(v, ": connect() to anywhere fails with EADDRNOTAVAIL, bind() of the same "
			    "address with EADDRINUSE.");
	}
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
	{ "source-ports-bound", VERDICT_AFFECTS_OTHERS, RULE_BURST,
	  FINDING(PORTS_OUT) | FINDING(PORTS_BOUND), 0, say_bound },
	{ "source-ports-out", VERDICT_AFFECTS_OTHERS, RULE_BURST,
	  FINDING(PORTS_OUT) | FINDING(PORTS_LIVE), 0, say_live },
	{ "time-wait-ports-out", VERDICT_AFFECTS_OTHERS, RULE_BURST, FINDING(PORTS_OUT),
	  FINDING(PORTS_LIVE) | FINDING(PORTS_BOUND), say_timewaits },
	{ "time-wait-churn", VERDICT_HARMLESS, RULE_BURST, 0,
	  FINDING(PORTS_OUT) | FINDING(PORTS_LIVE) | FINDING(PORTS_BOUND), say_timewaits },
	{ "time-wait-rearmed", VERDICT_PASSES, TCPTRAIL_TIME_WAIT, FINDING(REARMED), 0,
	  say_rearmed },
	{ 0 },
};
