// SPDX-License-Identifier: GPL-2.0
/*
 * Callbacks at the kernel's tracepoints. A tracepoint is found by its name, because modules
 * cannot link to those that are not exported; one that this kernel does not have is reported
 * (hooks.c), and the other hooks go on.
 */
#include <linux/bug.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "tracepoint_hook.h"

#define MAX_HOOKS 2

static const struct tracepoint_hook *wanted[MAX_HOOKS];
static struct tracepoint *tracepoints[MAX_HOOKS]; /* of those; NULL: there is none */
static unsigned int nwanted;

void tcptrail_tracepoint_hook_add(const struct tracepoint_hook *hook)
{
	if (!WARN_ON(nwanted == MAX_HOOKS))
		wanted[nwanted++] = hook;
}

static void find(struct tracepoint *candidate, void *unused)
{
	int i;

	for (i = 0; i < nwanted; i++) {
		if (!strcmp(candidate->name, wanted[i]->name))
			tracepoints[i] = candidate;
	}
}

void tcptrail_tracepoint_hooks_attach(void)
{
	int i, err;

	for_each_kernel_tracepoint(find, NULL)
		;
	for (i = 0; i < nwanted; i++) {
		err = -ENOENT;
		if (tracepoints[i])
			err = tracepoint_probe_register(tracepoints[i], wanted[i]->probe, NULL);
		tcptrail_hooks_set(wanted[i]->hook, err);
	}
}

void tcptrail_tracepoint_hooks_detach(void)
{
	int i;

	for (i = 0; i < nwanted; i++) {
		if (!tcptrail_hooks_attached(wanted[i]->hook))
			continue;
		while (tcptrail_hooks_retry(
			tracepoint_probe_unregister(tracepoints[i], wanted[i]->probe, NULL)))
			;
	}
	tracepoint_synchronize_unregister();
}
