// SPDX-License-Identifier: GPL-2.0
/*
 * How a connection ended, and why: judged when its last record comes.
 *
 * The judgement is made from the record that ends a life (the socket's transition to
 * CLOSE, or the end of its request or minisocket) and from what is on record of the
 * life before it. What comes after that record is for ending_revise.c.
 *
 * What each ending leaves on record is in the kernel's source: tcp_reset(), __tcp_close(),
 * tcp_disconnect(), tcp_rcv_state_process(), tcp_write_timeout(), tcp_abort(). A RST that
 * was taken always leaves an error on the socket (tcp_reset()); one that came and left
 * none was not taken (RFC 5961), and ended nothing.
 *
 * Where the kernel itself has told why it sent a RST (conn.reset_reason), or the module why
 * a socket closed (enum tcptrail_reason), that is the answer. Older kernels and modules
 * leave it to the rest of the record.
 */
#include "userspace/conn/ending_judge.h"

#include <errno.h>

/*
 * What was, or could not be delivered. Bytes without a retransmission wait: for a closed
 * window to open, and the probes of that are on record; or for a way out of this machine
 * (no route, a filter), and tcp_probe_timer() gives up on them, too. With nothing under way
 * it was the keepalive timer.
 */
static uint8_t why_unanswered(const struct conn *c, const struct tcptrail_record *r)
{
	switch (c->state) {
	case TCPTRAIL_SYN_SENT:
		return CONN_WHY_SYN;
	case TCPTRAIL_SYN_RECV:
		return c->role == CONN_ACTIVE ? CONN_WHY_SYN : CONN_WHY_SYN_ACK;
	case TCPTRAIL_NEW_SYN_RECV:
		return r->flags & TCPTRAIL_F_ACKED ? CONN_WHY_DEFERRED : CONN_WHY_SYN_ACK;
	}
	if (r->flags & TCPTRAIL_F_USER_TIMEOUT && r->transition.error == ETIMEDOUT)
		return CONN_WHY_USER_TIMEOUT;
	if (c->reset_reason == TCPTRAIL_RESET_KEEPALIVE)
		return CONN_WHY_KEEPALIVE;
	if (c->unacked && r->transition.retransmits)
		return CONN_WHY_DATA;
	if (c->unacked)
		return ending_has_probed(c) ? CONN_WHY_WINDOW : CONN_WHY_UNSENT;
	return ending_is_closing(c->state) ? CONN_WHY_FIN : CONN_WHY_KEEPALIVE;
}

/* It ended in a system call of the process that held it. */
static bool ended_by_call(const struct tcptrail_record *r)
{
	return r->flags & TCPTRAIL_F_TASK && !(r->flags & TCPTRAIL_F_ORPHAN);
}

/* __tcp_close() looks at what is unread before it looks at SO_LINGER. */
static uint8_t why_called_off(const struct tcptrail_record *r)
{
	switch (r->transition.reason) {
	case TCPTRAIL_REASON_LINGER:
		return CONN_WHY_LINGER;
	case TCPTRAIL_REASON_DISCONNECT:
		return CONN_WHY_DISCONNECT;
	}
	return r->transition.unread ? CONN_WHY_UNREAD : CONN_WHY_ABORTED;
}

/*
 * No error and no orderly close: this end's own RST. __tcp_close() looks at unread bytes and
 * SO_LINGER before it lets go of the socket; at too many orphans, or no memory for one,
 * after. Without a task it was the network's doing, or a timer's, or a listener that let go
 * of those that wait in its queue.
 */
static uint8_t why_aborted(const struct conn *c, const struct tcptrail_record *r)
{
	if (c->flags & CONN_MPTCP)
		return CONN_WHY_MPTCP;
	if (r->transition.reason == TCPTRAIL_REASON_LINGER2)
		return CONN_WHY_LINGER2;
	if (ended_by_call(r))
		return why_called_off(r);
	if (!(r->flags & TCPTRAIL_F_ORPHAN))
		return CONN_WHY_UNTOLD;
	if (c->state == TCPTRAIL_FIN_WAIT2)
		return r->flags & TCPTRAIL_F_TASK ? CONN_WHY_LINGER2 : CONN_WHY_LATE_DATA;
	/* A kernel socket whose network namespace goes is dropped so, too, but without a RST. */
	if (ending_is_closing(c->state))
		return c->flags & CONN_RST_OUT ? CONN_WHY_MEMORY : CONN_WHY_UNTOLD;
	if (c->role == CONN_PASSIVE && !(c->flags & CONN_ACCEPTED) && !c->owner)
		return CONN_WHY_UNACCEPTED;
	return CONN_WHY_UNTOLD;
}

