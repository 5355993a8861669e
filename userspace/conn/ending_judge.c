// SPDX-License-Identifier: GPL-2.0
/*
 * How a connection ended, and why: judged when its last record comes.
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
 *
 * Where the kernel itself has told why it sent a RST (conn.reset_reason), or the module why
 * a socket closed (enum tcptrail_reason), that is the answer. Older kernels and modules
 * leave it to the rest of the record.
 */
#include "userspace/conn/ending_judge.h"

#include <errno.h>

static bool is_closing(uint8_t state)
{
	return state == TCPTRAIL_FIN_WAIT1 || state == TCPTRAIL_CLOSING ||
	       state == TCPTRAIL_LAST_ACK;
}

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
	return is_closing(c->state) ? CONN_WHY_FIN : CONN_WHY_KEEPALIVE;
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
	if (is_closing(c->state))
		return c->flags & CONN_RST_OUT ? CONN_WHY_MEMORY : CONN_WHY_UNTOLD;
	if (c->role == CONN_PASSIVE && !(c->flags & CONN_ACCEPTED) && !c->owner)
		return CONN_WHY_UNACCEPTED;
	return CONN_WHY_UNTOLD;
}

static bool is_fin_wait(const struct conn *c)
{
	return c->state == TCPTRAIL_FIN_WAIT1 || c->state == TCPTRAIL_FIN_WAIT2;
}

/*
 * Bytes that came when nobody could read them leave the error that a RST leaves: tcp_reset().
 * The RST that they are answered with shows it (infer_from_rst_out()). Where none follows, and
 * it would be on record, it was one that came before the FIN went, and waited in the backlog
 * while the process was in close().
 */
static bool may_be_late_data(const struct conn *c, const struct tcptrail_record *r)
{
	return is_fin_wait(c) && !(c->flags & CONN_RST_IN) &&
	       !(r->flags & TCPTRAIL_F_TASK && ending_has_segments(c));
}

