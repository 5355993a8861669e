// SPDX-License-Identifier: GPL-2.0
/*
 * The module's parameters: each value is checked before it is taken, and a bad one is refused
 * with a line that says what it has to be.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/log2.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hooks.h"
#include "params.h"
#include "ports.h"

#define RING_KIB_MIN 64
#define RING_KIB_MAX (1024 * 1024)
#define SYN_RATE_MAX 10000000

DEFINE_STATIC_KEY_FALSE(tcptrail_ports_filtered);
DECLARE_BITMAP(tcptrail_ports_bitmap, PORTS);

static unsigned int ring_kib = 4096;
static unsigned int syn_rate = 1000;
static u16 ports[TCPTRAIL_MAX_PORTS];
static unsigned int nports;

/* Between tcptrail_params_segments_init() and _exit() the parameter acts at once. */
static DEFINE_MUTEX(segments_lock);
static bool segments = true;
static bool segments_live;

static int set_ring_kib(const char *val, const struct kernel_param *kp)
{
	unsigned int kib;

	if (kstrtouint(val, 0, &kib) || kib < RING_KIB_MIN || kib > RING_KIB_MAX ||
	    !is_power_of_2(kib)) {
		pr_err("ring_kib=%s: has to be a power of two from %u to %u (KiB per CPU)\n", val,
		       RING_KIB_MIN, RING_KIB_MAX);
		return -EINVAL;
	}
	ring_kib = kib;
	return 0;
}

static int set_syn_rate(const char *val, const struct kernel_param *kp)
{
	unsigned int rate;

	if (kstrtouint(val, 0, &rate) || rate > SYN_RATE_MAX) {
		pr_err("syn_rate=%s: has to be from 0 (no limit) to %u (records a second and CPU)\n",
		       val, SYN_RATE_MAX);
		return -EINVAL;
	}
	syn_rate = rate;
	return 0;
}

static int add_port(const char *text)
{
	u16 port;

	if (kstrtou16(text, 10, &port) || !port) {
		pr_err("ports: '%s' is not a port: give numbers from 1 to 65535, separated by commas\n",
		       text);
		return -EINVAL;
	}
	if (nports == TCPTRAIL_MAX_PORTS) {
		pr_err("ports: more than %u: give fewer, or none to record all\n",
		       TCPTRAIL_MAX_PORTS);
		return -EINVAL;
	}
	ports[nports++] = port;
	return 0;
}

static int set_ports(const char *val, const struct kernel_param *kp)
{
	char *copy = kstrdup(val, GFP_KERNEL);
	char *rest, *text;
	int err = 0;

	if (!copy)
		return -ENOMEM;
	nports = 0;
	rest = strim(copy);
	if (*rest) {
		while (!err && (text = strsep(&rest, ",")))
			err = add_port(text);
	}
	kfree(copy);
	return err;
}

static int get_ports(char *buffer, const struct kernel_param *kp)
{
	int i, len = 0;

	for (i = 0; i < nports; i++)
		len += scnprintf(buffer + len, PAGE_SIZE - len, "%s%u", i ? "," : "", ports[i]);
	return len + scnprintf(buffer + len, PAGE_SIZE - len, "\n");
}

static int set_segments(const char *val, const struct kernel_param *kp)
{
	int err = 0;
	bool on;

	if (!val || kstrtobool(val, &on)) {
		pr_err("segments=%s: has to be 0 or 1\n", val ?: "");
		return -EINVAL;
	}
	mutex_lock(&segments_lock);
	if (segments_live)
		err = tcptrail_segment_turn(on);
	if (!err)
		segments = on;
	mutex_unlock(&segments_lock);
	return err;
}

static const struct kernel_param_ops ring_kib_ops = {
	.set = set_ring_kib,
	.get = param_get_uint,
};

static const struct kernel_param_ops syn_rate_ops = {
	.set = set_syn_rate,
	.get = param_get_uint,
};

static const struct kernel_param_ops ports_ops = {
	.set = set_ports,
	.get = get_ports,
};

static const struct kernel_param_ops segments_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = set_segments,
	.get = param_get_bool,
};

module_param_cb(ring_kib, &ring_kib_ops, &ring_kib, 0444);
MODULE_PARM_DESC(ring_kib, "KiB of trail kept per CPU, a power of two, 64 to 1048576 (4096)");
module_param_cb(syn_rate, &syn_rate_ops, &syn_rate, 0444);
MODULE_PARM_DESC(
	syn_rate,
	"records a second and CPU that SYNs and RSTs of no connection may cause, 0 to 10000000, 0: no limit (1000)");
module_param_cb(ports, &ports_ops, NULL, 0444);
MODULE_PARM_DESC(
	ports, "record only connections with one of these ports, up to 16, comma-separated (all)");
module_param_cb(segments, &segments_ops, &segments, 0644);
MODULE_PARM_DESC(segments, "record segments, 0 or 1; can be changed while loaded (1)");

unsigned int tcptrail_params_ring_kib(void)
{
	return ring_kib;
}

unsigned int tcptrail_params_syn_rate(void)
{
	return syn_rate;
}

void tcptrail_params_ports_init(void)
{
	int i;

	for (i = 0; i < nports; i++)
		__set_bit(ports[i], tcptrail_ports_bitmap);
	if (nports)
		static_branch_enable(&tcptrail_ports_filtered);
}

void tcptrail_params_segments_init(void)
{
	mutex_lock(&segments_lock);
	tcptrail_hooks_set(TCPTRAIL_HOOK_SEGMENT, TCPTRAIL_HOOK_OFF);
	segments_live = true;
	tcptrail_segment_turn(segments);
	mutex_unlock(&segments_lock);
}

void tcptrail_params_segments_exit(void)
{
	mutex_lock(&segments_lock);
	segments_live = false;
	tcptrail_segment_turn(false);
	mutex_unlock(&segments_lock);
}

void tcptrail_params_fill(struct tcptrail_info *info)
{
	info->syn_rate = syn_rate;
	info->nports = nports;
	memcpy(info->ports, ports, nports * sizeof(ports[0]));
}
