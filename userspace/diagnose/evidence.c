// SPDX-License-Identifier: GPL-2.0
/* What is known of a finding: from its records, from the kernel, from what it shares. */
#include "userspace/diagnose/evidence.h"

#include "userspace/conn/counters.h"
#include "userspace/diagnose/verdict.h"

static const char *const names[FINDING_EVIDENCE_COUNT] = {
	[FINDING_SYN_UNANSWERED] = "syn_unanswered",
	[FINDING_SYN_ARRIVED] = "syn_arrived",
	[FINDING_SYN_ANSWERED] = "syn_answered",
	[FINDING_SYN_ACK_UNANSWERED] = "syn_ack_unanswered",
	[FINDING_SYN_ACK_ACKED] = "syn_ack_acked",
	[FINDING_FLOOD] = "flood",
	[FINDING_QUEUE_FULL] = "queue_full",
	[FINDING_NOT_ACCEPTED] = "not_accepted",
	[FINDING_PEER_CLOSED] = "peer_closed",
	[FINDING_WE_CLOSED] = "we_closed",
	[FINDING_FIN_ACKED] = "fin_acked",
	[FINDING_ORPHAN] = "orphan",
	[FINDING_UNACKED] = "unacked",
	[FINDING_STALLED] = "stalled",
	[FINDING_NOT_LEAVING] = "not_leaving",
	[FINDING_PEER_HEARD] = "peer_heard",
	[FINDING_FULL_UNACKED] = "full_unacked",
	[FINDING_FULL_NEVER_ACKED] = "full_never_acked",
	[FINDING_ZERO_WINDOW] = "zero_window",
	[FINDING_UNREAD] = "unread",
	[FINDING_LISTED] = "listed",
	[FINDING_READS] = "reads",
	[FINDING_READS_NOTHING] = "reads_nothing",
	[FINDING_END_UNREAD] = "end_unread",
	[FINDING_END_READ] = "end_read",
	[FINDING_PEER_HERE] = "peer_here",
	[FINDING_PEER_ENDED] = "peer_ended",
	[FINDING_PEER_GONE] = "peer_gone",
	[FINDING_PEER_BLOCKED] = "peer_blocked",
	[FINDING_RELAY] = "relay",
	[FINDING_SELF] = "self",
	[FINDING_MPTCP] = "mptcp",
	[FINDING_REARMED] = "rearmed",
	[FINDING_OUR_PORT] = "our_port",
	[FINDING_PORTS_OUT] = "ports_out",
	[FINDING_PORTS_LIVE] = "ports_live",
	[FINDING_PORTS_BOUND] = "ports_bound",
	[FINDING_WAITED] = "waited",
	[FINDING_ACCEPTING] = "accepting",
};

const char *finding_evidence_key(unsigned int bit)
{
	return bit < FINDING_EVIDENCE_COUNT ? names[bit] : NULL;
}

static uint64_t of_state(uint8_t state)
{
	switch (state) {
	case TCPTRAIL_SYN_SENT:
		return FINDING(SYN_UNANSWERED);
	case TCPTRAIL_SYN_RECV:
	case TCPTRAIL_NEW_SYN_RECV:
		return FINDING(SYN_ACK_UNANSWERED);
	case TCPTRAIL_CLOSE_WAIT:
		return FINDING(PEER_CLOSED);
	case TCPTRAIL_LAST_ACK:
	case TCPTRAIL_CLOSING:
		return FINDING(PEER_CLOSED) | FINDING(WE_CLOSED);
	case TCPTRAIL_FIN_WAIT1:
		return FINDING(WE_CLOSED);
	case TCPTRAIL_FIN_WAIT2:
		return FINDING(WE_CLOSED) | FINDING(FIN_ACKED);
	}
	return 0;
}

static bool is_flood(const struct syn_backlog *handshakes)
{
	return handshakes && handshakes->count >= VERDICT_FLOOD &&
	       handshakes->peers >= handshakes->count / 2;
}

/* Where records were lost, accept() may have taken it. */
static bool is_not_accepted(const struct finding *f)
{
	return counters_place(f->conn) & COUNTERS_UNACCEPTED && !f->unconfirmed;
}

static uint64_t of_conn(const struct conn *c)
{
	uint64_t e = 0;

	if (c->flags & CONN_SYN_ARRIVED)
		e |= FINDING(SYN_ARRIVED);
	if (c->flags & CONN_SYN_ANSWERED)
		e |= FINDING(SYN_ANSWERED);
	if (c->object == CONN_MINISOCKET || c->flags & CONN_ORPHAN)
		e |= FINDING(ORPHAN);
	if (c->flags & CONN_SELF)
		e |= FINDING(SELF);
	if (c->flags & CONN_MPTCP)
		e |= FINDING(MPTCP);
	if (c->unread && c->state != TCPTRAIL_LISTEN)
		e |= FINDING(UNREAD);
	if (c->unacked)
		e |= FINDING(UNACKED);
	if (c->rearms)
		e |= FINDING(REARMED);
	return e;
}

