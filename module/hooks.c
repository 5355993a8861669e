// SPDX-License-Identifier: GPL-2.0
/*
 * Which hooks are attached, and if not, why: a status for each, kept for the INFO ioctl and
 * written to the kernel log when attaching fails.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/compiler.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/printk.h>

#include "hooks.h"

static const char *const names[TCPTRAIL_HOOKS] = {
	[TCPTRAIL_HOOK_STATE] = "state transitions",
	[TCPTRAIL_HOOK_REQUEST_BEGIN] = "request sockets, begin",
	[TCPTRAIL_HOOK_REQUEST_END] = "request sockets, end",
	[TCPTRAIL_HOOK_TIMEWAIT_BEGIN] = "timewait minisockets, begin",
	[TCPTRAIL_HOOK_TIMEWAIT_SEGMENT] = "timewait minisockets, cause of a change",
	[TCPTRAIL_HOOK_TIMEWAIT_REARM] = "timewait minisockets, change",
	[TCPTRAIL_HOOK_TIMEWAIT_REUSE] = "timewait minisockets, local reuse",
	[TCPTRAIL_HOOK_TIMEWAIT_TIMER] = "timewait minisockets, timeout",
	[TCPTRAIL_HOOK_TIMEWAIT_END] = "timewait minisockets, end",
	[TCPTRAIL_HOOK_ACCEPT] = "accept",
	[TCPTRAIL_HOOK_SEGMENT] = "segments",
	[TCPTRAIL_HOOK_REQUEST_ICMP] = "request sockets, ended by ICMP",
	[TCPTRAIL_HOOK_REQUEST_KILL] = "request sockets, ended by SOCK_DESTROY",
	[TCPTRAIL_HOOK_RESET_ANSWER] = "reason of a RST that answers a segment",
	[TCPTRAIL_HOOK_RESET_ABORT] = "reason of a RST that a socket sends by itself",
};

/* Written at load, unload and by the segments switch. */
static int status[TCPTRAIL_HOOKS] = { [0 ... TCPTRAIL_HOOKS - 1] = -ENODEV };

void tcptrail_hooks_set(enum tcptrail_hook hook, int result)
{
	WRITE_ONCE(status[hook], result);
	if (result < 0)
		pr_warn("not recorded: %s (error %d)\n", names[hook], result);
}

bool tcptrail_hooks_attached(enum tcptrail_hook hook)
{
	return !READ_ONCE(status[hook]);
}

bool tcptrail_hooks_lack_memory(void)
{
	int i;

	for (i = 0; i < TCPTRAIL_HOOKS; i++) {
		if (READ_ONCE(status[i]) == -ENOMEM)
			return true;
	}
	return false;
}

bool tcptrail_hooks_retry(int err)
{
	if (!err)
		return false;
	pr_err_once(
		"a hook cannot be detached (error %d), so the kernel still calls it: unloading waits\n",
		err);
	msleep(100);
	return true;
}

void tcptrail_hooks_fill(struct tcptrail_info *info)
{
	int i;

	for (i = 0; i < TCPTRAIL_HOOKS; i++) {
		info->hooks[i] = READ_ONCE(status[i]);
		if (!info->hooks[i])
			info->features |= 1ULL << i;
	}
}