/*
 * Bytes that came when nobody could read them leave the error that a RST leaves: tcp_reset().
 * The RST that they are answered with shows it (infer_from_rst_out()). Where none follows, and
 * it would be on record, it was one that came before the FIN went, and waited in the backlog
 * while the process was in close().
 */
static bool may_be_late_data(const struct conn *c, const struct tcptrail_record *r)
{
	return ending_is_fin_wait(c) && !(c->flags & CONN_RST_IN) &&
	       !(r->flags & TCPTRAIL_F_TASK && ending_has_segments(c));
}

/*
 * A process that lets go of a connection that both sides have closed sends a RST only if
 * bytes are lost with it: unread ones, or ones that had not left yet. The RST comes behind
 * this record, and shows that (infer_from_rst_out()). On the loopback the last ACK, too, comes
 * while a task has the socket: where segments are not recorded, unread bytes tell nothing,
 * unless some of ours are not acknowledged: then that ACK has not come.
 */
static enum conn_end end_of_closed(struct conn *c, const struct tcptrail_record *r)
{
	if (c->flags & CONN_RST_OUT || (ending_may_be_aborted(c) && c->unacked))
		return CONN_RESET_OUT;
	if (r->transition.reason == TCPTRAIL_REASON_LINGER ||
	    r->transition.reason == TCPTRAIL_REASON_DISCONNECT)
		return CONN_SILENT;
	if (ending_may_be_aborted(c))
		c->why = CONN_WHY_UNREAD;
	return CONN_NORMAL;
}

/*
 * In SYN-SENT. tcp_v4_connect() enters it, and asks for a port then: modules before 0.2 say of
 * a connect() that failed no more than that it has none.
 */
static enum conn_end end_unanswered(struct conn *c, const struct tcptrail_record *r)
{
	switch (r->transition.reason) {
	case TCPTRAIL_REASON_NO_PORT:
		return CONN_NO_PORT;
	case TCPTRAIL_REASON_UNSENT:
		return CONN_FAILED;
	case TCPTRAIL_REASON_CLOSED:
		c->why = CONN_WHY_CLOSED;
		return CONN_ABANDONED;
	case TCPTRAIL_REASON_DISCONNECT:
		c->why = CONN_WHY_DISCONNECT;
		return CONN_ABANDONED;
	}
	return r->flags & TCPTRAIL_F_NO_LPORT && r->flags & TCPTRAIL_F_TASK &&
			       !(c->flags & CONN_WHOLE) ?
		       CONN_NO_PORT :
		       CONN_ABANDONED;
}

static enum conn_end end_without_error(struct conn *c, const struct tcptrail_record *r)
{
	if (r->transition.reason == TCPTRAIL_REASON_REPAIR)
		return CONN_SILENT;
	switch (r->transition.old_state) {
	case TCPTRAIL_SYN_SENT:
		return end_unanswered(c, r);
	case TCPTRAIL_SYN_RECV:
		return CONN_ABANDONED;
	case TCPTRAIL_LISTEN:
		return CONN_NORMAL;
	case TCPTRAIL_LAST_ACK:
	case TCPTRAIL_CLOSING:
		return end_of_closed(c, r);
	case TCPTRAIL_FIN_WAIT2:
		if (r->transition.reason == TCPTRAIL_REASON_LINGER2)
			return CONN_RESET_OUT;
		if (ended_by_call(r) &&
		    (r->transition.unread || r->transition.reason || !c->fin_in_ns))
			return CONN_RESET_OUT;
		return c->fin_in_ns ? CONN_NORMAL : CONN_FIN_TIMEOUT;
	}
	return CONN_RESET_OUT;
}

static uint8_t why_silent(const struct tcptrail_record *r)
{
	return r->transition.reason == TCPTRAIL_REASON_REPAIR ? CONN_WHY_REPAIR : why_called_off(r);
}

/*
 * What ICMP, or the way out of this machine, tells is no error of a connection that stands: but
 * it is what the timer leaves that gives up later (tcp_write_err()).
 */
