// SPDX-License-Identifier: GPL-2.0
/*
 * Request sockets: the server's SYN-RECEIVED (NEW_SYN_RECV) between the SYN and
 * the handshake's third step, which no tracepoint shows.
 *
 * SYN cookies and Fast Open have none.
 */
#include <net/inet_connection_sock.h>
#include <net/net_namespace.h>

#include "ftrace_hook.h"
#include "limit.h"
#include "record.h"
#include "request.h"

DEFINE_PER_CPU(bool, tcptrail_request_child_born);

/* inet_csk_reqsk_queue_hash_add(sk, req, timeout up to 6.x) */
FTRACE_CALLBACK(request_begins)
{
	struct sock *listener = (struct sock *)compat_ftrace_arg(fregs, 0);
	struct request_sock *req = (struct request_sock *)compat_ftrace_arg(fregs, 1);

	if (listener->sk_protocol == IPPROTO_TCP && tcptrail_limit_allows())
		tcptrail_record_request(listener, req, TCP_CLOSE, TCP_NEW_SYN_RECV,
					TCPTRAIL_REASON_NONE);
}

static u8 end_reason(const struct sock *listener, struct request_sock *req, bool from_timer)
{
	if (!check_net(sock_net(req_to_sk(req))))
		return TCPTRAIL_REASON_NETNS;
	if (listener->sk_state != TCP_LISTEN)
		return TCPTRAIL_REASON_LISTENER;
	return from_timer ? TCPTRAIL_REASON_TIMEOUT : TCPTRAIL_REASON_RESET;
}

/* __inet_csk_reqsk_queue_drop(sk, req, from_timer): every end comes by here */
FTRACE_CALLBACK(request_ends)
{
	struct sock *listener = (struct sock *)compat_ftrace_arg(fregs, 0);
	struct request_sock *req = (struct request_sock *)compat_ftrace_arg(fregs, 1);
	bool from_timer = compat_ftrace_arg(fregs, 2) & 1;

	if (listener->sk_protocol != IPPROTO_TCP)
		return;

	/*
	 * The child took its request's place, so that one is unhashed. Without a
	 * child it has had its end: who comes second does nothing.
	 */
	if (sk_unhashed(req_to_sk(req))) {
		if (!this_cpu_read(tcptrail_request_child_born))
			return;
		this_cpu_write(tcptrail_request_child_born, false);
		tcptrail_record_request(listener, req, TCP_NEW_SYN_RECV, TCP_CLOSE,
					TCPTRAIL_REASON_ESTABLISHED);
		return;
	}
	if (tcptrail_limit_allows())
		tcptrail_record_request(listener, req, TCP_NEW_SYN_RECV, TCP_CLOSE,
					end_reason(listener, req, from_timer));
}

static const struct ftrace_hook hooks[] = {
	{ TCPTRAIL_HOOK_REQUEST_BEGIN, request_begins, { "inet_csk_reqsk_queue_hash_add" } },
	{ TCPTRAIL_HOOK_REQUEST_END, request_ends, { "__inet_csk_reqsk_queue_drop" } },
};

void tcptrail_request_add(void)
{
	tcptrail_ftrace_hook_add(hooks, ARRAY_SIZE(hooks));
}
