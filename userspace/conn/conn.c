// SPDX-License-Identifier: GPL-2.0
/* The names that JSON and metrics have for how a connection ended, and why. */
#include "userspace/conn/conn.h"

const char *conn_end_key(uint8_t end)
{
	static const char *const keys[CONN_ENDS] = {
		[CONN_LIVES] = "lives",
		[CONN_NORMAL] = "normal",
		[CONN_RESET_IN] = "reset_in",
		[CONN_RESET_OUT] = "reset_out",
		[CONN_REFUSED] = "refused",
		[CONN_UNANSWERED] = "unanswered",
		[CONN_UNREACHABLE] = "unreachable",
		[CONN_ABANDONED] = "abandoned",
		[CONN_FIN_TIMEOUT] = "fin_timeout",
		[CONN_REUSED] = "reused",
		[CONN_KILLED] = "killed",
		[CONN_LISTENER_GONE] = "listener_gone",
		[CONN_NETNS_GONE] = "netns_gone",
		[CONN_UNSEEN] = "unseen",
		[CONN_EVICTED] = "evicted",
		[CONN_DROPPED] = "request_dropped",
		[CONN_SILENT] = "silent",
		[CONN_NO_PORT] = "no_port",
		[CONN_RESET] = "reset_unknown",
		[CONN_FAILED] = "connect_failed",
	};

	return end < CONN_ENDS ? keys[end] : "unseen";
}

const char *conn_why_key(uint8_t why)
{
	static const char *const keys[CONN_WHYS] = {
		[CONN_WHY_UNREAD] = "unread",
		[CONN_WHY_ABORTED] = "aborted",
		[CONN_WHY_LATE_DATA] = "late_data",
		[CONN_WHY_UNACCEPTED] = "unaccepted",
		[CONN_WHY_SYN] = "syn",
		[CONN_WHY_SYN_ACK] = "syn_ack",
		[CONN_WHY_DATA] = "data",
		[CONN_WHY_FIN] = "fin",
		[CONN_WHY_KEEPALIVE] = "keepalive",
		[CONN_WHY_USER_TIMEOUT] = "user_timeout",
		[CONN_WHY_WINDOW] = "window",
		[CONN_WHY_ICMP] = "icmp",
		[CONN_WHY_MEMORY] = "memory",
		[CONN_WHY_LINGER2] = "linger2",
		[CONN_WHY_NO_TIME_WAIT] = "no_time_wait",
		[CONN_WHY_LINGER] = "linger",
		[CONN_WHY_DISCONNECT] = "disconnect",
		[CONN_WHY_REPAIR] = "repair",
		[CONN_WHY_OVERFLOW] = "overflow",
		[CONN_WHY_DEFERRED] = "deferred",
		[CONN_WHY_MPTCP] = "mptcp",
		[CONN_WHY_UNSENT] = "unsent",
		[CONN_WHY_NETNS] = "netns",
		[CONN_WHY_CLOSED] = "closed",
	};

	return why < CONN_WHYS ? keys[why] : NULL;
}
