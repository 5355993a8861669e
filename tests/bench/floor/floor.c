// SPDX-License-Identifier: GPL-2.0
/*
 * What hooks cost that do nothing: the floor of every tool that uses them.
 * Each parameter attaches one sort.
 */
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/netfilter_ipv4.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <trace/events/sock.h>

static bool tracepoint, netfilter, ftrace;
module_param(tracepoint, bool, 0444);
MODULE_PARM_DESC(tracepoint, "a probe at sock:inet_sock_set_state");
module_param(netfilter, bool, 0444);
MODULE_PARM_DESC(netfilter, "hooks at LOCAL_IN and LOCAL_OUT");
module_param(ftrace, bool, 0444);
MODULE_PARM_DESC(ftrace, "a callback at each function that tcptrail attaches to");

static struct tracepoint *set_state;

static void probe(void *data, const struct sock *sk, const int old_state, const int new_state)
{
}

static void find(struct tracepoint *candidate, void *unused)
{
	if (!strcmp(candidate->name, "inet_sock_set_state"))
		set_state = candidate;
}

static unsigned int accept(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

static const struct nf_hook_ops hooks[] = {
	{ .hook = accept, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_IN, .priority = INT_MAX },
	{ .hook = accept, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_OUT, .priority = INT_MAX },
};

static void notrace entered(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			    struct ftrace_regs *regs)
{
}

static struct ftrace_ops ops = { .func = entered };

/* Those that a connection passes through. */
static const char *const functions[] = {
	"inet_csk_reqsk_queue_hash_add", "__inet_csk_reqsk_queue_drop", "inet_twsk_hashdance",
	"__inet_twsk_schedule",		 "security_sock_graft",
};

static int attach_ftrace(void)
{
	char name[40];
	int err = 0;

	for (int i = 0; !err && i < ARRAY_SIZE(functions); i++) {
		strscpy(name, functions[i], sizeof(name));
		err = ftrace_set_filter(&ops, name, strlen(name), 0);
	}
	return err ?: register_ftrace_function(&ops);
}

/* It lives as long as the guest does: there is no way back. */
static int __init floor_init(void)
{
	int err = 0;

	for_each_kernel_tracepoint(find, NULL)
		;
	if (tracepoint)
		err = set_state ? tracepoint_probe_register(set_state, probe, NULL) : -ENOENT;
	if (!err && netfilter)
		err = nf_register_net_hooks(&init_net, hooks, ARRAY_SIZE(hooks));
	if (!err && ftrace)
		err = attach_ftrace();
	WARN_ON(err);
	return 0;
}

module_init(floor_init);
MODULE_DESCRIPTION("Hooks that do nothing");
MODULE_LICENSE("GPL");
