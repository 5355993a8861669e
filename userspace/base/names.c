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

/**
 * struct name - what a number is called
 * @key: for machines
 * @text: for people
 */
struct name {
	const char *key;
	const char *text;
};

/* What has no name is called by its number. */
static const char *or_number(const char *name, unsigned int n)
{
	return name ? name : n < ARRAY_SIZE(put_small_text) ? put_small_text[n] : "?";
}

#define KEY(names, n) or_number((n) < ARRAY_SIZE(names) ? names[n].key : NULL, n)
#define TEXT(names, n) or_number((n) < ARRAY_SIZE(names) ? names[n].text : NULL, n)

static const struct name states[] = {
	[TCPTRAIL_NO_STATE] = { "none", "-" },
	[TCPTRAIL_ESTABLISHED] = { "established", "ESTABLISHED" },
	[TCPTRAIL_SYN_SENT] = { "syn_sent", "SYN-SENT" },
	[TCPTRAIL_SYN_RECV] = { "syn_recv", "SYN-RECV" },
	[TCPTRAIL_FIN_WAIT1] = { "fin_wait1", "FIN-WAIT-1" },
	[TCPTRAIL_FIN_WAIT2] = { "fin_wait2", "FIN-WAIT-2" },
	[TCPTRAIL_TIME_WAIT] = { "time_wait", "TIME-WAIT" },
	[TCPTRAIL_CLOSE] = { "close", "CLOSED" },
	[TCPTRAIL_CLOSE_WAIT] = { "close_wait", "CLOSE-WAIT" },
	[TCPTRAIL_LAST_ACK] = { "last_ack", "LAST-ACK" },
	[TCPTRAIL_LISTEN] = { "listen", "LISTEN" },
	[TCPTRAIL_CLOSING] = { "closing", "CLOSING" },
	[TCPTRAIL_NEW_SYN_RECV] = { "new_syn_recv", "NEW-SYN-RECV" },
};

const char *state_name(uint8_t state)
{
	return TEXT(states, state);
}

const char *state_key(uint8_t state)
{
	return KEY(states, state);
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
	for (unsigned int i = TCPTRAIL_ESTABLISHED; i < ARRAY_SIZE(states); i++) {
		if (same_word(s, states[i].text) || same_word(s, states[i].key))
			return (int)i;
	}
	return same_word(s, "SYN-RECEIVED") ? TCPTRAIL_SYN_RECV : -EINVAL;
}

static const struct name kinds[] = {
	[TCPTRAIL_SOCKET] = { "socket" },     [TCPTRAIL_REQUEST] = { "request" },
	[TCPTRAIL_TIMEWAIT] = { "timewait" }, [TCPTRAIL_ACCEPT] = { "accept" },
	[TCPTRAIL_SEGMENT] = { "segment" },   [TCPTRAIL_LOSS] = { "loss" },
	[TCPTRAIL_SNAPSHOT] = { "snapshot" },
};

const char *kind_key(uint8_t kind)
{
	return KEY(kinds, kind);
}

int kind_parse(const char *s)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].key && !strcasecmp(s, kinds[i].key))
			return (int)i;
	}
	return -EINVAL;
}

static const struct name reasons[] = {
	[TCPTRAIL_REASON_NONE] = { "none" },
	[TCPTRAIL_REASON_ESTABLISHED] = { "established" },
	[TCPTRAIL_REASON_TIMEOUT] = { "timeout" },
	[TCPTRAIL_REASON_RESET] = { "reset" },
	[TCPTRAIL_REASON_LISTENER] = { "listener" },
	[TCPTRAIL_REASON_NETNS] = { "netns" },
	[TCPTRAIL_REASON_FIN] = { "fin" },
	[TCPTRAIL_REASON_SEGMENT] = { "segment" },
	[TCPTRAIL_REASON_SYN] = { "syn" },
	[TCPTRAIL_REASON_REUSE] = { "reuse" },
	[TCPTRAIL_REASON_DATA] = { "data" },
	[TCPTRAIL_REASON_KILLED] = { "killed" },
	[TCPTRAIL_REASON_ICMP] = { "icmp" },
	[TCPTRAIL_REASON_REPAIR] = { "repair" },
	[TCPTRAIL_REASON_DISCONNECT] = { "disconnect" },
	[TCPTRAIL_REASON_LINGER] = { "linger" },
	[TCPTRAIL_REASON_DUPLICATE] = { "duplicate" },
	[TCPTRAIL_REASON_LINGER2] = { "linger2" },
	[TCPTRAIL_REASON_CLOSED] = { "closed" },
	[TCPTRAIL_REASON_UNSENT] = { "unsent" },
	[TCPTRAIL_REASON_NO_PORT] = { "no_port" },
};

