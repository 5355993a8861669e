/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is attached and what is not, and why.
 */
#ifndef TCPTRAIL_HOOKS_H
#define TCPTRAIL_HOOKS_H

#include "uapi/tcptrail.h"

/**
 * hooks_set() - note how attaching went
 * @hook: enum tcptrail_hook
 * @status: 0, TCPTRAIL_HOOK_OFF or a negative errno, which is logged
 */
void hooks_set(enum tcptrail_hook hook, int status);

/** hooks_attached() - is it? */
bool hooks_attached(enum tcptrail_hook hook);

/** hooks_fill() - hooks and features of @info */
void hooks_fill(struct tcptrail_info *info);

/*
 * The hook families. Attaching never fails: a hook that cannot attach is noted
 * above, and the rest works without. detach returns when the hook does not run
 * any more. Both may sleep. Those with _add are attached by ftrace_hook.h.
 */
void state_attach(void);
void state_detach(void);
void request_add(void);
void timewait_add(void);
void accept_add(void);

/**
 * segment_turn() - attach or detach the segment hooks, in all namespaces
 * @on: which
 */
void segment_turn(bool on);

/** segment_netns_failed() - namespaces without hooks, for want of memory */
u32 segment_netns_failed(void);

#endif
