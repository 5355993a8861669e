// SPDX-License-Identifier: GPL-2.0
/*
 * Transitions of full sockets, from the tracepoint sock:inet_sock_set_state.
 *
 * It fires before the new state is stored, with the socket locked or not yet (or no more)
 * to be found by others.
 */
#include <net/sock.h>
#include <trace/events/sock.h>

#include "limit.h"
#include "record.h"
#include "request.h"
#include "tracepoint_hook.h"

static void probe(void *data, const struct sock *sk, const int old_state, const int new_state)
{
	if (sk->sk_protocol != IPPROTO_TCP)
		return;

	tcptrail_request_saw_transition(old_state, new_state);
	tcptrail_record_socket((struct sock *)sk, old_state, new_state);
	tcptrail_limit_earn();
}

static const struct tracepoint_hook hook = { TCPTRAIL_HOOK_STATE, "inet_sock_set_state", probe };

void tcptrail_state_add(void)
{
	check_trace_callback_type_inet_sock_set_state(probe);
	tcptrail_tracepoint_hook_add(&hook);
}
