// SPDX-License-Identifier: GPL-2.0
/*
 * Timewait minisockets: TIME-WAIT, and FIN-WAIT-2 once nobody holds the socket.
 * No tracepoint shows them.
 *
 * Their births, changes and ends each have one place in the kernel. Why one
 * changes or ends is known a moment earlier, where the segment, the timer or the
 * connect() that causes it is looked at: on the same CPU, with softirqs off from
 * there to the change. So the looks leave a note on the CPU, and the change
 * reads it.
 */
#include <linux/jiffies.h>
#include <linux/percpu.h>
#include <net/inet_timewait_sock.h>
#include <net/net_namespace.h>
#include <net/tcp.h>

#include "ftrace_hook.h"
#include "ports.h"
#include "transition.h"

/**
 * struct note - what has just been looked at on this CPU
 * @tw: the minisocket; only compared, never followed
 * @cookie: its cookie: another one may have got the same memory by now
 * @when: jiffies; a note of more than a second ago is about something else
 * @substate: FIN_WAIT2 or TIME_WAIT, at that time
 * @if_changed: the reason, should it change now
 * @if_ended: the reason, should it end now
 */
struct note {
	const struct inet_timewait_sock *tw;
	u64 cookie;
	unsigned long when;
	u8 substate;
	u8 if_changed;
	u8 if_ended;
};

static DEFINE_PER_CPU(struct note, notes);

static bool is_about(const struct note *note, const struct inet_timewait_sock *tw)
{
	return note->tw == tw && note->cookie == atomic64_read(&tw->tw_cookie) &&
	       time_before(jiffies, note->when + HZ);
}

/* DCCP, up to 6.15, has timewait minisockets too. */
static bool is_tcp(const struct inet_timewait_sock *tw)
{
	return tw->tw_prot->name[0] == 'T';
}

static void leave_note(const struct inet_timewait_sock *tw, u8 if_changed, u8 if_ended)
{
	struct note *note = this_cpu_ptr(&notes);

	note->tw = tw;
	note->cookie = atomic64_read(&tw->tw_cookie);
	note->when = jiffies;
	note->substate = tw->tw_substate;
	note->if_changed = if_changed;
	note->if_ended = if_ended;
}

/* @sk: the full socket that it replaces, when it begins; else NULL */
static __always_inline void record(struct inet_timewait_sock *tw, struct sock *sk, u8 old_state,
				   u8 new_state, u8 reason)
{
	struct sock *mini = (struct sock *)tw;
	u16 lport = ntohs(tw->tw_sport);
	struct tcptrail_record *r;
	unsigned long irq;
	u16 flags;

	if (!tcptrail_ports_wanted(lport, ntohs(tw->tw_dport)) ||
	    !tcptrail_record_begin(&r, &irq, TCPTRAIL_TIMEWAIT, twsk_net(tw)))
		return;
	flags = tcptrail_record_name(r, mini, lport, false);
	if (sk) {
		flags |= tcptrail_transition_socket(r, sk, old_state, new_state, false);
	} else {
		tcptrail_transition_states(&r->transition, old_state, new_state, reason);
		flags |= TCPTRAIL_F_ORPHAN;
		if (old_state == new_state)
			flags |= TCPTRAIL_F_SELF;
	}
	r->cookie = tcptrail_record_cookie(mini);
	r->flags = flags;
	tcptrail_record_end(r, irq);
}

static noinline void record_change(struct inet_timewait_sock *tw, u8 old_state, u8 new_state,
				   u8 reason)
{
	record(tw, NULL, old_state, new_state, reason);
}

/* inet_twsk_hashdance(tw, sk, ...), inet_twsk_hashdance_schedule() from 6.12 */
FTRACE_CALLBACK(timewait_begins)
{
	struct inet_timewait_sock *tw = (void *)compat_ftrace_arg(fregs, 0);
	struct sock *sk = (struct sock *)compat_ftrace_arg(fregs, 1);

	if (is_tcp(tw))
		record(tw, sk, sk->sk_state, tw->tw_substate, TCPTRAIL_REASON_NONE);
}

