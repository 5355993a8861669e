/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Probes at the kernel's tracepoints. These are exported nowhere, so they are looked up by
 * name. From 7.x on probes run with preemption enabled.
 */
#ifndef TCPTRAIL_TRACEPOINT_HOOK_H
#define TCPTRAIL_TRACEPOINT_HOOK_H

#include "hooks.h"

/**
 * struct tracepoint_hook - one probe at one tracepoint
 * @hook: where its status goes
 * @name: the tracepoint's
 * @probe: the function, of the type that check_trace_callback_type_NAME() takes
 */
struct tracepoint_hook {
	enum tcptrail_hook hook;
	const char *name;
	void *probe;
};

/**
 * tcptrail_tracepoint_hook_add() - to be attached by tcptrail_tracepoint_hooks_attach()
 * @hook: the caller keeps it
 */
void tcptrail_tracepoint_hook_add(const struct tracepoint_hook *hook);

/** tcptrail_tracepoint_hooks_attach() - how it went is noted by tcptrail_hooks_set() */
void tcptrail_tracepoint_hooks_attach(void);

/** tcptrail_tracepoint_hooks_detach() - and wait until none runs any more. May sleep. */
void tcptrail_tracepoint_hooks_detach(void);

#endif