const char *reason_key(uint8_t reason)
{
	return KEY(reasons, reason);
}

static const struct name reset_reasons[] = {
	[TCPTRAIL_RESET_NONE] = { "none" },
	[TCPTRAIL_RESET_UNSPECIFIED] = { "unspecified" },
	[TCPTRAIL_RESET_NO_SOCKET] = { "no_socket" },
	[TCPTRAIL_RESET_INVALID_ACK] = { "invalid_ack" },
	[TCPTRAIL_RESET_PAWS] = { "paws" },
	[TCPTRAIL_RESET_TOO_OLD_ACK] = { "too_old_ack" },
	[TCPTRAIL_RESET_ACK_UNSENT] = { "ack_unsent" },
	[TCPTRAIL_RESET_FLAGS] = { "flags" },
	[TCPTRAIL_RESET_OLD_ACK] = { "old_ack" },
	[TCPTRAIL_RESET_LATE_DATA] = { "late_data" },
	[TCPTRAIL_RESET_TIMEWAIT] = { "timewait" },
	[TCPTRAIL_RESET_INVALID_SYN] = { "invalid_syn" },
	[TCPTRAIL_RESET_UNREAD] = { "unread" },
	[TCPTRAIL_RESET_LINGER2] = { "linger2" },
	[TCPTRAIL_RESET_MEMORY] = { "memory" },
	[TCPTRAIL_RESET_STATE] = { "state" },
	[TCPTRAIL_RESET_KEEPALIVE] = { "keepalive" },
	[TCPTRAIL_RESET_UNSENT] = { "unsent" },
	[TCPTRAIL_RESET_MPTCP] = { "mptcp" },
	[TCPTRAIL_RESET_ERROR] = { "error" },
};

const char *reset_reason_key(uint8_t reason)
{
	return KEY(reset_reasons, reason);
}

static const struct name causes[] = {
	[TCPTRAIL_LOSS_LIMITED] = { "limited",
				    "rate limit for SYNs and RSTs of no connection (parameter syn_rate)" },
	[TCPTRAIL_LOSS_OVERWRITTEN] = { "overwritten", "reader too slow for the ring" },
	[TCPTRAIL_LOSS_SNAPSHOT] = { "snapshot", "snapshot of older sockets is incomplete" },
};

const char *cause_key(uint8_t cause)
{
	return KEY(causes, cause);
}

const char *cause_text(uint8_t cause)
{
	return TEXT(causes, cause);
}

static const struct name hooks[] = {
	[TCPTRAIL_HOOK_STATE] = { "state", "no socket's transitions" },
	[TCPTRAIL_HOOK_REQUEST_BEGIN] = { "request_begin", "no SYN-RECEIVED of request sockets" },
	[TCPTRAIL_HOOK_REQUEST_END] = { "request_end", "no end of request sockets" },
	[TCPTRAIL_HOOK_TIMEWAIT_BEGIN] = { "timewait_begin", "no TIME-WAIT begun" },
	[TCPTRAIL_HOOK_TIMEWAIT_SEGMENT] = { "timewait_segment",
					     "no reason why a TIME-WAIT was re-armed or ended" },
	[TCPTRAIL_HOOK_TIMEWAIT_REARM] = { "timewait_rearm", "no TIME-WAIT re-armed" },
	[TCPTRAIL_HOOK_TIMEWAIT_REUSE] = { "timewait_reuse",
					   "TIME-WAITs taken over by connect() are not told apart" },
	[TCPTRAIL_HOOK_TIMEWAIT_TIMER] = { "timewait_timer",
					   "TIME-WAITs whose time was up are told as killed" },
	[TCPTRAIL_HOOK_TIMEWAIT_END] = { "timewait_end", "no TIME-WAIT ended" },
	[TCPTRAIL_HOOK_ACCEPT] = { "accept", "no accept()" },
	[TCPTRAIL_HOOK_SEGMENT] = { "segment", "no segments" },
	[TCPTRAIL_HOOK_RESET_ANSWER] = { "reset_answer",
					 "no reason why a segment was answered with RST" },
	[TCPTRAIL_HOOK_RESET_ABORT] = { "reset_abort",
					"no reason of the kernel's own why a socket was aborted" },
	[TCPTRAIL_HOOK_REQUEST_ICMP] = { "request_icmp",
					 "requests that ICMP ended are told as reset" },
	[TCPTRAIL_HOOK_REQUEST_KILL] = { "request_kill",
					 "requests that SOCK_DESTROY ended are told as reset" },
};

const char *hook_key(unsigned int hook)
{
	return KEY(hooks, hook);
}

const char *hook_loss(unsigned int hook)
{
	return hook < ARRAY_SIZE(hooks) ? hooks[hook].text : "not known to this reader";
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
