// SPDX-License-Identifier: GPL-2.0
/*
 * How a connection ended, by whom and why.
 *
 * The judgement is made from the record that ends a life (the socket's transition to
 * CLOSE, or the end of its request or minisocket) and from what is on record of the
 * life before it. A RST that this end sends right after its last transition belongs to
 * it: ending_take_rst_out() looks at the judgement once more.
 *
 * What each ending leaves on record is in the kernel's source: tcp_reset(), __tcp_close(),
 * tcp_disconnect(), tcp_rcv_state_process(), tcp_write_timeout(), tcp_abort(). A RST that
 * was taken always leaves an error on the socket (tcp_reset()); one that came and left
 * none was not taken (RFC 5961), and ended nothing.
 */
#include "userspace/conn/ending.h"

#include <errno.h>

#include "userspace/conn/ending_judge.h"

/* Do the segments of this end belong to what is recorded? Then one that is missing never was. */
static bool has_segments(const struct conn *c)
{
	return c->flags & CONN_SEGMENTS && !(c->flags & CONN_LOSSY);
}

static bool is_closing(uint8_t state)
{
	return state == TCPTRAIL_FIN_WAIT1 || state == TCPTRAIL_CLOSING ||
	       state == TCPTRAIL_LAST_ACK;
}

/*
 * What was, or could not be delivered. Bytes without a retransmission wait for a closed
 * window to open: tcp_probe_timer() gives up on those. With nothing under way it was
 * the keepalive timer.
 */
static uint8_t why_unanswered(const struct conn *c, const struct tcptrail_record *r)
{
	switch (c->state) {
	case TCPTRAIL_SYN_SENT:
		return CONN_WHY_SYN;
	case TCPTRAIL_SYN_RECV:
		return c->role == CONN_ACTIVE ? CONN_WHY_SYN : CONN_WHY_SYN_ACK;
	case TCPTRAIL_NEW_SYN_RECV:
		return CONN_WHY_SYN_ACK;
	}
	if (r->flags & TCPTRAIL_F_USER_TIMEOUT && r->transition.error == ETIMEDOUT)
		return CONN_WHY_USER_TIMEOUT;
	if (c->unacked)
		return r->transition.retransmits ? CONN_WHY_DATA : CONN_WHY_WINDOW;
	return is_closing(c->state) ? CONN_WHY_FIN : CONN_WHY_KEEPALIVE;
}

/*
 * No error and no orderly close: this end's own RST. __tcp_close() looks at what is unread
 * before it looks at SO_LINGER, both before it lets go of the socket; too many orphans, or
 * no memory for one, after. Without a task it was the network's doing, or a timer's, or a
 * listener that let go of those that wait in its queue.
 */
static uint8_t why_aborted(const struct conn *c, const struct tcptrail_record *r)
{
	bool orphan = r->flags & TCPTRAIL_F_ORPHAN;

	if (r->flags & TCPTRAIL_F_TASK && !orphan)
		return r->transition.unread ? CONN_WHY_UNREAD : CONN_WHY_ABORTED;
	if (!orphan)
		return CONN_WHY_UNTOLD;
	if (c->state == TCPTRAIL_FIN_WAIT2)
		return r->flags & TCPTRAIL_F_TASK ? CONN_WHY_LINGER2 : CONN_WHY_LATE_DATA;
	if (is_closing(c->state))
		return CONN_WHY_MEMORY;
	if (c->role == CONN_PASSIVE && !(c->flags & CONN_ACCEPTED) && !c->owner)
		return CONN_WHY_UNACCEPTED;
	return CONN_WHY_UNTOLD;
}

/* The kernel had a reason to send a RST to this end's peer: bytes came that nobody can read. */
static bool may_be_late_data(const struct conn *c, const struct tcptrail_record *r)
{
	return r->transition.error == ECONNRESET && r->flags & TCPTRAIL_F_ORPHAN &&
	       (c->state == TCPTRAIL_FIN_WAIT1 || c->state == TCPTRAIL_FIN_WAIT2) &&
	       has_segments(c) && !(c->flags & CONN_RST_IN);
}

static enum conn_end end_without_error(const struct conn *c, const struct tcptrail_record *r)
{
	switch (r->transition.old_state) {
	case TCPTRAIL_SYN_SENT:
	case TCPTRAIL_SYN_RECV:
		return CONN_ABANDONED;
	case TCPTRAIL_LISTEN:
		return CONN_NORMAL;
	case TCPTRAIL_LAST_ACK:
		/* tcp_rcv_state_process() has no task at hand, __tcp_close() no orphan. */
		return r->flags & TCPTRAIL_F_TASK && !(r->flags & TCPTRAIL_F_ORPHAN) ?
			       CONN_RESET_OUT :
			       CONN_NORMAL;
	case TCPTRAIL_FIN_WAIT2:
	case TCPTRAIL_CLOSING:
		if (r->flags & TCPTRAIL_F_TASK && !(r->flags & TCPTRAIL_F_ORPHAN))
			return CONN_RESET_OUT;
		return c->fin_in_ns ? CONN_NORMAL : CONN_FIN_TIMEOUT;
	}
	return CONN_RESET_OUT;
}

