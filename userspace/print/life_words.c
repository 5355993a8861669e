// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>

#include "userspace/print/life_out.h"
#include "userspace/base/names.h"

/** enum who - the end that did something, as it is called in the text */
enum who {
	WHO_CLIENT,
	WHO_SERVER,
	WHO_US,
	WHO_PEER,
};

static const char *const who_names[] = {
	[WHO_CLIENT] = "the client",
	[WHO_SERVER] = "the server",
	[WHO_US] = "this end",
	[WHO_PEER] = "the peer",
};

/* End @i, or with @other the one that it talked to. */
static enum who who(const struct conn_pair *pair, unsigned int i, bool other)
{
	if (pair->count == 1)
		return other ? WHO_PEER : WHO_US;
	return (i == 1) != other ? WHO_SERVER : WHO_CLIENT;
}

static enum who closer(const struct conn_pair *pair, unsigned int i)
{
	return who(pair, i, pair->ends[i].timing.closer == CONN_CLOSER_PEER);
}

const struct task *life_owner(const struct tracker *tracker, const struct conn *c)
{
	return tracker_task(tracker, c->opener ? c->opener : c->owner);
}

static const char *closed_word(const struct conn_pair *pair, unsigned int i)
{
	static const char *const words[] = { "client closed", "server closed", "closed by us",
					     "closed by peer" };

	if (pair->ends[i].timing.closer == CONN_CLOSER_NONE)
		return "closed";
	if (pair->ends[i].timing.closer == CONN_CLOSER_BOTH)
		return "closed by both";
	return words[closer(pair, i)];
}

static const char *reset_word(enum who by)
{
	static const char *const words[] = { "client reset", "server reset", "reset by us",
					     "reset by peer" };

	return words[by];
}

static const char *unanswered_word(uint8_t state)
{
	if (state == TCPTRAIL_SYN_SENT)
		return "never answered";
	return state == TCPTRAIL_NEW_SYN_RECV ? "expired" : "timed out";
}

const char *life_end_word(uint8_t end)
{
	static const char *const words[CONN_ENDS] = {
		[CONN_LIVES] = "alive",
		[CONN_NORMAL] = "closed",
		[CONN_RESET_IN] = "reset by peer",
		[CONN_RESET_OUT] = "reset by us",
		[CONN_REFUSED] = "refused",
		[CONN_UNANSWERED] = "not answered",
		[CONN_UNREACHABLE] = "unreachable",
		[CONN_ABANDONED] = "given up",
		[CONN_FIN_TIMEOUT] = "no FIN came",
		[CONN_REUSED] = "reused",
		[CONN_KILLED] = "killed",
		[CONN_LISTENER_GONE] = "listener gone",
		[CONN_NETNS_GONE] = "netns gone",
		[CONN_UNSEEN] = "end not seen",
		[CONN_EVICTED] = "dropped",
		[CONN_DROPPED] = "SYN dropped",
	};

	return words[end < CONN_ENDS ? end : CONN_UNSEEN];
}

const char *life_word(const struct conn_pair *pair)
{
	unsigned int i;
	struct ending e = ending_of_pair(pair, &i);
	const struct conn *c = pair->ends[i].c;

	if (ending_is_after_close(c) && e.how != CONN_REUSED)
		return closed_word(pair, i);
	switch (e.how) {
	case CONN_LIVES:
		return state_name(c->state);
	case CONN_NORMAL:
		return closed_word(pair, i);
	case CONN_RESET_IN:
		return e.by == ENDING_BY_BETWEEN ? "reset between" :
		       e.by == ENDING_BY_HOST	 ? "reset by host" :
						   reset_word(who(pair, i, true));
	case CONN_RESET_OUT:
		if (c->why == CONN_WHY_UNREAD && pair->count == 1)
			return "reset, unread";
		return reset_word(who(pair, i, false));
	case CONN_UNANSWERED:
		return unanswered_word(c->state);
	}
	return life_end_word(c->end);
}

static void say_normal(struct buf *out, const struct conn_pair *pair, unsigned int i)
{
	if (pair->ends[i].timing.closer == CONN_CLOSER_NONE)
		buf_str(out, "closed");
	else if (pair->ends[i].timing.closer == CONN_CLOSER_BOTH)
		buf_str(out, "closed normally, by both at the same time");
	else
		buf_printf(out, "closed normally, first by %s", who_names[closer(pair, i)]);
}

static void say_reset(struct buf *out, const struct conn *c, const char *by)
{
	switch (c->why) {
	case CONN_WHY_UNREAD:
		buf_printf(out, "reset by %s: closed with %" PRIu32 " bytes unread", by, c->unread);
		break;
	case CONN_WHY_ABORTED:
		buf_printf(out, "reset by %s: closed with SO_LINGER 0, or disconnected", by);
		break;
	case CONN_WHY_LATE_DATA:
		buf_printf(out, "reset by %s: bytes came after it had closed", by);
		break;
	case CONN_WHY_UNACCEPTED:
		buf_printf(out, "reset by %s: its listener was closed before accept()", by);
		break;
	case CONN_WHY_MEMORY:
		buf_printf(out,
			   "reset by %s: too many orphans (net.ipv4.tcp_max_orphans), or no "
			   "memory for one",
			   by);
		break;
	case CONN_WHY_LINGER2:
		buf_printf(out, "reset by %s: closed with a TCP_LINGER2 below zero", by);
		break;
	default:
		buf_printf(out, "reset by %s", by);
	}
}

