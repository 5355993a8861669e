// SPDX-License-Identifier: GPL-2.0
/*
 * Lets allocations fail on stock kernels, for the tests only.
 *
 *	echo 1 >/sys/module/inject/parameters/armed
 *
 * One allocation fails of those that the writing thread makes from now on, and that tcptrail
 * has asked for: tcptrail is on the stack, so nobody else has to cope. It is the first of a
 * kind that has not failed yet. Of one kind are those with the same stack that are the first
 * in it since the thread was armed, the second or third, or later ones: so each place fails,
 * a loop in more rounds than one, and the attempts are few. When "failed" stays 0, every kind
 * has had its turn. 0 to "armed" ends it.
 *
 *	insmod inject.ko function=unregister_ftrace_function result=-19 times=3
 *
 * Another function than those which allocate: its first @times calls return @result and do
 * nothing. "calls" tells how many there were.
 *
 * A kprobe at the entry of each function jumps over it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/gfp.h>
#include <linux/jhash.h>
#include <linux/kprobes.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#define DEPTH 64
#define NO_FLAGS -1
#define PLACES 1024
#define LAST_KIND 2

static char *function;
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "fails instead of the allocations");

static long result;
module_param(result, long, 0444);
MODULE_PARM_DESC(result, "what it returns (0)");

static unsigned int times = 1;
module_param(times, uint, 0444);
MODULE_PARM_DESC(times, "how many calls fail (1)");

/**
 * struct allocator - a function that allocates, under its name in one kernel or another
 * @name: of the function
 * @flags: number of its argument that has the GFP flags
 */
static const struct allocator {
	const char *name;
	int flags;
} allocators[] = {
	{ "__kmalloc", 1 },
	{ "__kmalloc_noprof", 1 },
	{ "__kmalloc_node", 1 },
	{ "__kmalloc_node_noprof", NO_FLAGS },
	{ "__kmalloc_track_caller", 1 },
	{ "__kmalloc_node_track_caller", 1 },
	{ "__kmalloc_node_track_caller_noprof", NO_FLAGS },
	{ "kmalloc_trace", 1 },
	{ "kmalloc_node_trace", 1 },
	{ "__kmalloc_cache_noprof", 1 },
	{ "__kmalloc_cache_node_noprof", 1 },
	{ "kmem_cache_alloc", 1 },
	{ "kmem_cache_alloc_noprof", 1 },
	{ "kmem_cache_alloc_node", 1 },
	{ "kmem_cache_alloc_node_noprof", 1 },
	{ "kmem_cache_alloc_trace", 1 },
	{ "kmem_cache_alloc_node_trace", 1 },
	{ "kmem_cache_alloc_lru", 2 },
	{ "kmem_cache_alloc_lru_noprof", 2 },
	{ "kvmalloc_node", 1 },
	{ "__kvmalloc_node_noprof", NO_FLAGS },
	{ "__vmalloc_node_range", 4 },
	{ "__vmalloc_node_range_noprof", 4 },
	{ "pcpu_alloc", 3 },
	{ "pcpu_alloc_noprof", 3 },
	{ "__alloc_pages", 0 },
	{ "__alloc_pages_nodemask", 0 },
	{ "__alloc_pages_noprof", 0 },
	{ "__alloc_frozen_pages_noprof", 0 },
};

/* In the order of allocators[], or the first is @function. */
static struct kprobe probes[ARRAY_SIZE(allocators)];

/**
 * struct place - a stack
 * @hash: of it
 * @calls: since the thread was armed
 * @failed: one bit for each kind that has
 */
static struct place {
	u32 hash;
	unsigned int calls;
	unsigned long failed;
} places[PLACES];
static unsigned int nplaces;

static pid_t victim;
static unsigned int failed;
static unsigned int calls;
static const struct module *tcptrail;

static int set_armed(const char *val, const struct kernel_param *kp)
{
	bool on;
	int i, err;

	WRITE_ONCE(victim, 0);
	err = kstrtobool(val, &on);
	if (err || !on)
		return err;
	for (i = 0; i < nplaces; i++)
		places[i].calls = 0;
	failed = 0;
	calls = 0;
	WRITE_ONCE(victim, current->pid);
	return 0;
}

static const struct kernel_param_ops armed_ops = { .set = set_armed };
module_param_cb(armed, &armed_ops, NULL, 0200);
MODULE_PARM_DESC(armed, "the writing thread is to fail, 0 or 1");
module_param(failed, uint, 0444);
MODULE_PARM_DESC(failed, "how many calls have, since then");
module_param(calls, uint, 0444);
MODULE_PARM_DESC(calls, "how many there were");