/*
 * The kernel sends a SYN-ACK again after 1, 3, 7 ... seconds, unless its ACK has come and the
 * request waits for data (TCP_DEFER_ACCEPT). Two that were due and not sent are no delay.
 */
static bool is_synack_acked(const struct finding *f)
{
	uint64_t age_ns = time_between(f->since_ns, f->asked_ns), due_ns = SEC, turn_ns = SEC;
	unsigned int sent, due = 1;

	if (f->conn->object != CONN_REQUEST || f->lossy)
		return false;
	if (finding_live(f))
		sent = f->live.retransmits + 1U;
	else if (f->conn->flags & CONN_SEGMENTS)
		sent = f->conn->synacks;
	else
		return false;
	for (; due_ns <= age_ns; due_ns += turn_ns) {
		due++;
		turn_ns *= 2;
	}
	return sent && sent + 2 <= due;
}

static uint64_t of_path(const struct finding *f)
{
	const struct kernel_socket *live = &f->live;
	uint64_t e = 0;

	if (!finding_live(f))
		return 0;
	if (kernel_socket_zero_window(live))
		e |= FINDING(ZERO_WINDOW);
	if (kernel_socket_not_leaving(live))
		e |= FINDING(NOT_LEAVING);
	if (!finding_is_stalled(f))
		return e;
	e |= FINDING(STALLED);
	if (kernel_socket_heard_ms(live) < live->repeated_ms / 2)
		e |= FINDING(PEER_HEARD);
	if (live->mss && f->conn->unacked >= live->mss)
		e |= FINDING(FULL_UNACKED);
	if (live->acked_bytes && live->acked_bytes < live->mss)
		e |= FINDING(FULL_NEVER_ACKED);
	return e;
}

/* What the process has read, by what the kernel says now, and what was unread at the FIN. */
static uint64_t of_reading(const struct finding *f)
{
	const struct conn *c = f->conn;
	uint64_t e = c->flags & CONN_READS ? FINDING(READS) : 0;

	if (!finding_live(f))
		return e;
	e |= FINDING(LISTED);
	if (f->state != TCPTRAIL_CLOSE_WAIT)
		return e;
	e |= f->live.end_unread ? FINDING(END_UNREAD) : FINDING(END_READ);
	if (c->unread && !(c->flags & (CONN_READS | CONN_AT_LEAST)))
		e |= FINDING(READS_NOTHING);
	return e;
}

static uint64_t of_peer(const struct finding *f)
{
	uint64_t e = finding_peer_is_gone(f)	     ? FINDING(PEER_GONE) :
		     f->conn->flags & CONN_PEER_GONE ? FINDING(PEER_ENDED) :
						       0;

	if (!f->peer)
		return e;
	e |= FINDING(PEER_HERE);
	if (f->peer->unread && f->peer->unacked && f->peer_live.cookie &&
	    kernel_socket_zero_window(&f->peer_live))
		e |= FINDING(PEER_BLOCKED);
	return e;
}

static uint64_t of_burst(const struct port_usage *usage)
{
	return (usage->passive ? FINDING(OUR_PORT) : 0) |
	       (port_usage_is_live(usage) ? FINDING(PORTS_LIVE) : 0) |
	       (port_usage_is_bound(usage) ? FINDING(PORTS_BOUND) : 0) |
	       (usage->out_ns != PORT_USAGE_NEVER ? FINDING(PORTS_OUT) : 0);
}

/* A listener's own, or the one that a connection came by. */
static bool is_queue_full(const struct finding *f)
{
	if (f->state != TCPTRAIL_LISTEN)
		return accept_queue_full(f->queue);
	return finding_live(f) && kernel_socket_queue_full(&f->live);
}

uint64_t finding_evidence(const struct finding *f)
{
	uint64_t e;

	if (f->usage)
		return of_burst(f->usage);
	e = of_state(f->state) | of_conn(f->conn) | of_reading(f) | of_peer(f) | of_path(f);
	if (is_not_accepted(f))
		e |= FINDING(NOT_ACCEPTED);
	if (f->relay)
		e |= FINDING(RELAY);
	if (is_queue_full(f))
		e |= FINDING(QUEUE_FULL);
	if (f->waiting)
		e |= FINDING(WAITED);
	if (f->accepting)
		e |= FINDING(ACCEPTING);
	if (is_flood(f->handshakes))
		e |= FINDING(FLOOD);
	if (is_synack_acked(f))
		e |= FINDING(SYN_ACK_ACKED);
	return e;
}