/* In a system call, with bytes unread, and whether a RST went is not on record. */
static bool may_be_aborted(const struct conn *c)
{
	return c->unread && is_closing(c->state) && c->flags & CONN_TASK_ENDED &&
	       !(c->flags & CONN_ORPHAN) && !ending_has_segments(c);
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
	if (c->flags & CONN_RST_OUT || (may_be_aborted(c) && c->unacked))
		return CONN_RESET_OUT;
	if (r->transition.reason == TCPTRAIL_REASON_LINGER ||
	    r->transition.reason == TCPTRAIL_REASON_DISCONNECT)
		return CONN_SILENT;
	if (may_be_aborted(c))
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
	return ended_by_call(r) || is_closing(t->old_state) ||
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

/* What was concluded from a record that is missing is not known any more. */
void ending_take_loss(struct conn *c)
{
	c->flags |= CONN_LOSSY;
	if (c->end == CONN_NORMAL && may_be_aborted(c))
		c->why = CONN_WHY_UNREAD;
	else if (c->why == CONN_WHY_ICMP || c->why == CONN_WHY_NO_TIME_WAIT)
		c->why = CONN_WHY_UNTOLD;
	else if (c->end == CONN_DROPPED || (c->end == CONN_RESET_IN && is_fin_wait(c) &&
					    c->object == CONN_SOCKET && !(c->flags & CONN_RST_IN)))
		c->end = CONN_RESET;
}

static void reset_by_us(struct conn *c, uint8_t why)
{
	c->end = CONN_RESET_OUT;
	c->why = why;
}

/* The socket was aborted: whose call did it is known, or it was one of two. */
static void aborted(struct conn *c)
{
	switch (c->end) {
	case CONN_NORMAL:
	case CONN_ABANDONED:
	case CONN_FIN_TIMEOUT:
	case CONN_UNREACHABLE: /* its error was left from before: a timer sends no RST after it */
		reset_by_us(c, !(c->flags & CONN_TASK_ENDED) ? c->why :
			       c->unread		     ? CONN_WHY_UNREAD :
							       CONN_WHY_ABORTED);
		break;
	case CONN_SILENT: /* data waited behind our FIN */
		c->end = CONN_RESET_OUT;
		break;
	}
}

/* What the kernel says of the RST; false if it says nothing. */
static bool take_reset_reason(struct conn *c)
{
	switch (c->reset_reason) {
	case TCPTRAIL_RESET_NONE:
	case TCPTRAIL_RESET_UNSPECIFIED:
	case TCPTRAIL_RESET_ERROR:
		return false;
	case TCPTRAIL_RESET_UNREAD:
		reset_by_us(c, CONN_WHY_UNREAD);
		break;
	case TCPTRAIL_RESET_LINGER2:
		reset_by_us(c, CONN_WHY_LINGER2);
		break;
	case TCPTRAIL_RESET_MEMORY:
		reset_by_us(c, CONN_WHY_MEMORY);
		break;
	case TCPTRAIL_RESET_LATE_DATA:
		/* So tcp_rcv_state_process() calls what TCP_LINGER2 does, too. */
		if (c->why != CONN_WHY_LINGER2)
			reset_by_us(c, CONN_WHY_LATE_DATA);
		break;
	case TCPTRAIL_RESET_MPTCP:
		reset_by_us(c, CONN_WHY_MPTCP);
		break;
	case TCPTRAIL_RESET_STATE:
	case TCPTRAIL_RESET_UNSENT:
		aborted(c);
		break;
	}
	return true; /* the others answer what came for no connection, and end none */
}

/* Kernels that do not tell: what went right behind the end belongs to it. */
static void infer_from_rst_out(struct conn *c, bool has_socket)
{
	switch (c->end) {
	case CONN_NORMAL:
	case CONN_SILENT:
		if (has_socket && c->flags & CONN_ORPHAN)
			reset_by_us(c, CONN_WHY_MEMORY);
		else if (has_socket)
			aborted(c);
		break;
	case CONN_RESET_OUT:
		if (has_socket && c->flags & CONN_ORPHAN && is_closing(c->state) &&
		    c->why == CONN_WHY_UNTOLD)
			c->why = CONN_WHY_MEMORY;
		break;
	case CONN_UNREACHABLE:
		if (has_socket && c->flags & CONN_TASK_ENDED && !(c->flags & CONN_ORPHAN))
			aborted(c);
		break;
	case CONN_ABANDONED:
		if (c->state != TCPTRAIL_SYN_SENT) /* there it answers a SYN-ACK that was late */
			aborted(c);
		break;
	case CONN_FIN_TIMEOUT:
		if (c->object == CONN_SOCKET)
			reset_by_us(c, c->flags & CONN_TASK_ENDED ? CONN_WHY_LINGER2 :
								    CONN_WHY_LATE_DATA);
		break;
	case CONN_RESET:
	case CONN_RESET_IN:
		/* Who takes a RST sends none: it was this end's own answer to late data. */
		if (c->object == CONN_SOCKET && is_fin_wait(c) &&
		    (c->flags & CONN_ORPHAN || !(c->flags & CONN_RST_IN)))
			reset_by_us(c, CONN_WHY_LATE_DATA);
		break;
	}
}

/*
 * In SYN-SENT the socket refuses what acknowledges something else than its SYN. Whatever
 * acknowledges the SYN, and never came to the socket, something else has refused. Until a
 * SYN-ACK comes, conn.synack is the number of the SYN, see join.c.
 */
static bool refuses_unseen(const struct conn *c, const struct tcptrail_segment *s)
{
	return !c->synack_us && !(c->flags & CONN_PEER_GONE) && c->synack &&
	       c->synack <= UINT32_MAX && s->seq == (uint32_t)c->synack + 1;
}

/*
 * A socket that sends a RST to end its connection is named in its record. What the kernel
 * answers for a socket that is over, or for a wrong SYN-ACK, has no name: as for those that
 * a firewall sends in the name of a socket that lives on. TCP's own have a reason.
 */
void ending_take_rst_out(struct conn *c, const struct tcptrail_record *r)
{
	const struct tcptrail_segment *s = &r->segment;

	if (!r->cookie && !c->end && c->object == CONN_SOCKET && c->state != TCPTRAIL_NO_STATE &&
	    (c->state != TCPTRAIL_SYN_SENT || refuses_unseen(c, s))) {
		if (!s->reset_reason)
			c->flags |= CONN_RST_OUT_FOREIGN;
		return;
	}
	c->flags |= CONN_RST_OUT;
	c->reset_reason = s->reset_reason;
	if (!c->end && c->object == CONN_REQUEST && !(s->tcp_flags & TCPTRAIL_ACK))
		c->why = CONN_WHY_OVERFLOW; /* it answers an ACK; told if the request ends now */
	/* Later it is the answer to what came for a connection that was over. */
	if (!c->end || r->time_ns > c->since_ns + ENDING_AT_ONCE_NS)
		return;
	if (!take_reset_reason(c))
		infer_from_rst_out(c, r->cookie);
}
