// SPDX-License-Identifier: GPL-2.0
/* Segments: times of the steps, and how often each was sent. */
#include "userspace/conn/ending_judge.h"
#include "userspace/conn/tracker_internal.h"

static void segment_sent(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	uint8_t flags = r->segment.tcp_flags;

	if (flags & TCPTRAIL_RST) {
		ending_take_rst_out(c);
		return;
	}
	if (flags & TCPTRAIL_SYN && flags & TCPTRAIL_ACK) {
		join_synack(m, c, &r->segment);
		m->counters.retransmits[COUNTERS_SYN_ACK] += c->synacks > 0;
		apply_count(&c->synacks);
		if (!c->synack_us)
			c->synack_us = conn_span(c->begun_ns, r->time_ns);
	} else if (flags & TCPTRAIL_SYN) {
		m->counters.retransmits[COUNTERS_SYN] += c->syns > 0;
		apply_count(&c->syns);
	}
	if (flags & TCPTRAIL_FIN) {
		m->counters.retransmits[COUNTERS_FIN] += c->fins > 0;
		apply_count(&c->fins);
		apply_fin_sent(c, r->time_ns);
	}
	if (flags & TCPTRAIL_ACK && c->fin_in_ns && !c->fin_in_acked_us)
		c->fin_in_acked_us = conn_span(c->fin_in_ns, r->time_ns);
}

static void segment_received(struct tracker *m, struct conn *c, const struct tcptrail_record *r)
{
	uint8_t flags = r->segment.tcp_flags;

	if (flags & TCPTRAIL_RST) {
		c->flags |= CONN_RST_IN;
	} else if (flags & TCPTRAIL_SYN && flags & TCPTRAIL_ACK) {
		join_synack(m, c, &r->segment);
		if (!c->synack_us)
			c->synack_us = conn_span(c->begun_ns, r->time_ns);
	} else if (flags & TCPTRAIL_FIN && !c->end && c->state != TCPTRAIL_SYN_SENT &&
		   c->state != TCPTRAIL_NO_STATE) {
		apply_fin_received(c, r->time_ns);
	}
}

/* A segment never makes a connection: strangers must not fill the tables. */
struct conn *apply_segment(struct tracker *m, const struct tcptrail_record *r)
{
	struct conn *c = apply_find(m, r);

	if (!c || c->state == TCPTRAIL_LISTEN) {
		m->stats.unmatched++;
		return NULL;
	}
	table_name(m, c, r);
	c->flags |= CONN_SEGMENTS;
	if (r->segment.direction == TCPTRAIL_OUT)
		segment_sent(m, c, r);
	else
		segment_received(m, c, r);
	return c;
}
