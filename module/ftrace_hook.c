// SPDX-License-Identifier: GPL-2.0
/*
 * Callbacks at the entry of kernel functions that have no tracepoint, by ftrace.
 *
 * All functions share one ftrace_ops: a call costs one dispatch, which compares the address
 * with the few that are attached. The functions are exported nowhere, so a kprobe that is
 * never armed finds their addresses. A name that is not found is tried under the next name
 * of its hook, and in the end reported (hooks.c): the other hooks go on.
 */
#include <linux/bug.h>
#include <linux/kprobes.h>

#include "ftrace_hook.h"

#define MAX_TARGETS TCPTRAIL_HOOKS
#define ENTRY_BYTES 16 /* ftrace's place lies within so many bytes of the entry */

/**
 * struct target - an attached function
 * @address: of its entry
 * @func: its callback
 */
struct target {
	unsigned long address;
	void (*func)(compat_fregs *fregs);
};

static const struct ftrace_hook *wanted[MAX_TARGETS];
static unsigned int nwanted;

/* Complete before the ops are registered, unchanged until they are gone. */
static struct target targets[MAX_TARGETS];
static unsigned int ntargets;

static void notrace dispatch(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			     compat_fregs *fregs)
{
	const struct target *t;

	for (t = targets; t < targets + ntargets; t++) {
		if (ip - t->address < ENTRY_BYTES) {
			t->func(fregs);
			return;
		}
	}
}

static struct ftrace_ops ops = {
	.func = dispatch,
	.flags = COMPAT_FTRACE_FLAGS,
};

/*
 * The address of a function that is exported nowhere: kprobes know it. This one
 * is never armed.
 */
static int address_of(const char *name, struct kprobe *probe, unsigned long *address)
{
	int err;

	*probe = (struct kprobe){ .symbol_name = name, .flags = KPROBE_FLAG_DISABLED };
	err = register_kprobe(probe);
	if (err)
		return err;
	*address = (unsigned long)probe->addr;
	unregister_kprobe(probe);
	return 0;
}

static int choose(const struct ftrace_hook *hook)
{
	struct target *target = &targets[ntargets];
	struct kprobe probe;
	int err = -ENOENT;
	int i;

	for (i = 0; err && i < ARRAY_SIZE(hook->names) && hook->names[i]; i++)
		err = address_of(hook->names[i], &probe, &target->address);
	if (!err)
		err = ftrace_set_filter_ip(&ops, target->address, 0, 0);
	if (!err) {
		target->func = hook->func;
		ntargets++;
	}
	return err;
}

void tcptrail_ftrace_hook_add(const struct ftrace_hook *hooks, unsigned int count)
{
	while (count--) {
		if (WARN_ON(nwanted == MAX_TARGETS))
			return;
		wanted[nwanted++] = hooks++;
	}
}

void tcptrail_ftrace_hooks_attach(void)
{
	int status[MAX_TARGETS];
	int err = 0;
	int i;

	for (i = 0; i < nwanted; i++)
		status[i] = choose(wanted[i]);

	/* Without a filter it would be called for every function. */
	if (ntargets)
		err = register_ftrace_function(&ops);
	if (err)
		ntargets = 0;
	for (i = 0; i < nwanted; i++)
		tcptrail_hooks_set(wanted[i]->hook, status[i] ?: err);
}

void tcptrail_ftrace_hooks_detach(void)
{
	if (ntargets)
		unregister_ftrace_function(&ops);
	/* Frees the filter; ftrace_free_filter() is not exported by 5.10. */
	ftrace_set_filter(&ops, NULL, 0, 1);
}