static bool is_of_path(uint16_t error)
{
	switch (error) {
	case EACCES:
	case ECONNREFUSED:
	case EHOSTDOWN:
	case EHOSTUNREACH:
	case EINVAL: /* a blackhole route */
	case ENETDOWN:
	case ENETUNREACH:
	case ENONET:
	case ENOPROTOOPT:
	case EOPNOTSUPP:
	case EPERM:
	case EPROTO:
		return true;
	}
	return false;
}

/*
 * An error that nobody has fetched stays with a socket (ICMP's with IP_RECVERR, kTLS's), and
 * the connection goes on: the last ACK comes, or its process aborts it. No timer has run out
 * then: it leaves no other errors than these, and only with something under way; but for that
 * of keepalive, which runs while a process holds the socket, and needs no system call.
 */
static bool is_left_from_before(const struct tcptrail_record *r)
{
	const struct tcptrail_transition *t = &r->transition;

	switch (t->error) {
	case ECONNRESET:
	case EPIPE:
	case ECONNABORTED:
	case ETIMEDOUT:
		return false;
	}
	if (t->old_state == TCPTRAIL_SYN_SENT || t->old_state == TCPTRAIL_SYN_RECV)
		return false;
	if (!is_of_path(t->error))
		return true;
	if (t->retransmits || t->unacked)
		return false;
	return ended_by_call(r) || ending_is_closing(t->old_state) ||
	       (t->old_state == TCPTRAIL_FIN_WAIT2 && r->flags & TCPTRAIL_F_ORPHAN);
}

enum conn_end ending_judge_socket(struct conn *c, const struct tcptrail_record *r)
{
	enum conn_end end;

	c->why = CONN_WHY_UNTOLD;
	if (r->flags & TCPTRAIL_F_TASK)
		c->flags |= CONN_TASK_ENDED;
	switch (is_left_from_before(r) ? 0 : r->transition.error) {
	case 0:
		end = end_without_error(c, r);
		if (end == CONN_RESET_OUT)
			c->why = why_aborted(c, r);
		else if (end == CONN_SILENT)
			c->why = why_silent(r);
		return end;
	case ECONNRESET:
	case EPIPE:
		return may_be_late_data(c, r) ? CONN_RESET : CONN_RESET_IN;
	case ECONNREFUSED:
		if (r->transition.old_state != TCPTRAIL_SYN_SENT &&
		    r->transition.old_state != TCPTRAIL_SYN_RECV)
			break;
		/* Without a RST it was an ICMP port unreachable, as a firewall sends it that rejects. */
		if (ending_has_segments(c) && !(c->flags & CONN_RST_IN))
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

/*
 * No RST came, and one went: tcp_check_req() had no room in the accept queue for what the
 * handshake's third step would have made, or it answered a SYN inside the window.
 */
static enum conn_end end_of_reset_request(struct conn *c, bool overflow)
{
	if (c->flags & CONN_RST_IN)
		return CONN_RESET_IN;
	if (!(c->flags & CONN_RST_OUT) && !ending_has_segments(c))
		return CONN_RESET;
	if (!(c->flags & CONN_RST_OUT))
		return CONN_DROPPED; /* a module before ABI 2.1 does not tell ICMP and ss -K apart */
	if (overflow)
		c->why = CONN_WHY_OVERFLOW;
	return CONN_RESET_OUT;
}

enum conn_end ending_judge_request(struct conn *c, const struct tcptrail_record *r)
{
	bool overflow = c->why == CONN_WHY_OVERFLOW;

	c->why = CONN_WHY_UNTOLD;
	switch (r->transition.reason) {
	case TCPTRAIL_REASON_TIMEOUT:
		c->why = why_unanswered(c, r);
		return CONN_UNANSWERED;
	case TCPTRAIL_REASON_RESET:
		return end_of_reset_request(c, overflow);
	case TCPTRAIL_REASON_LISTENER:
		return CONN_LISTENER_GONE;
	case TCPTRAIL_REASON_NETNS:
		return CONN_NETNS_GONE;
	case TCPTRAIL_REASON_KILLED:
		return CONN_KILLED;
	case TCPTRAIL_REASON_ICMP:
		c->why = CONN_WHY_SYN_ACK;
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
		if (c->state != TCPTRAIL_TIME_WAIT)
			return CONN_NETNS_GONE;
		c->why = CONN_WHY_NETNS; /* both had closed */
		return CONN_NORMAL;
	case TCPTRAIL_REASON_KILLED:
		return CONN_KILLED;
	}
	return CONN_UNSEEN;
}