static void say_unanswered(struct buf *out, const struct conn *c, const char *by)
{
	switch (c->why) {
	case CONN_WHY_SYN:
		buf_printf(out, "never answered: %u SYN%s sent", c->syns, c->syns == 1 ? "" : "s");
		break;
	case CONN_WHY_SYN_ACK:
		buf_printf(out, "expired: %u SYN-ACK%s sent, no ACK came", c->synacks,
			   c->synacks == 1 ? "" : "s");
		break;
	case CONN_WHY_FIN:
		buf_printf(out, "timed out: the FIN of %s was not acknowledged", by);
		break;
	case CONN_WHY_DATA:
		buf_printf(out, "timed out: %" PRIu32 " bytes of %s were not acknowledged",
			   c->unacked, by);
		break;
	case CONN_WHY_WINDOW:
		buf_printf(out,
			   "timed out: the window for %" PRIu32 " bytes of %s stayed closed, its "
			   "probes were not answered",
			   c->unacked, by);
		break;
	case CONN_WHY_USER_TIMEOUT:
		buf_printf(out, "timed out: the TCP_USER_TIMEOUT of %s was over", by);
		if (c->unacked)
			buf_printf(out, ", %" PRIu32 " bytes not acknowledged", c->unacked);
		break;
	default:
		buf_printf(out, "timed out: the probes of %s were not answered", by);
	}
}

/* Both had closed: what ended the TIME-WAIT took nothing from the connection. */
static const char *after_close(uint8_t end)
{
	switch (end) {
	case CONN_RESET_IN:
		return "; a RST ended its TIME-WAIT (RFC 1337)";
	case CONN_REUSED:
		return "; its TIME-WAIT made room for a new connection";
	case CONN_NETNS_GONE:
		return "; its network namespace went while it was in TIME-WAIT";
	case CONN_KILLED:
		return "; ss -K ended its TIME-WAIT";
	}
	return "";
}

static void say_reset_in(struct buf *out, const struct conn_pair *pair, unsigned int i, uint8_t by)
{
	const char *peer = who_names[who(pair, i, true)];

	if (by == ENDING_BY_BETWEEN)
		buf_printf(out, "reset by a RST that %s did not send: something between sent it",
			   peer);
	else if (by == ENDING_BY_HOST)
		buf_printf(out,
			   "reset by a RST that this machine sent in the name of %s, but not its "
			   "socket: a firewall that rejects",
			   peer);
	else
		buf_printf(out, "reset by %s", peer);
}

static void say_fin_timeout(struct buf *out, const struct conn_pair *pair, unsigned int i)
{
	buf_printf(out, "%s closed, and no FIN came in answer for tcp_fin_timeout",
		   who_names[who(pair, i, false)]);
	if (pair->count > 1 && pair->ends[!i].c->end == CONN_RESET_IN)
		buf_printf(out, "; later a RST told %s", who_names[who(pair, i, true)]);
}

void life_sentence(struct buf *out, const struct conn_pair *pair)
{
	static const char *const sentences[CONN_ENDS] = {
		[CONN_LIVES] = "alive",
		[CONN_ABANDONED] = "given up before it was established",
		[CONN_KILLED] = "killed by someone else (ss -K)",
		[CONN_LISTENER_GONE] = "its listener was closed during the handshake",
		[CONN_NETNS_GONE] = "its network namespace is gone",
		[CONN_UNSEEN] = "over: a new connection has its name; the end is not on record",
		[CONN_EVICTED] = "dropped: there was no memory to follow it",
		[CONN_DROPPED] = "the request was dropped, and not by a RST: ICMP, or ss -K",
	};
	unsigned int i;
	struct ending e = ending_of_pair(pair, &i);
	const struct conn *c = pair->ends[i].c;
	const char *us = who_names[who(pair, i, false)];
	const char *error = error_key(c->error);

	if (ending_is_after_close(c)) {
		say_normal(out, pair, i);
		buf_str(out, after_close(c->end));
		return;
	}
	switch (e.how) {
	case CONN_NORMAL:
		say_normal(out, pair, i);
		break;
	case CONN_REFUSED:
		buf_str(out, e.why == CONN_WHY_ICMP ?
				     "refused: ICMP said that the port is unreachable" :
				     "refused: a RST answered the SYN");
		break;
	case CONN_FIN_TIMEOUT:
		say_fin_timeout(out, pair, i);
		break;
	case CONN_RESET_OUT:
		say_reset(out, c, us);
		break;
	case CONN_RESET_IN:
		say_reset_in(out, pair, i, e.by);
		break;
	case CONN_UNANSWERED:
		say_unanswered(out, c, us);
		break;
	case CONN_UNREACHABLE:
		buf_printf(out, "unreachable for %s (%s)", us, error ? error : "ICMP");
		break;
	default:
		buf_str(out, sentences[c->end < CONN_ENDS ? c->end : CONN_UNSEEN]);
	}
}
