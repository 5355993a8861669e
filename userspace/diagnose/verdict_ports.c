// SPDX-License-Identifier: GPL-2.0
/* TIME-WAIT: many of them, and those that do not end. */
#include "userspace/diagnose/verdict_internal.h"

static void say_server(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	SENTENCE(v,
		 "%u TIME-WAITs at one of our own ports, %llu more a minute: this server closes "
		 "first. They cost a little memory and no ports.",
		 f->usage->timewaits, (unsigned long long)port_usage_per_minute(f->usage));
	REMEDY(v, "Harmless; if they bother, let the clients close first, or keep connections "
		  "alive longer.");
}

static void say_port_usage(const struct finding *f, const struct verdict_context *x,
			   struct verdict *v)
{
	const struct port_usage *c = f->usage;
	char when[64] = "that goes on for ever";

	if (!c->out_ns)
		snprintf(when, sizeof(when), "connect() fails with EADDRNOTAVAIL");
	else if (c->out_ns != PORT_USAGE_NEVER)
		snprintf(when, sizeof(when), "none is left in %s",
			 number_text(put_about, c->out_ns).s);
	SENTENCE(v,
		 "%u TIME-WAITs towards one peer%s%s, %llu more a minute, each of which takes a "
		 "source port for 60 s: %u of %u ports (%.0f %%) are in use; at this rate %s.",
		 c->timewaits, x->holder ? ", made by " : "", x->holder ? x->holder : "",
		 (unsigned long long)port_usage_per_minute(c), c->used, c->ports,
		 100 * port_usage_share(c), when);
	REMEDY(v, "Reuse connections (a pool, keep-alive); until then net.ipv4.tcp_tw_reuse=1 and "
		  "a wider net.ipv4.ip_local_port_range.");
}

static void say_rearmed(const struct finding *f, const struct verdict_context *x, struct verdict *v)
{
	SENTENCE(v,
		 "TIME-WAIT was begun anew %u time%s, because the peer repeats itself: our last "
		 "ACK does not reach it.",
		 f->conn->rearms, plural(f->conn->rearms));
	REMEDY(v, "Look for loss on the way to the peer.");
}

const struct rule verdict_rules_ports[] = {
	{ "time-wait-server", VERDICT_HARMLESS, RULE_BURST, FINDING(OUR_PORT), 0, say_server },
	{ "time-wait-ports-out", VERDICT_SPREADS, RULE_BURST, FINDING(PORTS_OUT), 0,
	  say_port_usage },
	{ "time-wait-churn", VERDICT_HARMLESS, RULE_BURST, 0, FINDING(PORTS_OUT), say_port_usage },
	{ "time-wait-rearmed", VERDICT_PASSES, TCPTRAIL_TIME_WAIT, FINDING(REARMED), 0,
	  say_rearmed },
	{ 0 },
};