enum conn_end ending_judge_socket(struct conn *c, const struct tcptrail_record *r)
{
	enum conn_end end;

	c->why = CONN_WHY_UNTOLD;
	if (r->flags & TCPTRAIL_F_TASK)
		c->flags |= CONN_TASK_ENDED;
	switch (r->transition.error) {
	case 0:
		end = end_without_error(c, r);
		if (end == CONN_RESET_OUT)
			c->why = why_aborted(c, r);
		return end;
	case ECONNRESET:
	case EPIPE:
		if (!may_be_late_data(c, r))
			return CONN_RESET_IN;
		c->why = CONN_WHY_LATE_DATA;
		return CONN_RESET_OUT;
	case ECONNREFUSED:
		/* Without a RST it was an ICMP port unreachable, as a firewall sends it that rejects. */
		if (has_segments(c) && !(c->flags & CONN_RST_IN))
			c->why = CONN_WHY_ICMP;
		return CONN_REFUSED;
	case ECONNABORTED:
		return CONN_KILLED;
	case ETIMEDOUT:
		c->why = why_unanswered(c, r);
		return CONN_UNANSWERED;
	}
	/* The last error that ICMP, or the way out of this machine, had told. */
	c->why = why_unanswered(c, r);
	return CONN_UNREACHABLE;
}

enum conn_end ending_judge_request(struct conn *c, const struct tcptrail_record *r)
{
	c->why = CONN_WHY_UNTOLD;
	switch (r->transition.reason) {
	case TCPTRAIL_REASON_TIMEOUT:
		c->why = why_unanswered(c, r);
		return CONN_UNANSWERED;
	case TCPTRAIL_REASON_RESET:
		/* Or ICMP, or ss -K: the module cannot tell these from a RST that came. */
		return has_segments(c) && !(c->flags & CONN_RST_IN) ? CONN_DROPPED : CONN_RESET_IN;
	case TCPTRAIL_REASON_LISTENER:
		return CONN_LISTENER_GONE;
	case TCPTRAIL_REASON_NETNS:
		return CONN_NETNS_GONE;
	case TCPTRAIL_REASON_KILLED:
		return CONN_KILLED;
	case TCPTRAIL_REASON_ICMP:
		c->why = why_unanswered(c, r);
		return CONN_UNREACHABLE;
	}
	return CONN_UNSEEN;
}

enum conn_end ending_judge_minisocket(struct conn *c, const struct tcptrail_record *r)
{
	c->why = CONN_WHY_UNTOLD;
	switch (r->transition.reason) {
	case TCPTRAIL_REASON_TIMEOUT:
		return c->state == TCPTRAIL_FIN_WAIT2 ? CONN_FIN_TIMEOUT : CONN_NORMAL;
	case TCPTRAIL_REASON_RESET:
		return CONN_RESET_IN;
	case TCPTRAIL_REASON_SYN:
	case TCPTRAIL_REASON_REUSE:
		return CONN_REUSED;
	case TCPTRAIL_REASON_DATA:
		c->why = CONN_WHY_LATE_DATA;
		return CONN_RESET_OUT;
	case TCPTRAIL_REASON_NETNS:
		return CONN_NETNS_GONE;
	case TCPTRAIL_REASON_KILLED:
		return CONN_KILLED;
	}
	return CONN_UNSEEN;
}

/*
 * A socket that sends a RST to end its connection is named in its record. What the kernel
 * answers for a socket that is over, or for a wrong SYN-ACK, has no name: as for those that
 * a firewall sends in the name of a socket that lives on.
 */
void ending_take_rst_out(struct conn *c, const struct tcptrail_record *r)
{
	if (!r->cookie && !c->end && c->object == CONN_SOCKET && c->state != TCPTRAIL_SYN_SENT &&
	    c->state != TCPTRAIL_NO_STATE) {
		c->flags |= CONN_RST_OUT_FOREIGN;
		return;
	}
	c->flags |= CONN_RST_OUT;
	/* Later it is the answer to what came for a connection that was over. */
	if (r->time_ns > c->since_ns + ENDING_AT_ONCE_NS)
		return;
	switch (c->end) {
	case CONN_ABANDONED:
		c->end = CONN_RESET_OUT;
		c->why = c->flags & CONN_TASK_ENDED ? CONN_WHY_ABORTED : c->why;
		break;
	case CONN_FIN_TIMEOUT:
		if (c->object == CONN_MINISOCKET)
			break;
		c->end = CONN_RESET_OUT;
		c->why = c->flags & CONN_TASK_ENDED ? CONN_WHY_LINGER2 : CONN_WHY_LATE_DATA;
		break;
	case CONN_RESET_IN:
		/* Who takes a RST sends none: it was this end's own answer to late data. */
		if (c->object != CONN_SOCKET || !(c->flags & CONN_ORPHAN) ||
		    (c->state != TCPTRAIL_FIN_WAIT1 && c->state != TCPTRAIL_FIN_WAIT2))
			break;
		c->end = CONN_RESET_OUT;
		c->why = CONN_WHY_LATE_DATA;
		break;
	}
}

