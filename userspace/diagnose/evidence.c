// SPDX-License-Identifier: GPL-2.0
/* What is known of a finding: from its records, from the kernel, from what it shares. */
#include "userspace/diagnose/evidence.h"

#include "userspace/base/array.h"
#include "userspace/conn/counters.h"
#include "userspace/diagnose/verdict.h"

static const char *const names[FINDING_EVIDENCE_COUNT] = {
	[FINDING_SYN_UNANSWERED] = "syn_unanswered",
	[FINDING_SYN_ARRIVED] = "syn_arrived",
	[FINDING_SYN_ANSWERED] = "syn_answered",
	[FINDING_SYN_ACK_ARRIVED] = "syn_ack_arrived",
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

static uint64_t of_conn(const struct conn *c)
{
	uint64_t e = 0;

	if (c->flags & CONN_SYN_ARRIVED)
		e |= FINDING(SYN_ARRIVED);
	if (c->flags & CONN_SYN_ANSWERED)
		e |= FINDING(SYN_ANSWERED);
	if (c->state == TCPTRAIL_SYN_SENT && (c->synack_us || c->flags & CONN_RST_OUT_FOREIGN))
		e |= FINDING(SYN_ACK_ARRIVED);
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
 * How often the SYN-ACK was due until now: after 1, 3, 7 ... seconds it is again. The kernel's
 * timer tells whether the first timeout is that one (BPF may set another): it ends at one of
 * these times. A timer wheel is up to an eighth late each time, and the kernel tells what is
 * left a while after it was asked. 0: it is another one.
 */
static unsigned int synacks_due(const struct finding *f)
{
	uint64_t age_ms = time_between(f->since_ns, f->asked_ns) / MS, due_ms = 1000;
	unsigned int due = 1;

	if (!finding_has_timer(f)) {
		for (; due_ms <= age_ms; due_ms = 2 * due_ms + 1000)
			due++;
		return due;
	}
	age_ms += f->live.expires_ms;
	for (; due_ms + due_ms / 4 < age_ms; due_ms = 2 * due_ms + 1000)
		due++;
	return age_ms + due_ms / 8 >= due_ms ? due : 0;
}

/*
 * The kernel omits a SYN-ACK that is due only if its ACK has come and the request waits for
 * data (TCP_DEFER_ACCEPT). Two that were due and not sent are no delay.
 */
static bool is_synack_acked(const struct finding *f)
{
	unsigned int sent = finding_live(f) ? f->live.retransmits + 1U : f->conn->synacks;

	if (f->conn->object != CONN_REQUEST || f->unknown & FINDING(SYN_ACK_ACKED))
		return false;
	return sent && sent + 2 <= synacks_due(f);
}

/* The timer has gone off, and the SYN that it repeats is not on record, as it would be if sent. */
static bool is_syn_unsent(const struct finding *f)
{
	return f->state == TCPTRAIL_SYN_SENT && f->live.retransmits &&
	       !(f->conn->flags & (CONN_SEGMENTS | CONN_FOUND)) && !(f->missing & HOOK(SEGMENT));
}

static uint64_t of_path(const struct finding *f)
{
	const struct kernel_socket *live = &f->live;
	uint64_t e = 0;

	if (!finding_live(f))
		return 0;
	if (kernel_socket_zero_window(live))
		e |= FINDING(ZERO_WINDOW);
	if (kernel_socket_not_leaving(live) || is_syn_unsent(f))
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

/*
 * What rests on records is not known without them: neither if a record would show it, nor, with
 * @absent, if it is so as long as no record says otherwise. Of the latter the kernel's list of
 * sockets tells as well.
 */
static const struct {
	uint64_t evidence;
	uint64_t hooks;
	bool absent;
} rests_on[] = {
	{ FINDING(SYN_ARRIVED) | FINDING(SYN_ANSWERED) | FINDING(SYN_ACK_ARRIVED) |
		  FINDING(SYN_ACK_ACKED),
	  HOOK(SEGMENT) },
	{ FINDING(NOT_ACCEPTED), HOOK(ACCEPT), true },
	{ FINDING(ACCEPTING), HOOK(ACCEPT) },
	{ FINDING(FLOOD), HOOK(REQUEST_END), true },
	{ FINDING(PEER_GONE), HOOK(STATE), true },
	{ FINDING(PEER_HERE) | FINDING(PEER_ENDED) | FINDING(RELAY), HOOK(STATE) },
	{ FINDING(REARMED), HOOK(TIMEWAIT_REARM) },
};

static uint64_t unknown_of(const struct finding *f)
{
	uint64_t unknown = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rests_on); i++)
		if (f->missing & rests_on[i].hooks && !(rests_on[i].absent && f->confirmed))
			unknown |= rests_on[i].evidence;
	if (f->conn->object != CONN_REQUEST || (finding_live(f) && synacks_due(f)))
		return unknown & ~FINDING(SYN_ACK_ACKED);
	if (finding_live(f) || !(f->conn->flags & CONN_SEGMENTS))
		unknown |= FINDING(SYN_ACK_ACKED);
	return unknown;
}

static uint64_t absent_of(void)
{
	uint64_t absent = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rests_on); i++)
		absent |= rests_on[i].absent ? rests_on[i].evidence : 0;
	return absent;
}

static uint64_t of_finding(const struct finding *f)
{
	uint64_t e;

	e = of_state(f->state) | of_conn(f->conn) | of_reading(f) | of_peer(f) | of_path(f);
	if (counters_place(f->conn) & COUNTERS_UNACCEPTED)
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

/* What a record shows is known, whatever else is missing. */
void finding_find_evidence(struct finding *f)
{
	if (f->usage) {
		f->evidence = of_burst(f->usage);
		return;
	}
	f->unknown = unknown_of(f);
	f->evidence = of_finding(f) & ~(f->unknown & absent_of());
	f->unknown &= ~f->evidence;
}
