// SPDX-License-Identifier: GPL-2.0
/*
 * Transitions of full sockets, from the tracepoint sock:inet_sock_set_state.
 *
 * It is exported nowhere, so it is looked up by name. It fires before the new
 * state is stored, with the socket locked or not yet (or no more) to be found
 * by others; from 7.x on with preemption enabled.
 */
#include <linux/tracepoint.h>
#include <net/sock.h>
#include <trace/events/sock.h>

#include "hooks.h"
#include "limit.h"
#include "record.h"
#include "request.h"

static struct tracepoint *tracepoint;

static void probe(void *data, const struct sock *sk, const int old_state, const int new_state)
{
	if (sk->sk_protocol != IPPROTO_TCP)
		return;

	tcptrail_request_saw_transition(old_state, new_state);
	tcptrail_record_socket((struct sock *)sk, old_state, new_state);
	tcptrail_limit_earn();
}

static void find(struct tracepoint *candidate, void *unused)
{
	if (!strcmp(candidate->name, "inet_sock_set_state"))
		tracepoint = candidate;
}

void tcptrail_state_attach(void)
{
	int err = -ENOENT;

	check_trace_callback_type_inet_sock_set_state(probe);

	for_each_kernel_tracepoint(find, NULL)
		;
	if (tracepoint)
		err = tracepoint_probe_register(tracepoint, probe, NULL);
	tcptrail_hooks_set(TCPTRAIL_HOOK_STATE, err);
}

void tcptrail_state_detach(void)
{
	if (tcptrail_hooks_attached(TCPTRAIL_HOOK_STATE))
		tracepoint_probe_unregister(tracepoint, probe, NULL);
	tracepoint_synchronize_unregister();
}
