// SPDX-License-Identifier: GPL-2.0
/*
 * What is told of an ending: by whom, on what evidence, and which of the two ends of a
 * connection knows more about it. The judgement itself is made in ending_judge.c.
 */
#include "userspace/conn/ending.h"

#include "userspace/conn/ending_judge.h"

static uint8_t by_of(const struct conn *c)
{
	if (ending_is_after_close(c))
		return ENDING_BY_NOBODY;
	switch (c->end) {
	case CONN_NORMAL:
	case CONN_REUSED:
	case CONN_UNANSWERED:
	case CONN_UNREACHABLE:
	case CONN_FIN_TIMEOUT:
	case CONN_NO_PORT:
	case CONN_FAILED:
		return ENDING_BY_NOBODY;
	case CONN_RESET_IN:
	case CONN_REFUSED:
		return ENDING_BY_NETWORK;
	case CONN_RESET_OUT:
	case CONN_SILENT:
	case CONN_LISTENER_GONE:
		return ENDING_BY_US;
	case CONN_ABANDONED:
		return c->flags & CONN_TASK_ENDED ? ENDING_BY_US : ENDING_BY_UNKNOWN;
	case CONN_KILLED:
	case CONN_NETNS_GONE:
		return ENDING_BY_OUTSIDE;
	}
	return ENDING_BY_UNKNOWN;
}

/* By the module's reason in the record of a full socket. */
static bool is_told(const struct conn *c)
{
	return c->why == CONN_WHY_LINGER || c->why == CONN_WHY_DISCONNECT ||
	       c->why == CONN_WHY_REPAIR || c->why == CONN_WHY_CLOSED || c->end == CONN_FAILED;
}

static uint32_t evidence_of(const struct conn *c)
{
	uint32_t e = 0;

	e |= c->fin_out_ns ? EVIDENCE_FIN_OUT : 0;
	e |= c->fin_in_ns ? EVIDENCE_FIN_IN : 0;
	e |= c->fin_out_acked_us ? EVIDENCE_FIN_ACKED : 0;
	e |= c->flags & CONN_RST_IN ? EVIDENCE_RST_IN :
	     ending_has_segments(c) ? EVIDENCE_NO_RST_IN :
				      0;
	e |= c->flags & CONN_RST_OUT ? EVIDENCE_RST_OUT : 0;
	e |= c->error ? EVIDENCE_ERROR : 0;
	e |= c->flags & CONN_TASK_ENDED ? EVIDENCE_TASK : 0;
	e |= c->flags & CONN_ORPHAN ? EVIDENCE_ORPHAN : 0;
	e |= c->unread ? EVIDENCE_UNREAD : 0;
	e |= c->unacked ? EVIDENCE_UNACKED : 0;
	e |= c->object != CONN_SOCKET || is_told(c) ? EVIDENCE_REASON : 0;
	e |= c->reset_reason ? EVIDENCE_RESET_REASON : 0;
	e |= c->flags & CONN_SYN_ACK_ACKED ? EVIDENCE_SYN_ACK_ACKED : 0;
	e |= c->flags & CONN_MPTCP ? EVIDENCE_MPTCP : 0;
	e |= c->flags & CONN_SYN_ARRIVED ? EVIDENCE_SYN_ARRIVED : 0;
	if (c->end == CONN_UNANSWERED || c->end == CONN_UNREACHABLE)
		e |= ending_has_probed(c)	 ? EVIDENCE_PROBES :
		     ending_would_show_probes(c) ? EVIDENCE_NO_PROBE :
						   0;
	e |= c->why == CONN_WHY_UNACCEPTED ? EVIDENCE_NEVER_ACCEPTED : 0;
	return e;
}

struct ending ending_of(const struct conn *c)
{
	struct ending e = { .how = c->end, .why = c->why, .by = by_of(c) };

	if (c->end && c->end != CONN_UNSEEN && c->end != CONN_EVICTED)
		e.evidence = evidence_of(c);
	return e;
}

bool ending_is_after_close(const struct conn *c)
{
	return c->end && c->end != CONN_UNSEEN && c->end != CONN_EVICTED &&
	       c->object == CONN_MINISOCKET && c->state == TCPTRAIL_TIME_WAIT;
}

bool ending_is_orderly(const struct conn *c)
{
	return c->end == CONN_NORMAL || c->end == CONN_REUSED || ending_is_after_close(c);
}

/* How much an end explains; the higher one is told as the reason. */
enum weight {
	WEIGHT_NORMAL,
	WEIGHT_UNKNOWN,
	WEIGHT_AFTER_CLOSE, /* both had closed: what ended the TIME-WAIT matters little */
	WEIGHT_RESET_IN, /* the end that did it knows more */
	WEIGHT_REASON,
	WEIGHT_LIVES,
};

