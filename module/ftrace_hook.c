// SPDX-License-Identifier: GPL-2.0
/*
 * Callbacks at the entry of kernel functions that have no tracepoint, by ftrace.
 *
 * All functions share one ftrace_ops: a call costs one dispatch, which compares the address
 * with the few that are attached. The functions are exported nowhere, so their addresses are
 * looked for by name (symbol_walk.h). A name that is not found is tried under the next name
 * of its hook, and in the end reported (hooks.c): the other hooks go on. So is a name that two
 * functions have, because a callback that gets the other one's arguments would crash.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bug.h>
#include <linux/delay.h>
#include <linux/kallsyms.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "ftrace_hook.h"
#include "symbol_walk.h"

#define MAX_TARGETS TCPTRAIL_HOOKS
#define NAMES TCPTRAIL_FTRACE_NAMES
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

/**
 * struct search - the addresses of all names of the hooks that are wanted
 * @walk: room to work in
 * @symbols: for wanted[i] from i * NAMES on; a hook that has fewer names has "" there
 */
struct search {
	struct symbol_walk walk;
	struct symbol symbols[MAX_TARGETS * NAMES];
};

static struct search *search(void)
{
	struct search *s = kzalloc(sizeof(*s), GFP_KERNEL);
	int i;

	if (!s)
		return NULL;
	for (i = 0; i < nwanted * NAMES; i++)
		s->symbols[i].name = wanted[i / NAMES]->names[i % NAMES] ?: "";
	symbol_walk(&s->walk, (unsigned long)sprint_symbol, s->symbols, nwanted * NAMES);
	return s;
}

/* @symbols: the NAMES of @hook */
static int choose(const struct ftrace_hook *hook, const struct symbol *symbols)
{
	struct target *target = &targets[ntargets];
	int i, err;

	for (i = 0; i < NAMES && !symbols[i].count; i++)
		;
	if (i == NAMES)
		return -ENOENT;
	if (symbols[i].count > 1) {
		pr_warn("%u functions of this kernel are named %s: which one is meant is not known\n",
			symbols[i].count, symbols[i].name);
		return -ENOTUNIQ;
	}
	err = ftrace_set_filter_ip(&ops, symbols[i].address, 0, 0);
	if (!err) {
		target->address = symbols[i].address;
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
	struct search *found = search();
	int status[MAX_TARGETS];
	int err = 0;
	int i;

	for (i = 0; i < nwanted; i++)
		status[i] = found ? choose(wanted[i], &found->symbols[i * NAMES]) : -ENOMEM;
	kfree(found);

	/* Without a filter it would be called for every function. */
	if (ntargets)
		err = register_ftrace_function(&ops);
	if (err)
		ntargets = 0;
	for (i = 0; i < nwanted; i++)
		tcptrail_hooks_set(wanted[i]->hook, status[i] ?: err);
}

static void free_filter(void)
{
#if HAVE_FTRACE_FREE_FILTER
	ftrace_free_filter(&ops);
#else
	/* Before the old filter is freed a new, empty one is allocated. */
	while (ftrace_set_filter(&ops, NULL, 0, 1) == -ENOMEM)
		msleep(100);
#endif
}

void tcptrail_ftrace_hooks_detach(void)
{
	if (ntargets) {
		while (tcptrail_hooks_retry(unregister_ftrace_function(&ops)))
			;
	}
	free_filter();
}
