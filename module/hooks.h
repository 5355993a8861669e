/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is attached and what is not, and why.
 */
#ifndef TCPTRAIL_HOOKS_H
#define TCPTRAIL_HOOKS_H

#include "uapi/tcptrail.h"

/**
 * tcptrail_hooks_set() - note how attaching went
 * @hook: enum tcptrail_hook
 * @status: 0, TCPTRAIL_HOOK_OFF, TCPTRAIL_HOOK_ABSENT, or a negative errno, which is logged
 */
void tcptrail_hooks_set(enum tcptrail_hook hook, int status);

/** tcptrail_hooks_attached() - is it? */
bool tcptrail_hooks_attached(enum tcptrail_hook hook);

/**
 * tcptrail_hooks_lack_memory() - did one not attach because there was no memory?
 *
 * A hook that this kernel lacks is told and done without. Memory comes back: better load once
 * more than record a part without need.
 */
bool tcptrail_hooks_lack_memory(void);

/**
 * tcptrail_hooks_retry() - is a hook to be detached once more?
 * @err: what came of it
 *
 * Code that is still called must not be freed, so detaching is tried until it succeeds. Says so
 * once, and sleeps a moment.
 */
bool tcptrail_hooks_retry(int err);

/** tcptrail_hooks_fill() - hooks and features of @info */
void tcptrail_hooks_fill(struct tcptrail_info *info);

/*
 * The hook families. A hook that cannot attach is noted above, and the rest works without,
 * unless memory was short: then the module is not loaded. detach returns when the hook does
 * not run any more. Both may sleep. Those with _add are attached and detached by
 * tracepoint_hook.h and ftrace_hook.h.
 */
void tcptrail_state_add(void);
void tcptrail_request_add(void);
void tcptrail_request_rare_add(
	void); /* behind those that connections pass: each costs them a look */
void tcptrail_timewait_add(void);
void tcptrail_accept_add(void);
void tcptrail_reset_add(void);

/**
 * tcptrail_segment_turn() - attach or detach the segment hooks, in all namespaces
 * @on: which
 *
 * Return: 0, or -errno: then they are attached nowhere. Detaching does not fail.
 */
int tcptrail_segment_turn(bool on);

/** tcptrail_segment_netns_failed() - namespaces in which the hooks could not be registered */
u32 tcptrail_segment_netns_failed(void);

#endif
