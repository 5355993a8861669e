// SPDX-License-Identifier: GPL-2.0
/*
 * Why TCP sends a RST. The kernel's functions that send one are told the reason: in the
 * answer to a segment the tracepoint tcp:tcp_send_reset has it, just before the RST goes
 * out; when a socket is aborted tcp_send_active_reset() has it as an argument. (It calls
 * the tracepoint too, but after the RST has gone.)
 *
 * Both leave a note on the CPU, and the RST's own record takes it a moment later, in the
 * same call of the kernel. In between, the task may be preempted or moved to another CPU,
 * and another RST may be sent here. So a note says which RST it is about, and is taken
 * once. Whoever finds none, or another's, says nothing of the reason. A note is written
 * and taken with interrupts off, thus always whole.
 */
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <net/tcp.h>
#include <trace/events/tcp.h>

#include "compat.h"
#include "ftrace_hook.h"
#include "reset.h"
#include "tracepoint_hook.h"

#if HAVE_RST_REASON

/**
 * struct note - which RST is about to be sent on this CPU, and why
 * @sk: the socket that sends it by itself, only compared, never followed; NULL: it answers
 *	a segment
 * @number: of the RST that answers, its acknowledgement number if it has one, else its
 *	sequence number
 * @source: its port, likewise
 * @dest: its destination's
 * @reason: enum tcptrail_reset_reason; TCPTRAIL_RESET_NONE: there is no note
 * @when: jiffies; a note of more than a second ago is about a RST that was not sent
 */
struct note {
	const struct sock *sk;
	__be32 number;
	__be16 source;
	__be16 dest;
	u8 reason;
	unsigned long when;
};

static DEFINE_PER_CPU(struct note, notes);

#define KERNEL_NAME(name) [SK_RST_REASON_##name] = #name,

/* The kernel's numbers move as reasons are added; its names stay. */
static const char *const kernel_names[] = { DEFINE_RST_REASON(KERNEL_NAME, KERNEL_NAME) };

static const struct {
	const char *name;
	u8 reason;
} names[] = {
	{ "NO_SOCKET", TCPTRAIL_RESET_NO_SOCKET },
	{ "TCP_INVALID_ACK_SEQUENCE", TCPTRAIL_RESET_INVALID_ACK },
	{ "TCP_RFC7323_PAWS", TCPTRAIL_RESET_PAWS },
	{ "TCP_TOO_OLD_ACK", TCPTRAIL_RESET_TOO_OLD_ACK },
	{ "TCP_ACK_UNSENT_DATA", TCPTRAIL_RESET_ACK_UNSENT },
	{ "TCP_FLAGS", TCPTRAIL_RESET_FLAGS },
	{ "TCP_OLD_ACK", TCPTRAIL_RESET_OLD_ACK },
	{ "TCP_ABORT_ON_DATA", TCPTRAIL_RESET_LATE_DATA },
	{ "TCP_TIMEWAIT_SOCKET", TCPTRAIL_RESET_TIMEWAIT },
	{ "INVALID_SYN", TCPTRAIL_RESET_INVALID_SYN },
	{ "TCP_ABORT_ON_CLOSE", TCPTRAIL_RESET_UNREAD },
	{ "TCP_ABORT_ON_LINGER", TCPTRAIL_RESET_LINGER2 },
	{ "TCP_ABORT_ON_MEMORY", TCPTRAIL_RESET_MEMORY },
	{ "TCP_STATE", TCPTRAIL_RESET_STATE },
	{ "TCP_KEEPALIVE_TIMEOUT", TCPTRAIL_RESET_KEEPALIVE },
	{ "TCP_DISCONNECT_WITH_DATA", TCPTRAIL_RESET_UNSENT },
	{ "ERROR", TCPTRAIL_RESET_ERROR },
};

static u8 reasons[ARRAY_SIZE(kernel_names)];

static u8 reason_of_name(const char *name)
{
	int i;

	for (i = 0; name && i < ARRAY_SIZE(names); i++) {
		if (!strcmp(name, names[i].name))
			return names[i].reason;
	}
	return name && strstarts(name, "MPTCP_") ? TCPTRAIL_RESET_MPTCP :
						   TCPTRAIL_RESET_UNSPECIFIED;
}

static void leave_note(struct note note, unsigned int kernel_reason)
{
	unsigned long irq;

	note.reason = kernel_reason < ARRAY_SIZE(reasons) ? reasons[kernel_reason] :
							    TCPTRAIL_RESET_UNSPECIFIED;
	note.when = jiffies;
	local_irq_save(irq);
	*this_cpu_ptr(&notes) = note;
	local_irq_restore(irq);
}

/* tcp_v4_send_reset(), tcp_v6_send_reset(): @skb is answered; NULL: it has gone already */
static void answers(void *data, const struct sock *sk, const struct sk_buff *skb,
		    const enum sk_rst_reason reason)
{
	const struct tcphdr *th;
	u32 end;

	if (!skb)
		return;
	th = tcp_hdr(skb);
	end = ntohl(th->seq) + th->syn + th->fin + skb->len - th->doff * 4;
	leave_note((struct note){ .number = th->ack ? th->ack_seq : htonl(end),
				  .source = th->dest,
				  .dest = th->source },
		   reason);
}

/* tcp_send_active_reset(sk, reason), with another argument between in the first kernels */
FTRACE_CALLBACK(aborts)
{
	leave_note((struct note){ .sk = (const struct sock *)compat_ftrace_arg(fregs, 0) },
		   compat_ftrace_arg(fregs, COMPAT_RST_REASON_ARG));
}

static bool is_about(const struct note *note, const struct sk_buff *skb, const struct tcphdr *th)
{
	if (time_after_eq(jiffies, note->when + HZ))
		return false;
	if (note->sk)
		return note->sk == skb->sk;
	return note->source == th->source && note->dest == th->dest &&
	       note->number == (th->ack ? th->ack_seq : th->seq);
}

u8 tcptrail_reset_reason(const struct sk_buff *skb, const struct tcphdr *th)
{
	u8 reason = TCPTRAIL_RESET_NONE;
	struct note *note;
	unsigned long irq;

	local_irq_save(irq);
	note = this_cpu_ptr(&notes);
	if (note->reason && is_about(note, skb, th))
		swap(reason, note->reason);
	local_irq_restore(irq);
	return reason;
}

static const struct tracepoint_hook answer_hook = { TCPTRAIL_HOOK_RESET_ANSWER, "tcp_send_reset",
						    answers };
static const struct ftrace_hook abort_hook = { TCPTRAIL_HOOK_RESET_ABORT,
					       aborts,
					       { "tcp_send_active_reset" } };

void tcptrail_reset_add(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(kernel_names); i++)
		reasons[i] = reason_of_name(kernel_names[i]);
	check_trace_callback_type_tcp_send_reset(answers);
	tcptrail_tracepoint_hook_add(&answer_hook);
	tcptrail_ftrace_hook_add(&abort_hook, 1);
}

#else

u8 tcptrail_reset_reason(const struct sk_buff *skb, const struct tcphdr *th)
{
	return TCPTRAIL_RESET_NONE;
}

void tcptrail_reset_add(void)
{
	tcptrail_hooks_set(TCPTRAIL_HOOK_RESET_ANSWER, TCPTRAIL_HOOK_ABSENT);
	tcptrail_hooks_set(TCPTRAIL_HOOK_RESET_ABORT, TCPTRAIL_HOOK_ABSENT);
}

#endif
