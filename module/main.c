// SPDX-License-Identifier: GPL-2.0
/*
 * tcptrail: a flight recorder for TCP. Only the order of coming and going.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include "device.h"
#include "ftrace_hook.h"
#include "hooks.h"
#include "limit.h"
#include "params.h"
#include "ring.h"
#include "tracepoint_hook.h"
#include "version.h"
#include "wake.h"

#if !defined(CONFIG_64BIT) || !defined(CONFIG_INET) || !defined(CONFIG_NETFILTER) || \
	!defined(CONFIG_TRACEPOINTS) || !defined(CONFIG_FUNCTION_TRACER)
#error "tcptrail needs a 64-bit kernel with INET, NETFILTER, TRACEPOINTS and FUNCTION_TRACER"
#endif

static void attach(void)
{
	tcptrail_state_add();
	tcptrail_request_add();
	tcptrail_timewait_add();
	tcptrail_accept_add();
	tcptrail_reset_add();
	tcptrail_request_rare_add();
	tcptrail_tracepoint_hooks_attach();
	tcptrail_ftrace_hooks_attach();
	tcptrail_params_segments_init();
}

/* Returns when no hook runs any more. */
static void detach(void)
{
	tcptrail_params_segments_exit();
	tcptrail_ftrace_hooks_detach();
	tcptrail_tracepoint_hooks_detach();
}

static int __init tcptrail_init(void)
{
	int err;

	err = tcptrail_ring_init(tcptrail_params_ring_kib());
	if (err) {
		pr_err("no memory for %u KiB of ring per CPU: load with a smaller ring_kib\n",
		       tcptrail_params_ring_kib());
		return err;
	}
	tcptrail_limit_init(tcptrail_params_syn_rate());
	tcptrail_params_ports_init();
	attach();
	if (tcptrail_hooks_lack_memory()) {
		pr_err("no memory to attach all hooks: not loaded\n");
		err = -ENOMEM;
		goto err_attached;
	}
	err = tcptrail_device_init();
	if (err)
		goto err_attached;
	return 0;

err_attached:
	detach();
	tcptrail_wake_exit();
	tcptrail_ring_exit();
	return err;
}

static void __exit tcptrail_exit(void)
{
	tcptrail_device_exit();
	detach();
	tcptrail_wake_exit();
	tcptrail_ring_exit();
}

module_init(tcptrail_init);
module_exit(tcptrail_exit);

MODULE_DESCRIPTION("A flight recorder for TCP: states and segments of every connection");
MODULE_AUTHOR("tcptrail developers");
MODULE_VERSION(TCPTRAIL_VERSION);
MODULE_LICENSE("GPL");