static uint8_t by_of(const struct conn *c)
{
	switch (c->end) {
	case CONN_NORMAL:
	case CONN_REUSED:
	case CONN_UNANSWERED:
	case CONN_UNREACHABLE:
	case CONN_FIN_TIMEOUT:
		return ENDING_BY_NOBODY;
	case CONN_RESET_IN:
	case CONN_REFUSED:
		return c->why == CONN_WHY_ICMP ? ENDING_BY_BETWEEN : ENDING_BY_PEER;
	case CONN_RESET_OUT:
	case CONN_ABANDONED:
	case CONN_LISTENER_GONE:
		return ENDING_BY_US;
	case CONN_KILLED:
	case CONN_NETNS_GONE:
		return ENDING_BY_OUTSIDE;
	}
	return ENDING_BY_UNKNOWN;
}

static uint32_t evidence_of(const struct conn *c)
{
	uint32_t e = 0;

	e |= c->fin_out_ns ? EVIDENCE_FIN_OUT : 0;
	e |= c->fin_in_ns ? EVIDENCE_FIN_IN : 0;
	e |= c->fin_out_acked_us ? EVIDENCE_FIN_ACKED : 0;
	e |= c->flags & CONN_RST_IN ? EVIDENCE_RST_IN : has_segments(c) ? EVIDENCE_NO_RST_IN : 0;
	e |= c->flags & CONN_RST_OUT ? EVIDENCE_RST_OUT : 0;
	e |= c->error ? EVIDENCE_ERROR : 0;
	e |= c->flags & CONN_TASK_ENDED ? EVIDENCE_TASK : 0;
	e |= c->flags & CONN_ORPHAN ? EVIDENCE_ORPHAN : 0;
	e |= c->unread ? EVIDENCE_UNREAD : 0;
	e |= c->unacked ? EVIDENCE_UNACKED : 0;
	e |= c->object != CONN_SOCKET ? EVIDENCE_REASON : 0;
	e |= c->flags & CONN_SYN_ARRIVED ? EVIDENCE_SYN_ARRIVED : 0;
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

/* Would a RST that went to the end @c from the host of @other be on record as its own? */
static bool shows_rst(const struct conn *other, const struct conn *c)
{
	return has_segments(other) &&
	       (!other->end || other->since_ns >= c->since_ns || face(c, other));
}

struct ending ending_beside(const struct conn *c, const struct conn *other)
{
	struct ending e = ending_of(c);

	if (!other || (e.how != CONN_RESET_IN && e.how != CONN_REFUSED))
		return e;
	if (other->flags & CONN_RST_OUT_FOREIGN && e.evidence & EVIDENCE_RST_IN) {
		e.evidence |= EVIDENCE_HOST_RST_OUT;
		e.by = ENDING_BY_HOST;
	} else if (other->flags & CONN_RST_OUT) {
		e.evidence |= EVIDENCE_PEER_RST_OUT;
	} else if (e.evidence & EVIDENCE_RST_IN && shows_rst(other, c)) {
		e.evidence |= EVIDENCE_PEER_NO_RST;
		e.by = ENDING_BY_BETWEEN;
	}
	return e;
}

struct ending ending_of_pair(const struct conn_pair *pair, unsigned int *end)
{
	unsigned int i = telling_end(pair);

	*end = i;
	return ending_beside(pair->ends[i].c,
			     pair->count > 1 && !pair->apart ? pair->ends[!i].c : NULL);
}

const char *ending_by_key(uint8_t by)
{
	static const char *const keys[] = {
		[ENDING_BY_NOBODY] = "nobody",	 [ENDING_BY_US] = "us",
		[ENDING_BY_PEER] = "peer",	 [ENDING_BY_BETWEEN] = "between",
		[ENDING_BY_HOST] = "host",	 [ENDING_BY_OUTSIDE] = "outside",
		[ENDING_BY_UNKNOWN] = "unknown",
	};

	return keys[by <= ENDING_BY_UNKNOWN ? by : ENDING_BY_UNKNOWN];
}

const char *ending_evidence_key(unsigned int bit)
{
	static const char *const keys[EVIDENCE_BITS] = {
		"fin_out",	"fin_in",      "fin_acked",    "rst_in",      "rst_out",
		"no_rst_in",	"error",       "task",	       "orphan",      "unread",
		"unacked",	"reason",      "peer_rst_out", "peer_no_rst", "never_accepted",
		"host_rst_out", "syn_arrived",
	};

	return bit < EVIDENCE_BITS ? keys[bit] : NULL;
}
