/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernels, from 5.10 to 7.x, and nothing else. No version decides
 * what a distribution may have taken into an older kernel. probe.c asks this kernel's own
 * headers what it has, and features.h, which is generated, has the answers.
 */
#ifndef TCPTRAIL_COMPAT_H
#define TCPTRAIL_COMPAT_H

#include <linux/cgroup.h>
#include <linux/ftrace.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/version.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "features.h"

/* tcp_send_active_reset(sk, priority, reason); later, also in stable kernels, (sk, reason) */
#if HAVE_RST_REASON
#define COMPAT_RST_REASON_ARG \
	(__same_type(&tcp_send_active_reset, void (*)(struct sock *, enum sk_rst_reason)) ? 1 : 2)
#endif

#if !HAVE_VM_FLAGS_CLEAR
static inline void vm_flags_clear(struct vm_area_struct *vma, unsigned long flags)
{
	vma->vm_flags &= ~flags;
}
#endif

#if !HAVE_TIMER_DELETE_SYNC
#define timer_delete_sync del_timer_sync
#endif

static inline kuid_t compat_sk_uid(const struct sock *sk)
{
#if HAVE_SK_UID
	return sk_uid(sk);
#else
	return sk->sk_uid;
#endif
}

/* CONFIG_SOCK_CGROUP_DATA: sockets may know no cgroup */
static inline u64 compat_sk_cgroup(struct sock *sk)
{
#ifdef CONFIG_SOCK_CGROUP_DATA
	return cgroup_id(sock_cgroup_ptr(&sk->sk_cgrp_data));
#else
	return 0;
#endif
}

/*
 * The kernel pads the name of a task with zeros since 5.17. No header shows that, so this asks
 * for the version: a back-port to an older kernel only means a slower copy to zeroed memory, of
 * 25 instructions instead of four.
 */
static inline void compat_task_comm(char to[TASK_COMM_LEN])
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 17, 0)
	memcpy(to, current->comm, TASK_COMM_LEN);
#else
	strscpy(to, current->comm, TASK_COMM_LEN);
#endif
}

/*
 * ftrace callbacks. They are attached to functions that tcptrail itself never calls, so they
 * cannot recurse and go without ftrace's own protection, which costs more than they do. Up to
 * 5.10 FTRACE_OPS_FL_RECURSION_SAFE says so; later the absence of FTRACE_OPS_FL_RECURSION.
 *
 * Arguments. Where the architecture has HAVE_DYNAMIC_FTRACE_WITH_ARGS they are saved for every
 * callback, and only they. Elsewhere all registers have to be asked for, and without that
 * ftrace_get_regs() is NULL.
 */
#if HAVE_FTRACE_REGS
typedef struct ftrace_regs compat_fregs;
#else
typedef struct pt_regs compat_fregs;
#define ftrace_get_regs(regs) (regs)
#endif

#if HAVE_FTRACE_REGS && defined(CONFIG_HAVE_DYNAMIC_FTRACE_WITH_ARGS)
#define COMPAT_FTRACE_SAVE 0
#if HAVE_FTRACE_REGS_GET_ARGUMENT
#define compat_ftrace_arg(fregs, n) ftrace_regs_get_argument(fregs, n)
#else
#define compat_ftrace_arg(fregs, n) regs_get_kernel_argument(&(fregs)->regs, n)
#endif
#elif defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS) && defined(CONFIG_HAVE_FUNCTION_ARG_ACCESS_API)
#define COMPAT_FTRACE_SAVE FTRACE_OPS_FL_SAVE_REGS
#define compat_ftrace_arg(fregs, n) regs_get_kernel_argument(ftrace_get_regs(fregs), n)
#else
#error "ftrace hands no arguments to its callbacks: tcptrail needs HAVE_DYNAMIC_FTRACE_WITH_ARGS, or DYNAMIC_FTRACE_WITH_REGS and HAVE_FUNCTION_ARG_ACCESS_API"
#endif

#if HAVE_FTRACE_RECURSION_SAFE
#define COMPAT_FTRACE_FLAGS \
	(FTRACE_OPS_FL_PERMANENT | COMPAT_FTRACE_SAVE | FTRACE_OPS_FL_RECURSION_SAFE)
#else
#define COMPAT_FTRACE_FLAGS (FTRACE_OPS_FL_PERMANENT | COMPAT_FTRACE_SAVE)
#endif

#endif
