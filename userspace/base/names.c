// SPDX-License-Identifier: GPL-2.0
/* The tables of names: states, kinds, reasons, causes of loss, hooks, errors, TCP flags. */
#include "userspace/base/names.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "userspace/base/array.h"
#include "userspace/base/buf.h"
#include "userspace/base/record.h"

static const char *look_up(const char *const names[], size_t count, unsigned int n)
{
	if (n < count && names[n])
		return names[n];
	return n < ARRAY_SIZE(put_small_text) ? put_small_text[n] : "?";
}

static const char *const state_names[] = {
	[TCPTRAIL_NO_STATE] = "-",
	[TCPTRAIL_ESTABLISHED] = "ESTABLISHED",
	[TCPTRAIL_SYN_SENT] = "SYN-SENT",
	[TCPTRAIL_SYN_RECV] = "SYN-RECV",
	[TCPTRAIL_FIN_WAIT1] = "FIN-WAIT-1",
	[TCPTRAIL_FIN_WAIT2] = "FIN-WAIT-2",
	[TCPTRAIL_TIME_WAIT] = "TIME-WAIT",
	[TCPTRAIL_CLOSE] = "CLOSED",
	[TCPTRAIL_CLOSE_WAIT] = "CLOSE-WAIT",
	[TCPTRAIL_LAST_ACK] = "LAST-ACK",
	[TCPTRAIL_LISTEN] = "LISTEN",
	[TCPTRAIL_CLOSING] = "CLOSING",
	[TCPTRAIL_NEW_SYN_RECV] = "NEW-SYN-RECV",
};

static const char *const state_keys[] = {
	[TCPTRAIL_NO_STATE] = "none",
	[TCPTRAIL_ESTABLISHED] = "established",
	[TCPTRAIL_SYN_SENT] = "syn_sent",
	[TCPTRAIL_SYN_RECV] = "syn_recv",
	[TCPTRAIL_FIN_WAIT1] = "fin_wait1",
	[TCPTRAIL_FIN_WAIT2] = "fin_wait2",
	[TCPTRAIL_TIME_WAIT] = "time_wait",
	[TCPTRAIL_CLOSE] = "close",
	[TCPTRAIL_CLOSE_WAIT] = "close_wait",
	[TCPTRAIL_LAST_ACK] = "last_ack",
	[TCPTRAIL_LISTEN] = "listen",
	[TCPTRAIL_CLOSING] = "closing",
	[TCPTRAIL_NEW_SYN_RECV] = "new_syn_recv",
};

const char *state_name(uint8_t state)
{
	return look_up(state_names, ARRAY_SIZE(state_names), state);
}

const char *state_key(uint8_t state)
{
	return look_up(state_keys, ARRAY_SIZE(state_keys), state);
}

/* Equal but for case and for "-" and "_". */
static bool same_word(const char *a, const char *b)
{
	for (;; a++, b++) {
		a += strspn(a, "-_");
		b += strspn(b, "-_");
		if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
			return false;
		if (!*a)
			return true;
	}
}

int state_parse(const char *s)
{
	for (unsigned int i = TCPTRAIL_ESTABLISHED; i < ARRAY_SIZE(state_names); i++) {
		if (same_word(s, state_names[i]) || same_word(s, state_keys[i]))
			return (int)i;
	}
	return same_word(s, "SYN-RECEIVED") ? TCPTRAIL_SYN_RECV : -EINVAL;
}

static const char *const kind_keys[] = {
	[TCPTRAIL_SOCKET] = "socket",	  [TCPTRAIL_REQUEST] = "request",
	[TCPTRAIL_TIMEWAIT] = "timewait", [TCPTRAIL_ACCEPT] = "accept",
	[TCPTRAIL_SEGMENT] = "segment",	  [TCPTRAIL_LOSS] = "loss",
	[TCPTRAIL_SNAPSHOT] = "snapshot",
};

const char *kind_key(uint8_t kind)
{
	return look_up(kind_keys, ARRAY_SIZE(kind_keys), kind);
}

