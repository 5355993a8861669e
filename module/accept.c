// SPDX-License-Identifier: GPL-2.0
/*
 * accept(): the moment when a passively opened socket gets an owner. The
 * security hook sock_graft is called for it, in the accepting task, with the
 * socket locked and its file attached.
 */
#include <net/sock.h>

#include "ftrace_hook.h"
#include "ports.h"
#include "transition.h"

static void record(struct sock *sk)
{
	u16 lport = ntohs(inet_sk(sk)->inet_sport);
	struct tcptrail_record *r;
	unsigned long irq;
	u16 flags;

	if (!tcptrail_ports_wanted(lport, ntohs(sk->sk_dport)) ||
	    !tcptrail_record_begin(&r, &irq, TCPTRAIL_ACCEPT, sock_net(sk)))
		return;
	flags = TCPTRAIL_F_SELF | tcptrail_record_name(r, sk, lport, false);
	flags |= tcptrail_transition_socket(r, sk, sk->sk_state, sk->sk_state, false);
	r->cookie = tcptrail_record_cookie(sk);
	r->flags = flags;
	tcptrail_record_end(r, irq);
}

/* security_sock_graft(sk, parent) */
FTRACE_CALLBACK(accepted)
{
	struct sock *sk = (struct sock *)compat_ftrace_arg(fregs, 0);

	if (sk->sk_protocol == IPPROTO_TCP && sk->sk_type == SOCK_STREAM)
		record(sk);
}

static const struct ftrace_hook hook = { TCPTRAIL_HOOK_ACCEPT,
					 accepted,
					 { "security_sock_graft" } };

void tcptrail_accept_add(void)
{
	tcptrail_ftrace_hook_add(&hook, 1);
}
