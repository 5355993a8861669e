// SPDX-License-Identifier: GPL-2.0
/*
 * Request sockets: the server's SYN-RECEIVED (NEW_SYN_RECV) between the SYN and
 * the handshake's third step, which no tracepoint shows.
 *
 * SYN cookies and Fast Open have none.
 */
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <net/inet_connection_sock.h>
#include <net/net_namespace.h>
#include <net/tcp.h>

#include "ftrace_hook.h"
#include "limit.h"
#include "ports.h"
#include "request.h"
#include "transition.h"

DEFINE_PER_CPU(bool, tcptrail_request_child_born);

/**
 * struct note - which request is about to be dropped on this CPU, and why
 * @req: only compared, never followed
 * @when: jiffies; a note of more than a second ago is about a request that was gone already
 * @reason: enum tcptrail_reason
 *
 * Left where ICMP or SOCK_DESTROY are looked at, and taken where the request is dropped.
 * Written and taken with interrupts off: in between, another task may come.
 */
struct note {
	const struct request_sock *req;
	unsigned long when;
	u8 reason;
};

static DEFINE_PER_CPU(struct note, notes);

static void leave_note(const struct request_sock *req, u8 reason)
{
	unsigned long irq;

	local_irq_save(irq);
	*this_cpu_ptr(&notes) = (struct note){ .req = req, .when = jiffies, .reason = reason };
	local_irq_restore(irq);
}

static u8 take_note(const struct request_sock *req)
{
	u8 reason = TCPTRAIL_REASON_NONE;
	struct note *note;
	unsigned long irq;

	local_irq_save(irq);
	note = this_cpu_ptr(&notes);
	if (unlikely(note->req == req)) {
		if (time_before(jiffies, note->when + HZ))
			reason = note->reason;
		note->req = NULL;
	}
	local_irq_restore(irq);
	return reason;
}

static __always_inline void record(struct sock *listener, struct request_sock *req, u8 old_state,
				   u8 new_state, u8 reason)
{
	struct sock *sk = req_to_sk(req);
	u16 lport = inet_rsk(req)->ir_num;
	struct tcptrail_record *r;
	struct tcptrail_transition *t;
	u16 flags = TCPTRAIL_F_ORPHAN;
	u64 synack_us;
	unsigned long irq;

	if (!tcptrail_ports_wanted(lport, ntohs(inet_rsk(req)->ir_rmt_port)) ||
	    !tcptrail_record_begin(&r, &irq, TCPTRAIL_REQUEST, sock_net(sk)))
		return;
	flags |= tcptrail_record_name(r, sk, lport, false);
	t = &r->transition;
	tcptrail_transition_states(t, old_state, new_state, reason);
	tcptrail_transition_owner(t, listener);
	t->retransmits = req->num_timeout;
	r->cookie = tcptrail_record_cookie(sk);
	r->time_ns = ktime_get_mono_fast_ns();
	synack_us = tcp_rsk(req)->snt_synack;
	if (new_state == TCP_CLOSE && synack_us) {
		t->srtt_us = div_u64(r->time_ns, NSEC_PER_USEC) - synack_us;
		if (inet_rsk(req)->acked)
			flags |= TCPTRAIL_F_ACKED;
	}
	r->flags = flags;
	tcptrail_record_show(r, irq);
}

/* inet_csk_reqsk_queue_hash_add(sk, req, timeout up to 6.x) */
FTRACE_CALLBACK(request_begins)
{
	struct sock *listener = (struct sock *)compat_ftrace_arg(fregs, 0);
	struct request_sock *req = (struct request_sock *)compat_ftrace_arg(fregs, 1);

	if (listener->sk_protocol == IPPROTO_TCP && tcptrail_limit_allows())
		record(listener, req, TCP_CLOSE, TCP_NEW_SYN_RECV, TCPTRAIL_REASON_NONE);
}

static u8 end_reason(const struct sock *listener, struct request_sock *req, bool from_timer)
{
	u8 reason = take_note(req);

	if (reason)
		return reason;
	if (!check_net(sock_net(req_to_sk(req))))
		return TCPTRAIL_REASON_NETNS;
	if (listener->sk_state != TCP_LISTEN)
		return TCPTRAIL_REASON_LISTENER;
	return from_timer ? TCPTRAIL_REASON_TIMEOUT : TCPTRAIL_REASON_RESET;
}

static noinline void record_end(struct sock *listener, struct request_sock *req, u8 reason)
{
	record(listener, req, TCP_NEW_SYN_RECV, TCP_CLOSE, reason);
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
		tcptrail_request_saw_child(false);
		record_end(listener, req, TCPTRAIL_REASON_ESTABLISHED);
	} else if (tcptrail_limit_allows()) {
		record_end(listener, req, end_reason(listener, req, from_timer));
	}
}

/* tcp_req_err(sk, seq, abort): ICMP for a SYN-ACK; without abort it changes nothing */
FTRACE_CALLBACK(request_icmp)
{
	const struct request_sock *req = inet_reqsk((struct sock *)compat_ftrace_arg(fregs, 0));
	u32 seq = compat_ftrace_arg(fregs, 1);
	bool abort = compat_ftrace_arg(fregs, 2) & 1;

	if (abort && seq == tcp_rsk(req)->snt_isn)
		leave_note(req, TCPTRAIL_REASON_ICMP);
}

/* tcp_abort(sk, err): SOCK_DESTROY of whatever is in a table of sockets */
FTRACE_CALLBACK(request_killed)
{
	struct sock *sk = (struct sock *)compat_ftrace_arg(fregs, 0);

	if (sk->sk_state == TCP_NEW_SYN_RECV)
		leave_note(inet_reqsk(sk), TCPTRAIL_REASON_KILLED);
}

static const struct ftrace_hook hooks[] = {
	{ TCPTRAIL_HOOK_REQUEST_BEGIN, request_begins, { "inet_csk_reqsk_queue_hash_add" } },
	{ TCPTRAIL_HOOK_REQUEST_END, request_ends, { "__inet_csk_reqsk_queue_drop" } },
};

static const struct ftrace_hook rare_hooks[] = {
	{ TCPTRAIL_HOOK_REQUEST_ICMP, request_icmp, { "tcp_req_err" } },
	{ TCPTRAIL_HOOK_REQUEST_KILL, request_killed, { "tcp_abort" } },
};

void tcptrail_request_add(void)
{
	tcptrail_ftrace_hook_add(hooks, ARRAY_SIZE(hooks));
}

void tcptrail_request_rare_add(void)
{
	tcptrail_ftrace_hook_add(rare_hooks, ARRAY_SIZE(rare_hooks));
}
