// SPDX-License-Identifier: GPL-2.0
/*
 * How a connection ended, as a sentence: ending.c's answer in words, for life -v and for the
 * last sentence of explain.
 */
#include "userspace/explain/ending_words.h"

#include <inttypes.h>

#include "userspace/base/names.h"
#include "userspace/base/number.h"

/* @us: the end whose view it is; @them: the other one. */
static void say_closed(struct buf *out, const struct conn_pair_end *end, const char *us,
		       const char *them)
{
	bool unknown = end->c->why == CONN_WHY_UNREAD;

	buf_str(out, "closed");
	if (end->timing.closer != CONN_CLOSER_NONE && !unknown)
		buf_str(out, " normally");
	if (end->timing.closer == CONN_CLOSER_BOTH)
		buf_str(out, ", by both at the same time");
	else if (end->timing.closer != CONN_CLOSER_NONE)
		buf_printf(out, ", first by %s",
			   end->timing.closer == CONN_CLOSER_PEER ? them : us);
	if (unknown)
		buf_printf(out,
			   "; %s had %" PRIu32
			   " byte%s unread: whether the last ACK ended it, or a "
			   "RST of its own, is not on record",
			   us, end->c->unread, plural(end->c->unread));
	if (end->c->why == CONN_WHY_NO_TIME_WAIT)
		buf_str(out, "; without a TIME-WAIT, for want of room "
			     "(net.ipv4.tcp_max_tw_buckets, or memory)");
}

/* Both had closed: what ended the TIME-WAIT took nothing from the connection. */
static const char *after_close(const struct conn *c)
{
	static const char *const words[CONN_ENDS] = {
		[CONN_REUSED] = "; its TIME-WAIT made room for a new connection",
		[CONN_RESET_IN] = "; a RST ended its TIME-WAIT (RFC 1337)",
		[CONN_KILLED] = "; ss -K, or a BPF program, ended its TIME-WAIT",
	};

	if (!c->end)
		return "; in TIME-WAIT";
	if (c->why == CONN_WHY_NETNS)
		return "; its network namespace went while it was in TIME-WAIT";
	return c->end < CONN_ENDS && words[c->end] ? words[c->end] : "";
}

static void say_reset(struct buf *out, const struct conn *c, const char *us)
{
	static const char *const why[CONN_WHYS] = {
		[CONN_WHY_ABORTED] = ": closed with SO_LINGER 0, or disconnected (AF_UNSPEC)",
		[CONN_WHY_LATE_DATA] = ": bytes came that nobody could read any more",
		[CONN_WHY_UNACCEPTED] = ": its listener was closed before accept()",
		[CONN_WHY_MEMORY] = ": too many orphans (net.ipv4.tcp_max_orphans), or no memory "
				    "for one",
		[CONN_WHY_LINGER2] = ": closed with a TCP_LINGER2 below zero",
		[CONN_WHY_LINGER] = ": closed with SO_LINGER 0",
		[CONN_WHY_DISCONNECT] = ": disconnected, by connect() to AF_UNSPEC",
		[CONN_WHY_OVERFLOW] =
			": the accept queue was full (net.ipv4.tcp_abort_on_overflow)",
		[CONN_WHY_MPTCP] = ": MPTCP gave the subflow up",
	};

	buf_printf(out, "reset by %s", us);
	if (c->why == CONN_WHY_UNREAD)
		buf_printf(out, ": closed with %" PRIu32 " bytes unread", c->unread);
	else if (c->why < CONN_WHYS && why[c->why])
		buf_str(out, why[c->why]);
}

static void say_reset_in(struct buf *out, uint8_t by, const char *them)
{
	if (by == ENDING_BY_BETWEEN)
		buf_printf(out, "reset by a RST that %s did not send: something between sent it",
			   them);
	else if (by == ENDING_BY_HOST)
		buf_printf(out,
			   "reset by a RST that this machine sent in the name of %s, but not its "
			   "socket: a firewall that rejects",
			   them);
	else
		buf_printf(out,
			   by == ENDING_BY_PEER ? "reset by %s" :
						  "reset by a RST in the name of %s",
			   them);
}

/*
 * tcp_probe_timer() gives up a socket that a process holds only when nothing answers its
 * probes. One that nobody holds it gives up after a while in any case (tcp_orphan_retries()).
 */
static void say_window(struct buf *out, const struct conn *c, const char *us)
{
	buf_printf(out, "timed out: the window for %" PRIu32 " bytes of %s stayed closed, ",
		   c->unacked, us);
	buf_str(out, c->flags & CONN_ORPHAN ? "and no process held the socket any more "
					      "(net.ipv4.tcp_orphan_retries)" :
					      "no answer to its probes came");
}