static enum weight weight_of(const struct conn *c)
{
	if (c->end != CONN_NORMAL && c->end != CONN_REUSED && ending_is_after_close(c))
		return WEIGHT_AFTER_CLOSE;
	switch (c->end) {
	case CONN_LIVES:
		return WEIGHT_LIVES;
	case CONN_NORMAL:
		return WEIGHT_NORMAL;
	case CONN_UNSEEN:
	case CONN_EVICTED:
	case CONN_REUSED:
		return WEIGHT_UNKNOWN;
	case CONN_RESET_IN:
	case CONN_RESET:
		return WEIGHT_RESET_IN;
	}
	return WEIGHT_REASON;
}

/* Of two reasons that which came first: what the other end met may follow from it. */
static unsigned int telling_end(const struct conn_pair *pair)
{
	const struct conn *first = pair->ends[0].c, *second = pair->ends[1].c;
	enum weight a, b;

	if (pair->count < 2)
		return 0;
	a = weight_of(first);
	b = weight_of(second);
	if (a == WEIGHT_REASON && b == WEIGHT_REASON)
		return second->since_ns < first->since_ns;
	return b > a;
}

/* Under its own name: with NAT between the two a segment of no socket has another one. */
static bool face(const struct conn *a, const struct conn *b)
{
	return a->lport == b->rport && a->rport == b->lport &&
	       ((a->flags | b->flags) & CONN_IPV6 ||
		(a->addr4[0] == b->addr4[1] && a->addr4[1] == b->addr4[0]));
}

/*
 * Would a RST that went to the end @c from the host of @other be on record as its own? That
 * records were lost is noted of @c, which has ended, before it is of an end that lives.
 */
static bool shows_rst(const struct conn *other, const struct conn *c)
{
	return ending_has_segments(other) && !(c->flags & CONN_LOSSY) &&
	       (!other->end || other->since_ns >= c->since_ns || face(c, other));
}

struct ending ending_of_end(const struct conn_pair *pair, unsigned int i)
{
	const struct conn *c = pair->ends[i].c;
	const struct conn *other = pair->count > 1 && !pair->apart ? pair->ends[!i].c : NULL;
	struct ending e = ending_of(c);

	if (e.why == CONN_WHY_SYN && (c->flags & CONN_SYN_ANSWERED || (other && other->synacks)))
		e.evidence |= EVIDENCE_SYN_ANSWERED;
	if (!other || (e.how != CONN_RESET_IN && e.how != CONN_REFUSED))
		return e;
	if (other->flags & CONN_RST_OUT_FOREIGN && e.evidence & EVIDENCE_RST_IN) {
		e.evidence |= EVIDENCE_HOST_RST_OUT;
		e.by = ENDING_BY_HOST;
	} else if (other->flags & CONN_RST_OUT) {
		e.evidence |= EVIDENCE_PEER_RST_OUT;
		if (e.by == ENDING_BY_NETWORK) /* in TIME-WAIT nobody ended it */
			e.by = ENDING_BY_PEER;
	} else if (e.evidence & EVIDENCE_RST_IN && shows_rst(other, c)) {
		e.evidence |= EVIDENCE_PEER_NO_RST;
		e.by = ENDING_BY_BETWEEN;
	}
	return e;
}

struct ending ending_of_pair(const struct conn_pair *pair, unsigned int *end)
{
	*end = telling_end(pair);
	return ending_of_end(pair, *end);
}

const char *ending_by_key(uint8_t by)
{
	static const char *const keys[] = {
		[ENDING_BY_NOBODY] = "nobody",	 [ENDING_BY_US] = "us",
		[ENDING_BY_PEER] = "peer",	 [ENDING_BY_BETWEEN] = "between",
		[ENDING_BY_HOST] = "host",	 [ENDING_BY_NETWORK] = "network",
		[ENDING_BY_OUTSIDE] = "outside", [ENDING_BY_UNKNOWN] = "unknown",
	};

	return keys[by <= ENDING_BY_UNKNOWN ? by : ENDING_BY_UNKNOWN];
}

const char *ending_evidence_key(unsigned int bit)
{
	static const char *const keys[EVIDENCE_BITS] = {
		"fin_out",	"fin_in",      "fin_acked",    "rst_in",	"rst_out",
		"no_rst_in",	"error",       "task",	       "orphan",	"unread",
		"unacked",	"reason",      "peer_rst_out", "peer_no_rst",	"never_accepted",
		"host_rst_out", "syn_arrived", "reset_reason", "syn_ack_acked", "mptcp",
		"probes",	"no_probe",    "syn_answered",
	};

	return bit < EVIDENCE_BITS ? keys[bit] : NULL;
}
