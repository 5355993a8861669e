// SPDX-License-Identifier: GPL-2.0
/*
 * accept(): the moment when a passively opened socket gets an owner. The
 * security hook sock_graft is called for it, in the accepting task, with the
 * socket locked and its file attached.
 */
#include <net/sock.h>

#include "ftrace_hook.h"
#include "record.h"

/* security_sock_graft(sk, parent) */
FTRACE_CALLBACK(accepted)
{
	struct sock *sk = (struct sock *)compat_ftrace_arg(fregs, 0);

	if (sk->sk_protocol == IPPROTO_TCP && sk->sk_type == SOCK_STREAM)
		tcptrail_record_accept(sk);
}

static const struct ftrace_hook hook = { TCPTRAIL_HOOK_ACCEPT,
					 accepted,
					 { "security_sock_graft" } };

void tcptrail_accept_add(void)
{
	tcptrail_ftrace_hook_add(&hook, 1);
}