/* Its return is that of the function which is jumped over: it leaves the result alone. */
static noinline notrace void just_return(void)
{
	barrier();
}

static struct place *find_place(u32 hash)
{
	struct place *p;

	for (p = places; p < places + nplaces; p++) {
		if (p->hash == hash)
			return p;
	}
	if (WARN_ON_ONCE(nplaces == PLACES))
		return places;
	p->hash = hash;
	nplaces++;
	return p;
}
NOKPROBE_SYMBOL(find_place);

/* NULL: it is not tcptrail that asks. @caller: where in tcptrail */
static struct place *asking(void **caller)
{
	const struct module *module = READ_ONCE(tcptrail);
	unsigned long stack[DEPTH];
	unsigned int i, depth;

	*caller = NULL;
	if (!module)
		return NULL;
	depth = stack_trace_save(stack, DEPTH, 0);
	for (i = 0; i < depth; i++) {
		if (!within_module(stack[i], module))
			continue;
		*caller = *caller ?: (void *)stack[i];
		stack[i] = offset_in_page(stack[i]); /* it is loaded at another address each time */
	}
	return *caller ? find_place(jhash(stack, depth * sizeof(stack[0]), 0)) : NULL;
}
NOKPROBE_SYMBOL(asking);

static bool is_to_fail(struct place *place)
{
	unsigned int kind = min(ilog2(++place->calls), LAST_KIND);

	calls++;
	if (function)
		return calls <= times;
	if (failed || place->failed & BIT(kind))
		return false;
	place->failed |= BIT(kind);
	return true;
}
NOKPROBE_SYMBOL(is_to_fail);

/* Callers of these do not expect NULL. */
static bool must_succeed(const struct kprobe *probe, struct pt_regs *regs)
{
	int flags = function ? NO_FLAGS : allocators[probe - probes].flags;

	return flags != NO_FLAGS && regs_get_kernel_argument(regs, flags) & __GFP_NOFAIL;
}
NOKPROBE_SYMBOL(must_succeed);

static int call(struct kprobe *probe, struct pt_regs *regs)
{
	struct place *place;
	void *caller;

	/* An interrupt allocates for somebody else. A probe by a breakpoint looks like one. */
	if (READ_ONCE(victim) != current->pid || (!function && !in_task()) ||
	    must_succeed(probe, regs))
		return 0;
	place = asking(&caller);
	if (!place || !is_to_fail(place))
		return 0;
	failed++;
	pr_info("%s fails, asked for by %pS\n", probe->symbol_name, caller);
	regs_set_return_value(regs, result);
	instruction_pointer_set(regs, (unsigned long)just_return);
	return 1;
}
NOKPROBE_SYMBOL(call);

/* A probe that has this is not optimized; an optimized one cannot jump. */
static void after_call(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}
NOKPROBE_SYMBOL(after_call);

static int module_changes(struct notifier_block *block, unsigned long state, void *data)
{
	const struct module *module = data;

	if (!strcmp(module->name, "tcptrail"))
		WRITE_ONCE(tcptrail, state == MODULE_STATE_GOING ? NULL : module);
	return NOTIFY_OK;
}

static struct notifier_block module_notifier = { .notifier_call = module_changes };

/* Nothing may fail any more while probes go: one that stayed would be called after it is freed. */
static void unregister(void)
{
	int i;

	WRITE_ONCE(victim, 0);
	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		if (probes[i].addr)
			unregister_kprobe(&probes[i]);
	}
	unregister_module_notifier(&module_notifier);
}

static int __init inject_init(void)
{
	int i, found = 0;
	int err = register_module_notifier(&module_notifier);

	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		struct kprobe *p = &probes[i];

		if (i && function)
			break;
		p->symbol_name = function ?: allocators[i].name;
		p->pre_handler = call;
		p->post_handler = after_call;
		if (register_kprobe(p))
			p->addr = NULL;
		else
			found++;
	}
	pr_info("%d functions\n", found);
	if (!found)
		unregister();
	return found ? 0 : -ENOENT;
}

static void __exit inject_exit(void)
{
	unregister();
}

module_init(inject_init);
module_exit(inject_exit);

MODULE_DESCRIPTION("Lets allocations fail, for tests");
MODULE_LICENSE("GPL");