static void say_unanswered(struct buf *out, const struct conn *c, const char *us)
{
	const char *least = c->flags & CONN_LOSSY ? "at least " : "";

	switch (c->why) {
	case CONN_WHY_SYN:
		if (c->state == TCPTRAIL_SYN_RECV) {
			buf_printf(
				out,
				"timed out: both sent a SYN, and that of %s was not acknowledged",
				us);
			break;
		}
		buf_str(out, ending_is_unheard(c) ? "never answered" : "timed out");
		if (c->syns) /* else segments may be turned off */
			buf_printf(out, ": %s%u SYN%s sent", least, c->syns, plural(c->syns));
		if (c->synack_us || c->flags & CONN_RST_IN)
			buf_printf(out, "; a %s came, and was not taken",
				   c->synack_us ? "SYN-ACK" : "RST");
		else if (c->flags & CONN_RST_OUT)
			buf_str(out, "; what came was refused with RST");
		else if (c->flags & CONN_RST_OUT_FOREIGN)
			buf_printf(out,
				   "; a firewall of the machine of %s refused the SYN-ACK with RST",
				   us);
		break;
	case CONN_WHY_SYN_ACK:
		buf_str(out, c->object == CONN_REQUEST ? "expired: " : "timed out: ");
		if (c->synack_us)
			buf_printf(out, "%s%u SYN-ACK%s sent, no ACK came", least, c->synacks,
				   plural(c->synacks));
		else /* counted by the timer: whether they left is not on record */
			buf_printf(out, "no ACK came; the SYN-ACK was due %u time%s", c->synacks,
				   plural(c->synacks));
		break;
	case CONN_WHY_DEFERRED:
		buf_str(out,
			"expired: the SYN-ACK was answered, but no data came (TCP_DEFER_ACCEPT), "
			"or the accept queue had no room");
		break;
	case CONN_WHY_FIN:
		buf_printf(out, "timed out: the FIN of %s was not acknowledged", us);
		break;
	case CONN_WHY_DATA:
		buf_printf(out, "timed out: %" PRIu32 " bytes of %s were not acknowledged",
			   c->unacked, us);
		break;
	case CONN_WHY_WINDOW:
		say_window(out, c, us);
		break;
	case CONN_WHY_USER_TIMEOUT:
		buf_printf(out, "timed out: the TCP_USER_TIMEOUT of %s was over", us);
		if (c->unacked)
			buf_printf(out, ", %" PRIu32 " bytes not acknowledged", c->unacked);
		break;
	case CONN_WHY_UNSENT:
		buf_printf(out, "timed out: %" PRIu32 " bytes of %s waited, and were not sent",
			   c->unacked, us);
		break;
	default:
		buf_printf(out, "timed out: no answer to the probes of %s came", us);
	}
}

void ending_sentence(struct buf *out, const struct conn_pair *pair, unsigned int i,
		     const char *const names[2])
{
	static const char *const sentences[CONN_ENDS] = {
		[CONN_LIVES] = "alive",
		[CONN_ABANDONED] = "given up before it was established",
		[CONN_NO_PORT] = "not begun: connect() found no source port (EADDRNOTAVAIL), and "
				 "sent nothing",
		[CONN_FAILED] = "not begun: connect() failed, and sent nothing",
		[CONN_KILLED] = "killed by someone else (ss -K, or a BPF program)",
		[CONN_LISTENER_GONE] = "its listener was closed during the handshake",
		[CONN_NETNS_GONE] = "its network namespace is gone",
		[CONN_UNSEEN] = "over: a new connection has its name; the end is not on record",
		[CONN_EVICTED] = "dropped: there was no memory to follow it",
		[CONN_DROPPED] = "the request was dropped by ICMP, or by ss -K",
	};
	struct ending e = ending_of_end(pair, i);
	const struct conn *c = pair->ends[i].c;
	const char *us = names[i], *them = names[!i];

	if ((int)i == conn_pair_survivor(pair)) {
		ending_sentence(out, pair, !i, names);
		buf_printf(out, "; half-open: %s lives on, in %s", us, state_name(c->state));
		return;
	}
	if (ending_is_orderly(c) || (!c->end && c->state == TCPTRAIL_TIME_WAIT)) {
		say_closed(out, &pair->ends[i], us, them);
		buf_str(out, after_close(c));
		return;
	}
	switch (e.how) {
	case CONN_REFUSED:
		buf_str(out, e.why == CONN_WHY_ICMP ?
				     "refused: ICMP said that the port is unreachable" :
			     e.evidence & EVIDENCE_RST_IN ?
				     "refused: a RST answered the SYN" :
				     "refused: a RST answered the SYN, or ICMP did");
		break;
	case CONN_FIN_TIMEOUT:
		if (e.why == CONN_WHY_NO_TIME_WAIT)
			buf_printf(out,
				   "%s closed, and had no room to wait for the FIN of the other "
				   "(net.ipv4.tcp_max_tw_buckets, or memory)",
				   us);
		else
			buf_printf(out, "%s closed, and no FIN came in answer for tcp_fin_timeout",
				   us);
		if (pair->count > 1 && pair->ends[!i].c->end == CONN_RESET_IN)
			buf_printf(out, "; later a RST told %s", them);
		break;
	case CONN_RESET_OUT:
		say_reset(out, c, us);
		break;
	case CONN_RESET_IN:
		say_reset_in(out, e.by, them);
		break;
	case CONN_RESET:
		buf_printf(
			out,
			c->object == CONN_REQUEST ?
				"the request was reset by %s, or by a RST in the name of %s, or "
				"dropped by ICMP or ss -K: which one is not on record" :
				"reset by %s (bytes came that nobody could read any more), or by a "
				"RST in the name of %s: which one is not on record",
			us, them);
		break;
	case CONN_SILENT:
		buf_printf(out, "closed by %s without a word: %s", us,
			   e.why == CONN_WHY_REPAIR ? "TCP_REPAIR" :
			   e.why == CONN_WHY_LINGER ? "SO_LINGER 0, after both had sent their FIN" :
						      "connect() to AF_UNSPEC, after both had sent "
						      "their FIN");
		break;
	case CONN_UNANSWERED:
		say_unanswered(out, c, us);
		break;
	case CONN_UNREACHABLE:
		buf_printf(out, "unreachable for %s (%s)", us,
			   c->error ? error_key(c->error) : "ICMP answered its SYN-ACK");
		if (c->unacked)
			buf_printf(out, ": %" PRIu32 " bytes were not acknowledged", c->unacked);
		break;
	default:
		buf_str(out, sentences[e.how < CONN_ENDS ? e.how : CONN_UNSEEN]);
	}
}
