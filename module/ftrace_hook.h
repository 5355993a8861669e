/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Callbacks at the entry of kernel functions, by ftrace.
 *
 * Not kprobes: a kprobe that hits while another runs on the same CPU is
 * dropped, and kernel.ftrace_enabled=0 silently turns kprobes off. These lose
 * nothing, and that sysctl is refused while they are attached
 * (FTRACE_OPS_FL_PERMANENT).
 *
 * All functions share one ftrace_ops: to attach or detach one means to patch
 * the kernel's text on all CPUs and to wait for all tasks, and that is done
 * once, not ten times.
 */
#ifndef TCPTRAIL_FTRACE_HOOK_H
#define TCPTRAIL_FTRACE_HOOK_H

#include "compat.h"
#include "hooks.h"

#define TCPTRAIL_FTRACE_NAMES 2

/**
 * struct ftrace_hook - one callback at one function
 * @hook: where its status goes
 * @func: the callback; any context but NMI
 * @names: the function, by the names it has had
 */
struct ftrace_hook {
	enum tcptrail_hook hook;
	void (*func)(compat_fregs *fregs);
	const char *names[TCPTRAIL_FTRACE_NAMES];
};

/*
 * Begins a callback; arguments of the function are compat_ftrace_arg(fregs, 0)
 * and so on.
 */
#define FTRACE_CALLBACK(name) static void notrace name(compat_fregs *fregs)

/**
 * tcptrail_ftrace_hook_add() - to be attached by tcptrail_ftrace_hooks_attach()
 * @hooks: the caller keeps them
 * @count: how many
 */
void tcptrail_ftrace_hook_add(const struct ftrace_hook *hooks, unsigned int count);

/** tcptrail_ftrace_hooks_attach() - how it went is noted by tcptrail_hooks_set(). May sleep. */
void tcptrail_ftrace_hooks_attach(void);

/** tcptrail_ftrace_hooks_detach() - and wait until none runs any more. May sleep. */
void tcptrail_ftrace_hooks_detach(void);

#endif