int kind_parse(const char *s)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(kind_keys); i++) {
		if (kind_keys[i] && !strcasecmp(s, kind_keys[i]))
			return (int)i;
	}
	return -EINVAL;
}

static const char *const reason_keys[] = {
	[TCPTRAIL_REASON_NONE] = "none",	 [TCPTRAIL_REASON_ESTABLISHED] = "established",
	[TCPTRAIL_REASON_TIMEOUT] = "timeout",	 [TCPTRAIL_REASON_RESET] = "reset",
	[TCPTRAIL_REASON_LISTENER] = "listener", [TCPTRAIL_REASON_NETNS] = "netns",
	[TCPTRAIL_REASON_FIN] = "fin",		 [TCPTRAIL_REASON_SEGMENT] = "segment",
	[TCPTRAIL_REASON_SYN] = "syn",		 [TCPTRAIL_REASON_REUSE] = "reuse",
	[TCPTRAIL_REASON_DATA] = "data",	 [TCPTRAIL_REASON_KILLED] = "killed",
};

const char *reason_key(uint8_t reason)
{
	return look_up(reason_keys, ARRAY_SIZE(reason_keys), reason);
}

static const char *const reset_reason_keys[] = {
	[TCPTRAIL_RESET_NONE] = "none",
	[TCPTRAIL_RESET_UNSPECIFIED] = "unspecified",
	[TCPTRAIL_RESET_NO_SOCKET] = "no_socket",
	[TCPTRAIL_RESET_INVALID_ACK] = "invalid_ack",
	[TCPTRAIL_RESET_PAWS] = "paws",
	[TCPTRAIL_RESET_TOO_OLD_ACK] = "too_old_ack",
	[TCPTRAIL_RESET_ACK_UNSENT] = "ack_unsent",
	[TCPTRAIL_RESET_FLAGS] = "flags",
	[TCPTRAIL_RESET_OLD_ACK] = "old_ack",
	[TCPTRAIL_RESET_LATE_DATA] = "late_data",
	[TCPTRAIL_RESET_TIMEWAIT] = "timewait",
	[TCPTRAIL_RESET_INVALID_SYN] = "invalid_syn",
	[TCPTRAIL_RESET_UNREAD] = "unread",
	[TCPTRAIL_RESET_LINGER2] = "linger2",
	[TCPTRAIL_RESET_MEMORY] = "memory",
	[TCPTRAIL_RESET_STATE] = "state",
	[TCPTRAIL_RESET_KEEPALIVE] = "keepalive",
	[TCPTRAIL_RESET_UNSENT] = "unsent",
	[TCPTRAIL_RESET_MPTCP] = "mptcp",
	[TCPTRAIL_RESET_ERROR] = "error",
};

const char *reset_reason_key(uint8_t reason)
{
	return look_up(reset_reason_keys, ARRAY_SIZE(reset_reason_keys), reason);
}

static const char *const cause_keys[] = {
	[TCPTRAIL_LOSS_LIMITED] = "limited",
	[TCPTRAIL_LOSS_OVERWRITTEN] = "overwritten",
	[TCPTRAIL_LOSS_SNAPSHOT] = "snapshot",
};

static const char *const cause_texts[] = {
	[TCPTRAIL_LOSS_LIMITED] = "rate limit for SYNs and RSTs of no connection (parameter syn_rate)",
	[TCPTRAIL_LOSS_OVERWRITTEN] = "reader too slow for the ring",
	[TCPTRAIL_LOSS_SNAPSHOT] = "snapshot of older sockets is incomplete",
};

const char *cause_key(uint8_t cause)
{
	return look_up(cause_keys, ARRAY_SIZE(cause_keys), cause);
}

const char *cause_text(uint8_t cause)
{
	return look_up(cause_texts, ARRAY_SIZE(cause_texts), cause);
}

