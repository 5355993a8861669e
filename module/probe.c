// SPDX-License-Identifier: GPL-2.0
/*
 * What this kernel has. probe.sh lets the compiler look at this file once, against the
 * kernel's own headers, and writes features.h: a probe without an error becomes
 * "#define NAME 1", a probe with one "#define NAME 0". Distributions take changes of later
 * kernels into older ones, so that a version number says nothing about either.
 *
 * Each probe is one function below a #line, which makes the compiler name the probe as
 * the place of its errors. No part of the module.
 */
#include <linux/ftrace.h>
#include <linux/mm.h>
#include <linux/timer.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <trace/events/tcp.h>

/* Since 6.3: vma->vm_flags is read-only behind this and others. */
#line 1 "HAVE_VM_FLAGS_CLEAR"
void vm_flags_clear_there(struct vm_area_struct *vma)
{
	vm_flags_clear(vma, VM_MAYWRITE);
}

/* Since 6.2; its old name, del_timer_sync(), went in 6.15. */
#line 1 "HAVE_TIMER_DELETE_SYNC"
int timer_delete_sync_there(struct timer_list *timer)
{
	return timer_delete_sync(timer);
}

/* Since 6.17: a socket's uid is read through this. */
#line 1 "HAVE_SK_UID"
kuid_t sk_uid_there(const struct sock *sk)
{
	return sk_uid(sk);
}

/* Since 6.10: the kernel tells why it sends a RST. */
#line 1 "HAVE_RST_REASON"
void reason_told(void *data, const struct sock *sk, const struct sk_buff *skb,
		 const enum sk_rst_reason reason);
void rst_reason_there(void)
{
	check_trace_callback_type_tcp_send_reset(reason_told);
}

/* Since 5.11: an ftrace callback gets ftrace_regs, which may hold the arguments only. */
#line 1 "HAVE_FTRACE_REGS"
void callback(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
	      struct ftrace_regs *fregs);
_Static_assert(__builtin_types_compatible_p(ftrace_func_t, typeof(&callback)), "pt_regs");

/* Since 6.2. */
#line 1 "HAVE_FTRACE_REGS_GET_ARGUMENT"
unsigned long ftrace_regs_get_argument_there(struct ftrace_regs *fregs)
{
	return ftrace_regs_get_argument(fregs, 0);
}

/* Up to 5.10: a callback that cannot recurse says so, or pays for protection. */
#line 1 "HAVE_FTRACE_RECURSION_SAFE"
int recursion_safe = FTRACE_OPS_FL_RECURSION_SAFE;
