// SPDX-License-Identifier: GPL-2.0
/* TIME-WAIT: many of them, and those that do not end. */
#include "userspace/model/verdict_internal.h"

static bool server(const struct verdict_facts *f)
{
	return f->churn && f->churn->passive;
}

static void say_server(const struct verdict_facts *f, struct verdict *v)
{
	SENTENCE(v,
		 "%u TIME-WAITs at one of our own ports, %llu more a minute: this server closes "
		 "first. They cost a little memory and no ports.",
		 f->churn->timewaits, (unsigned long long)churn_per_minute(f->churn));
	REMEDY(v, "Harmless; if they bother, let the clients close first, or keep connections "
		  "alive longer.");
}

static bool ports_out(const struct verdict_facts *f)
{
	return f->churn && f->churn->out_ns != CHURN_NEVER;
}

static bool churn(const struct verdict_facts *f)
{
	return f->churn;
}

static void say_churn(const struct verdict_facts *f, struct verdict *v)
{
	const struct churn *c = f->churn;
	char out[SPAN_WORDS_MAX], when[64] = "that goes on for ever";

	if (!c->out_ns)
		snprintf(when, sizeof(when), "connect() fails with EADDRNOTAVAIL");
	else if (c->out_ns != CHURN_NEVER)
		snprintf(when, sizeof(when), "none is left in %s", verdict_span(out, c->out_ns));
	SENTENCE(v,
		 "%u TIME-WAITs towards one peer%s%s, %llu more a minute, each of which takes a "
		 "source port for 60 s: %u of %u ports (%.0f %%) are in use; at this rate %s.",
		 c->timewaits, f->holder ? ", made by " : "", f->holder ? f->holder : "",
		 (unsigned long long)churn_per_minute(c), c->used, c->ports, 100 * churn_share(c),
		 when);
	REMEDY(v, "Reuse connections (a pool, keep-alive); until then net.ipv4.tcp_tw_reuse=1 and "
		  "a wider net.ipv4.ip_local_port_range.");
}

static bool rearmed(const struct verdict_facts *f)
{
	return in_state(f, TCPTRAIL_TIME_WAIT) && f->conn->rearms;
}

static void say_rearmed(const struct verdict_facts *f, struct verdict *v)
{
	SENTENCE(v,
		 "TIME-WAIT was begun anew %u time%s, because the peer repeats itself: our last "
		 "ACK does not reach it.",
		 f->conn->rearms, plural(f->conn->rearms));
	REMEDY(v, "Look for loss on the way to the peer.");
}

const struct rule verdict_rules_churn[] = {
	{ "time-wait-server", VERDICT_HARMLESS, server, say_server },
	{ "time-wait-ports-out", VERDICT_SPREADS, ports_out, say_churn },
	{ "time-wait-churn", VERDICT_PASSES, churn, say_churn },
	{ "time-wait-rearmed", VERDICT_PASSES, rearmed, say_rearmed },
	{ 0 },
};
