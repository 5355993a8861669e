/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A callback at the entry of a kernel function, by ftrace.
 *
 * Not a kprobe: a kprobe that hits while another runs on the same CPU is
 * dropped, and kernel.ftrace_enabled=0 silently turns kprobes off. These lose
 * nothing, and that sysctl is refused while they are attached
 * (FTRACE_OPS_FL_PERMANENT).
 */
#ifndef TCPTRAIL_FTRACE_HOOK_H
#define TCPTRAIL_FTRACE_HOOK_H

#include "compat.h"
#include "hooks.h"

/**
 * struct ftrace_hook - one callback at one function
 * @hook: where its status goes
 * @names: the function, by the names it has had; ends with NULL
 * @ops: its callback in .func
 * @attached: is it?
 */
struct ftrace_hook {
	enum tcptrail_hook hook;
	const char *names[3];
	struct ftrace_ops ops;
	bool attached;
};

/*
 * Defines a callback, to be followed by its body; arguments of the function are
 * compat_ftrace_arg(fregs, 0) and so on. Any context but NMI.
 */
#define FTRACE_CALLBACK(name)                                               \
	static void notrace name(unsigned long ip, unsigned long parent_ip, \
				 struct ftrace_ops *ops, compat_fregs *fregs)

#define FTRACE_HOOK(which, callback, ...)                                  \
	{                                                                  \
		.hook = which, .names = { __VA_ARGS__ },                   \
		.ops = { .func = callback, .flags = COMPAT_FTRACE_FLAGS }, \
	}

/** ftrace_hook_attach() - attach; how it went is noted by hooks_set() */
void ftrace_hook_attach(struct ftrace_hook *hook);

/** ftrace_hook_detach() - detach if attached, and wait until it does not run */
void ftrace_hook_detach(struct ftrace_hook *hook);

#endif
