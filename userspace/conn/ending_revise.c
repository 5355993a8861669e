// SPDX-License-Identifier: GPL-2.0
/*
 * What records that come later change in the judgement of an end.
 *
 * A RST that this end sends right after its last transition belongs to it: it says that the
 * socket was aborted, and from 6.10 on why. A RST in its name, while it lives on, is somebody
 * else's. A loss that is told late takes back what was concluded from a record that is missing.
 */
#include "userspace/conn/ending_judge.h"

/* What was concluded from a record that is missing is not known any more. */
void ending_take_loss(struct conn *c)
{
	c->flags |= CONN_LOSSY;
	if (c->end == CONN_NORMAL && ending_may_be_aborted(c))
		c->why = CONN_WHY_UNREAD;
	else if (c->why == CONN_WHY_ICMP || c->why == CONN_WHY_NO_TIME_WAIT)
		c->why = CONN_WHY_UNTOLD;
	else if (c->end == CONN_DROPPED || (c->end == CONN_RESET_IN && ending_is_fin_wait(c) &&
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
		if (has_socket && c->flags & CONN_ORPHAN && ending_is_closing(c->state) &&
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
		if (c->object == CONN_SOCKET && ending_is_fin_wait(c) &&
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
