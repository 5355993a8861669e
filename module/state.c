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
#include "ports.h"
#include "request.h"
#include "tracepoint_hook.h"
#include "transition.h"

/* @child: it is being cloned from its listener; @listens: it begins or ceases to listen */
static __always_inline void record(struct sock *sk, u8 old_state, u8 new_state, bool child,
				   bool listens)
{
	u16 lport = ntohs(inet_sk(sk)->inet_sport);
	struct tcptrail_record *r;
	unsigned long irq;
	u64 cookie = 0;
	u16 flags;

	if (!tcptrail_ports_wanted(lport, ntohs(sk->sk_dport)) ||
	    !tcptrail_record_begin(&r, &irq, TCPTRAIL_SOCKET, sock_net(sk)))
		return;
	flags = tcptrail_record_name(r, sk, lport, listens);
	if (child) {
		tcptrail_transition_states(&r->transition, old_state, new_state,
					   TCPTRAIL_REASON_NONE);
		/* Up to 6.12 the clone still has all from its listener. */
		if (!(flags & TCPTRAIL_F_NO_RPORT))
			cookie = tcptrail_record_cookie(sk);
		flags |= TCPTRAIL_F_CHILD;
	} else {
		if (unlikely(old_state == new_state))
			flags |= TCPTRAIL_F_SELF;
		flags |= tcptrail_transition_socket(r, sk, old_state, new_state,
						    new_state == TCP_CLOSE);
		cookie = tcptrail_record_cookie(sk);
	}
	r->cookie = cookie;
	r->flags = flags;
	tcptrail_record_end(r, irq);
}

static noinline void record_listener(struct sock *sk, u8 old_state, u8 new_state)
{
	if (old_state == TCP_LISTEN && new_state == TCP_SYN_RECV) {
		tcptrail_request_saw_child(true);
		record(sk, old_state, new_state, true, false);
	} else {
		record(sk, old_state, new_state, false, true);
	}
}

static void probe(void *data, const struct sock *const_sk, const int old_state, const int new_state)
{
	struct sock *sk = (struct sock *)const_sk;

	if (sk->sk_protocol != IPPROTO_TCP)
		return;
	if (old_state == TCP_SYN_RECV)
		tcptrail_request_saw_child(false);
	if (unlikely(old_state == TCP_LISTEN || new_state == TCP_LISTEN))
		record_listener(sk, old_state, new_state);
	else
		record(sk, old_state, new_state, false, false);
	tcptrail_limit_earn();
}

static const struct tracepoint_hook hook = { TCPTRAIL_HOOK_STATE, "inet_sock_set_state", probe };

void tcptrail_state_add(void)
{
	check_trace_callback_type_inet_sock_set_state(probe);
	tcptrail_tracepoint_hook_add(&hook);
}
