/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernels 5.10 and 7.x, and nothing else: no other file
 * asks for a version. Each entry says since when.
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

/*
 * 6.10: the kernel tells why it sends a RST. tcp_send_active_reset(sk, priority, reason)
 * lost its second argument later, in stable kernels, too.
 */
#ifndef __CHECKER__ /* sparse does not know __has_include */
#if __has_include(<net/rstreason.h>)
#include <net/rstreason.h>
#include <net/tcp.h>
#define COMPAT_RST_REASON
#define COMPAT_RST_REASON_ARG \
	(__same_type(&tcp_send_active_reset, void (*)(struct sock *, enum sk_rst_reason)) ? 1 : 2)
#endif
#endif

/* 6.3: vma->vm_flags became read-only behind these two */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
static inline void vm_flags_clear(struct vm_area_struct *vma, unsigned long flags)
{
	vma->vm_flags &= ~flags;
}
#endif

/* 6.2: timer_delete_sync() came, 6.15: del_timer_sync() went */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define timer_delete_sync del_timer_sync
#endif

/* 6.17: sk_uid is read through a helper */
static inline kuid_t compat_sk_uid(const struct sock *sk)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
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

/* 5.17: the kernel pads comm with zeros; before, strscpy() copies to zeroed memory */
static inline void compat_task_comm(char to[TASK_COMM_LEN])
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 17, 0)
	memcpy(to, current->comm, TASK_COMM_LEN);
#else
	strscpy(to, current->comm, TASK_COMM_LEN);
#endif
}

/*
 * ftrace callbacks. They are attached to functions that tcptrail itself never
 * calls, so they cannot recurse and go without ftrace's own protection, which
 * costs more than they do. Up to 5.10 that has to be said by a flag; from 5.11
 * on the absence of FTRACE_OPS_FL_RECURSION says it.
 *
 * Arguments: 6.2 has an accessor. From 5.11 on x86 saves the arguments, and
 * only these, for every callback. Elsewhere all registers have to be asked for.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define COMPAT_FTRACE_FLAGS FTRACE_OPS_FL_PERMANENT
typedef struct ftrace_regs compat_fregs;
#define compat_ftrace_arg(fregs, n) ftrace_regs_get_argument(fregs, n)
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0)
typedef struct ftrace_regs compat_fregs;
#if defined(CONFIG_X86_64) && defined(CONFIG_DYNAMIC_FTRACE_WITH_ARGS)
#define COMPAT_FTRACE_FLAGS FTRACE_OPS_FL_PERMANENT
#define compat_ftrace_arg(fregs, n) regs_get_kernel_argument(&(fregs)->regs, n)
#else
#define COMPAT_FTRACE_FLAGS (FTRACE_OPS_FL_PERMANENT | FTRACE_OPS_FL_SAVE_REGS)
#define compat_ftrace_arg(fregs, n) regs_get_kernel_argument(ftrace_get_regs(fregs), n)
#endif
#else
#define COMPAT_FTRACE_FLAGS \
	(FTRACE_OPS_FL_PERMANENT | FTRACE_OPS_FL_SAVE_REGS | FTRACE_OPS_FL_RECURSION_SAFE)
typedef struct pt_regs compat_fregs;
#define compat_ftrace_arg(fregs, n) regs_get_kernel_argument(fregs, n)
#endif

#endif