/* tcp_timewait_state_process(tw, skb, th, ...): a segment for a minisocket */
FTRACE_CALLBACK(timewait_segment)
{
	const struct inet_timewait_sock *tw = (void *)compat_ftrace_arg(fregs, 0);
	const struct tcphdr *th = (void *)compat_ftrace_arg(fregs, 2);
	u8 if_ended = TCPTRAIL_REASON_DATA;

	if (th->rst)
		if_ended = TCPTRAIL_REASON_RESET;
	else if (th->syn && tw->tw_substate == TCP_TIME_WAIT)
		if_ended = TCPTRAIL_REASON_SYN;

	leave_note(tw, th->fin ? TCPTRAIL_REASON_FIN : TCPTRAIL_REASON_SEGMENT, if_ended);
}

/* tcp_twsk_unique(sk, sktw, twp): a connect() looks whether it may take over */
FTRACE_CALLBACK(timewait_reuse)
{
	leave_note((void *)compat_ftrace_arg(fregs, 1), TCPTRAIL_REASON_NONE,
		   TCPTRAIL_REASON_REUSE);
}

/* tw_timer_handler(timer): its time is up */
FTRACE_CALLBACK(timewait_timer)
{
	struct timer_list *timer = (void *)compat_ftrace_arg(fregs, 0);

	leave_note(container_of(timer, struct inet_timewait_sock, tw_timer), TCPTRAIL_REASON_NONE,
		   TCPTRAIL_REASON_TIMEOUT);
}

/*
 * __inet_twsk_schedule(tw, timeo, rearm): with rearm, a segment has moved it
 * from FIN_WAIT2 to TIME_WAIT, or started its TIME_WAIT again
 */
FTRACE_CALLBACK(timewait_rearm)
{
	struct inet_timewait_sock *tw = (void *)compat_ftrace_arg(fregs, 0);
	const struct note *note = this_cpu_ptr(&notes);
	u8 reason = TCPTRAIL_REASON_NONE;
	u8 from = TCP_TIME_WAIT;

	if (!(compat_ftrace_arg(fregs, 2) & 1) || !is_tcp(tw))
		return;

	if (is_about(note, tw)) {
		from = note->substate;
		reason = note->if_changed;
	}
	record_change(tw, from, tw->tw_substate, reason);
}

static u8 end_reason(const struct inet_timewait_sock *tw)
{
	const struct note *note = this_cpu_ptr(&notes);

	if (!check_net(twsk_net(tw)))
		return TCPTRAIL_REASON_NETNS;
	return is_about(note, tw) ? note->if_ended : TCPTRAIL_REASON_KILLED;
}

/* inet_twsk_kill(tw): every end comes by here, softirqs off */
FTRACE_CALLBACK(timewait_ends)
{
	struct inet_timewait_sock *tw = (void *)compat_ftrace_arg(fregs, 0);

	if (is_tcp(tw))
		record_change(tw, tw->tw_substate, TCP_CLOSE, end_reason(tw));
}

static const struct ftrace_hook hooks[] = {
	{ TCPTRAIL_HOOK_TIMEWAIT_BEGIN,
	  timewait_begins,
	  { "inet_twsk_hashdance_schedule", "inet_twsk_hashdance" } },
	{ TCPTRAIL_HOOK_TIMEWAIT_SEGMENT, timewait_segment, { "tcp_timewait_state_process" } },
	{ TCPTRAIL_HOOK_TIMEWAIT_REARM, timewait_rearm, { "__inet_twsk_schedule" } },
	{ TCPTRAIL_HOOK_TIMEWAIT_REUSE, timewait_reuse, { "tcp_twsk_unique" } },
	{ TCPTRAIL_HOOK_TIMEWAIT_TIMER, timewait_timer, { "tw_timer_handler" } },
	{ TCPTRAIL_HOOK_TIMEWAIT_END, timewait_ends, { "inet_twsk_kill" } },
};

void tcptrail_timewait_add(void)
{
	tcptrail_ftrace_hook_add(hooks, ARRAY_SIZE(hooks));
}