static const char *const hook_keys[] = {
	[TCPTRAIL_HOOK_STATE] = "state",
	[TCPTRAIL_HOOK_REQUEST_BEGIN] = "request_begin",
	[TCPTRAIL_HOOK_REQUEST_END] = "request_end",
	[TCPTRAIL_HOOK_TIMEWAIT_BEGIN] = "timewait_begin",
	[TCPTRAIL_HOOK_TIMEWAIT_SEGMENT] = "timewait_segment",
	[TCPTRAIL_HOOK_TIMEWAIT_REARM] = "timewait_rearm",
	[TCPTRAIL_HOOK_TIMEWAIT_REUSE] = "timewait_reuse",
	[TCPTRAIL_HOOK_TIMEWAIT_TIMER] = "timewait_timer",
	[TCPTRAIL_HOOK_TIMEWAIT_END] = "timewait_end",
	[TCPTRAIL_HOOK_ACCEPT] = "accept",
	[TCPTRAIL_HOOK_SEGMENT] = "segment",
	[TCPTRAIL_HOOK_RESET_ANSWER] = "reset_answer",
	[TCPTRAIL_HOOK_RESET_ABORT] = "reset_abort",
};

static const char *const hook_losses[] = {
	[TCPTRAIL_HOOK_STATE] = "no socket's transitions",
	[TCPTRAIL_HOOK_REQUEST_BEGIN] = "no SYN-RECEIVED of request sockets",
	[TCPTRAIL_HOOK_REQUEST_END] = "no end of request sockets",
	[TCPTRAIL_HOOK_TIMEWAIT_BEGIN] = "no TIME-WAIT begun",
	[TCPTRAIL_HOOK_TIMEWAIT_SEGMENT] = "no reason why a TIME-WAIT was re-armed or ended",
	[TCPTRAIL_HOOK_TIMEWAIT_REARM] = "no TIME-WAIT re-armed",
	[TCPTRAIL_HOOK_TIMEWAIT_REUSE] = "TIME-WAITs taken over by connect() are not told apart",
	[TCPTRAIL_HOOK_TIMEWAIT_TIMER] = "TIME-WAITs whose time was up are told as killed",
	[TCPTRAIL_HOOK_TIMEWAIT_END] = "no TIME-WAIT ended",
	[TCPTRAIL_HOOK_ACCEPT] = "no accept()",
	[TCPTRAIL_HOOK_SEGMENT] = "no segments",
	[TCPTRAIL_HOOK_RESET_ANSWER] = "no reason why a segment was answered with RST",
	[TCPTRAIL_HOOK_RESET_ABORT] = "no reason of the kernel's own why a socket was aborted",
};

const char *hook_key(unsigned int hook)
{
	return look_up(hook_keys, ARRAY_SIZE(hook_keys), hook);
}

const char *hook_loss(unsigned int hook)
{
	return hook < ARRAY_SIZE(hook_losses) ? hook_losses[hook] : "not known to this reader";
}

const char *error_key(unsigned int error)
{
	return error ? strerrorname_np((int)error) : "";
}

/* In the order in which people say it: what the segment is for first, the ACK after it. */
static char *put_any_flags(char *p, uint8_t flags)
{
	static const char names[8][4] = { "SYN", "FIN", "RST", "PSH", "ACK", "URG", "ECE", "CWR" };
	static const uint8_t bits[8] = { TCPTRAIL_SYN, TCPTRAIL_FIN, TCPTRAIL_RST, TCPTRAIL_PSH,
					 TCPTRAIL_ACK, TCPTRAIL_URG, TCPTRAIL_ECE, TCPTRAIL_CWR };
	char *start = p;

	for (unsigned int i = 0; i < 8; i++) {
		if (!(flags & bits[i]))
			continue;
		if (p != start)
			*p++ = ',';
		p = put_mem(p, names[i], 3);
	}
	return p;
}

char *put_tcp_flags(char *p, uint8_t flags)
{
	switch (flags) { /* the usual ones fast */
	case 0:
		return put_str(p, "-");
	case TCPTRAIL_SYN:
		return put_str(p, "SYN");
	case TCPTRAIL_ACK:
		return put_str(p, "ACK");
	case TCPTRAIL_SYN | TCPTRAIL_ACK:
		return put_str(p, "SYN,ACK");
	case TCPTRAIL_FIN | TCPTRAIL_ACK:
		return put_str(p, "FIN,ACK");
	default:
		return put_any_flags(p, flags);
	}
}
